#include "compare/options.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <ctime>
#include <optional>
#include <set>

#include <fmt/chrono.h>

#include "cli/command_line.h"
#include "compare/help.h"
#include "compare/poem_arguments.h"
#include "compare/run/clients.h"
#include "compare/run/shell_words.h"
#include "compare/sweep_options.h"

namespace poetry_compare {
namespace {

std::string host_name() {
  utsname system{};
  ::uname(&system);
  const auto processors = ::sysconf(_SC_NPROCESSORS_ONLN);
  return fmt::format("{}, {} {} {}, {} {}", system.nodename, system.sysname,
                     system.release, system.machine, processors,
                     processors == 1 ? "CPU" : "CPUs");
}

std::optional<int> buffer_size(const cli::CommandLine& line,
                               const std::string& name) {
  const auto bytes = line.integer(name, 1, INT_MAX / 2);
  if (!bytes) return std::nullopt;
  return static_cast<int>(*bytes);
}

double seconds(cli::Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

Settings parse_settings(const cli::CommandLine& line, int argc, char** argv) {
  Settings settings;
  if (!line.has("connect")) {
    settings.delay = seconds(*line.seconds("delay", true));
    settings.server = *line.choice("server", {"blocking", "reactor"});
  }
  settings.repeat = *line.integer("repeat", 1, 1'000'000);
  settings.rcvbuf = buffer_size(line, "rcvbuf");
  settings.sndbuf = buffer_size(line, "sndbuf");
  settings.runs = *line.integer("runs", 1, 1000);
  settings.warmup = *line.integer("warmup", 0, 1000);
  settings.reference = *line.text("reference");
  settings.reactor =
      line.choice("reactor", {"select", "poll", "epoll"}).value_or("");
  settings.version = SLOWPOETRY_VERSION;
  settings.host = host_name();
  settings.date =
      fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)));
  settings.command = quote({argv, argv + argc});
  return settings;
}

Outputs parse_outputs(const cli::CommandLine& line) {
  Outputs outputs;
  outputs.html = line.text("html").value_or("");
  outputs.svg = line.text("svg").value_or("");
  outputs.json = line.text("json").value_or("");
  outputs.csv = line.text("csv").value_or("");
  outputs.markdown = line.text("markdown").value_or("");
  outputs.perfetto = line.text("perfetto").value_or("");
  outputs.traces = line.text("traces").value_or("");
  outputs.open = line.has("open");
  outputs.timeline = !line.has("no-timeline");
  outputs.live = line.has("live");
  outputs.color = *line.choice("color", {"auto", "always", "never"});
  if (outputs.open && (outputs.html.empty() || outputs.html == "-")) {
    cli::usage_error("--open needs --html with a file");
  }
  return outputs;
}

// Refuses an option that no client of the suite takes.
void require_taken(const cli::CommandLine& line,
                   const std::string& name,
                   const std::vector<Client>& clients) {
  const bool taken =
      std::any_of(clients.begin(), clients.end(), [&](const Client& client) {
        const auto& words = client.words;
        return std::find(words.begin(), words.end(), "--" + name) !=
               words.end();
      });
  if (taken || !line.has(name)) return;
  cli::usage_error(
      fmt::format("--{} has no effect: no variant takes it", name));
}

std::vector<Client> parse_suite(const cli::CommandLine& line,
                                const Settings& settings) {
  std::vector<std::string> names;
  for (const auto& list : line.texts("variants")) {
    if (list.empty()) continue;
    const auto more = split_list(list);
    names.insert(names.end(), more.begin(), more.end());
  }
  std::vector<Client> clients;
  if (!names.empty() || !line.has("variants")) {
    clients = find_clients(names, settings);
  }
  require_taken(line, "reactor", clients);
  require_taken(line, "rcvbuf", clients);
  return clients;
}

void require_reference(const cli::CommandLine& line,
                       const std::vector<Client>& clients) {
  const auto name = *line.text("reference");
  const bool found =
      std::any_of(clients.begin(), clients.end(),
                  [&](const Client& client) { return client.name == name; });
  if (found || !line.has("reference")) return;
  cli::usage_error(
      fmt::format("--reference must be a variant that is run, not '{}'", name));
}

std::vector<Client> parse_clients(const cli::CommandLine& line,
                                  const Settings& settings) {
  auto clients = parse_suite(line, settings);
  for (const auto& text : line.texts("with")) {
    clients.push_back(parse_client(text));
  }
  if (clients.empty()) cli::usage_error("no client is named by '--variants'");
  require_reference(line, clients);
  std::set<std::string> seen;
  for (const Client& client : clients) {
    if (seen.insert(client.name).second) continue;
    cli::usage_error(fmt::format("there are two variants '{}'", client.name));
  }
  return clients;
}

void refuse_with_report(const cli::CommandLine& line) {
  for (const std::string name :
       {"variants", "with", "reactor", "server", "delay", "num-bytes", "repeat",
        "rcvbuf", "sndbuf", "runs", "sweep", "warmup", "timeout", "connect",
        "traces", "live"}) {
    if (!line.has(name)) continue;
    cli::usage_error(
        fmt::format("--{} has no effect: report runs nothing", name));
  }
}

void refuse_with_connect(const cli::CommandLine& line) {
  for (const std::string name : {"server", "delay", "num-bytes", "sndbuf"}) {
    if (!line.has(name)) continue;
    cli::usage_error(fmt::format(
        "--{} has no effect with --connect: the servers are running", name));
  }
}

void parse_report(const cli::CommandLine& line, Options& options) {
  const auto& words = line.words();
  if (words.size() < 2) cli::usage_error("report needs traces");
  refuse_with_report(line);
  if (line.has("reference")) options.reference = *line.text("reference");
  options.report = {words.begin() + 1, words.end()};
}

std::vector<PoemRequest> choose_poems(const cli::CommandLine& line,
                                      const std::optional<Sweep>& sweep) {
  if (sweep) return parse_poems(line, *sweep);
  return line.has("connect") ? parse_servers(line) : parse_poems(line);
}

Request parse_request(const cli::CommandLine& line,
                      const std::optional<Sweep>& sweep,
                      int argc,
                      char** argv) {
  if (line.has("connect")) refuse_with_connect(line);
  Request request;
  request.settings = parse_settings(line, argc, argv);
  if (sweep) set_defaults(line, *sweep, request.settings);
  request.clients = parse_clients(line, request.settings);
  if (sweep) require_effect(*sweep, request.clients);
  if (const auto timeout = line.seconds("timeout")) {
    request.timeout = seconds(*timeout);
  }
  request.poems = choose_poems(line, sweep);
  return request;
}

}  // namespace

bool Outputs::use_stdout() const {
  const auto files = {html, svg, json, csv, markdown, perfetto};
  return std::find(files.begin(), files.end(), "-") != files.end();
}

Options parse_options(int argc, char** argv) {
  const cli::CommandLine line(argc, argv, program_help);
  Options options;
  options.outputs = parse_outputs(line);
  options.check = line.has("check");
  if (!line.words().empty() && line.words().front() == "report") {
    parse_report(line, options);
  } else {
    options.sweep = parse_sweep(line);
    options.request = parse_request(line, options.sweep, argc, argv);
  }
  return options;
}

}  // namespace poetry_compare
