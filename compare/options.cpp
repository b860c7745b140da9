#include "compare/options.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <climits>
#include <ctime>
#include <optional>
#include <set>

#include <fmt/chrono.h>

#include "cli/command_line.h"
#include "compare/poem_arguments.h"
#include "compare/run/clients.h"
#include "compare/run/shell_words.h"

namespace poetry_compare {
namespace {

const cli::ProgramHelp program_help = {
    "--html poetry.html",
    "[poem ...]\n  poetry-compare [options] report traces ...",
    "Serves poems slowly and fetches them with each client in turn. Then "
    "shows\n"
    "what each client waited for. Or draws again the traces that --traces has\n"
    "kept.",
    {{"variants", "LIST", "",
      "The clients of the suite to run: blocking, threaded, async, reactor, "
      "broken, protocol, simple, callback, coroutine. Default: all."},
     {"with", "NAME=COMMAND", "",
      "Run another client, too; the ports are added to its command. May be "
      "repeated."},
     {"reactor", "NAME", "",
      "How the reactor clients wait: select, poll, epoll."},
     {"server", "NAME", "blocking", "The servers to run: blocking, reactor."},
     {"delay", "SECONDS", "0.02", "How long a server pauses after a chunk."},
     {"num-bytes", "LIST", "",
      "How many bytes make a chunk, for each poem. Default: 30,10,10 times "
      "--repeat."},
     {"repeat", "N", "1", "Send each poem N times."},
     {"rcvbuf", "BYTES", "", "The receive buffer of each client's socket."},
     {"sndbuf", "BYTES", "", "The send buffer of each server's socket."},
     {"runs", "N", "1", "Run each client N times."},
     {"timeout", "SECONDS", "", "Stop a run that takes longer."},
     {"connect", "ADDRESS", "",
      "Use a running server. More addresses may follow as words."},
     {"html", "FILE", "", "Write a page with tables and pictures."},
     {"svg", "FILE", "", "Write the picture."},
     {"json", "FILE", "", "Write the numbers as JSON."},
     {"csv", "FILE", "", "Write the numbers as CSV."},
     {"markdown", "FILE", "", "Write the numbers as Markdown."},
     {"perfetto", "FILE", "", "Write all events for a trace viewer."},
     {"traces", "DIR", "",
      "Keep the traces in this directory, for report. It is made if missing, "
      "but its parent must exist."},
     {"open", "", "", "Show the page in a browser."},
     {"no-timeline", "", "", "Do not print the timeline."},
     {"color", "WHEN", "auto", "Colour: auto, always, never."}}};

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
  const bool ours = !line.has("connect");
  if (ours || line.has("delay")) {
    settings.delay = seconds(*line.seconds("delay", true));
  }
  settings.repeat = *line.integer("repeat", 1, 1'000'000);
  settings.rcvbuf = buffer_size(line, "rcvbuf");
  settings.sndbuf = buffer_size(line, "sndbuf");
  settings.runs = *line.integer("runs", 1, 1000);
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
  outputs.color = *line.choice("color", {"auto", "always", "never"});
  if (outputs.open && outputs.html.empty()) {
    cli::usage_error("--open needs --html");
  }
  return outputs;
}

std::vector<Client> parse_clients(const cli::CommandLine& line,
                                  const Settings& settings) {
  std::vector<std::string> names;
  for (const auto& list : line.texts("variants")) {
    const auto more = split_list(list);
    names.insert(names.end(), more.begin(), more.end());
  }
  auto clients = find_clients(names, settings);
  for (const auto& text : line.texts("with")) {
    clients.push_back(parse_client(text));
  }
  std::set<std::string> seen;
  for (const Client& client : clients) {
    if (seen.insert(client.name).second) continue;
    cli::usage_error(fmt::format("there are two variants '{}'", client.name));
  }
  return clients;
}

}  // namespace

Options parse_options(int argc, char** argv) {
  const cli::CommandLine line(argc, argv, program_help);
  Options options;
  options.outputs = parse_outputs(line);
  const auto& words = line.words();
  if (!words.empty() && words.front() == "report") {
    if (words.size() < 2) cli::usage_error("report needs traces");
    options.report = {words.begin() + 1, words.end()};
    return options;
  }
  Request& request = options.request;
  request.settings = parse_settings(line, argc, argv);
  request.server = *line.choice("server", {"blocking", "reactor"});
  request.clients = parse_clients(line, request.settings);
  if (const auto timeout = line.seconds("timeout")) {
    request.timeout = seconds(*timeout);
  }
  request.poems = line.has("connect") ? parse_servers(line) : parse_poems(line);
  return options;
}

}  // namespace poetry_compare
