#include "cli/server_options.h"

#include <climits>
#include <cstdint>

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include "cli/command_line.h"
#include "cli/poem.h"
#include "cli/process.h"
#include "cli/values.h"

namespace cli {
namespace {

const std::vector<OptionRow> common_rows = {
    {"port", "N", "0", "The port to listen on; 0 is any free one."},
    {"iface", "HOST", "localhost",
     "The interface to listen on; '' is all of them."},
    {"delay", "SECONDS", "0.1", "How long to pause after each chunk."},
    {"num-bytes", "N", "10", "How many bytes make a chunk."},
    {"repeat", "N", "1", "Send the poem N times to each client."},
    {"once", "", "", "Serve one client only."},
    {"fail-after", "BYTES", "",
     "Stop sending after so many bytes of the poem."},
    {"fail", "HOW", "close",
     "What follows these bytes: close ends the connection as after a whole "
     "poem, reset aborts it, and stall sends nothing more until the client "
     "closes it."},
    {"sndbuf", "BYTES", "", "The size of the system's send buffer."},
    {"send-timeout", "SECONDS", "",
     "Give up a client that takes nothing for so long."},
    {"q,quiet", "", "", "Print nothing about clients and chunks."},
    {"v,verbose", "", "", "Log more."}};

ProgramHelp program_help(const std::string& edition,
                         const std::vector<std::string>& reactors) {
  ProgramHelp help{"--port 10000 poetry/ecstasy.txt", "poetry-file",
                   "The Slow Poetry Server, " + edition +
                       ". Sends a poem a few bytes at a\ntime, to ",
                   common_rows};
  if (reactors.empty()) {
    help.about += "one client at a time.";
  } else {
    help.about += "all clients at once.";
    help.rows.front().help += " May be given several times.";
    help.rows.push_back(reactor_row(reactors));
  }
  return help;
}

std::vector<net::Address> listening_addresses(const CommandLine& line,
                                              bool is_any_number_allowed) {
  std::vector<std::string> ports = line.texts("port");
  if (ports.empty()) ports.push_back(*line.text("port"));
  if (ports.size() > 1 && !is_any_number_allowed) {
    usage_error(fmt::format(
        "--port may be given only once; the second one is '{}'", ports[1]));
  }
  std::vector<net::Address> addresses;
  for (const std::string& port : ports) {
    const auto number = parse_integer("port", port, 0, UINT16_MAX);
    addresses.push_back(
        {*line.text("iface"), static_cast<std::uint16_t>(number)});
  }
  return addresses;
}

// A poem that cannot be read is an error now, not for the first client.
std::string poetry_file(const CommandLine& line) try {
  if (line.words().size() != 1) {
    usage_error("Provide exactly one poetry file.");
  }
  const std::string& path = line.words().front();
  const Poem poem(path, 1);
  return path;
} catch (const std::exception& error) {
  input_error(error.what());
}

void set_log_level(const CommandLine& line) {
  if (line.has("quiet")) spdlog::set_level(spdlog::level::err);
  if (line.has("verbose")) spdlog::set_level(spdlog::level::debug);
}

void parse_failure(const CommandLine& line, ServerOptions& options) {
  options.fail_after = line.integer("fail-after", 0, no_maximum);
  options.fail = *line.choice("fail", {"close", "reset", "stall"});
  if (line.has("fail") && !options.fail_after) {
    usage_error(fmt::format("--fail '{}' needs --fail-after", options.fail));
  }
}

}  // namespace

ServerOptions parse_server_args(int argc,
                                char** argv,
                                const std::string& edition,
                                const std::vector<std::string>& reactors) {
  init_process(OnSignal::end);
  const CommandLine line(argc, argv, program_help(edition, reactors));

  ServerOptions options;
  options.addresses = listening_addresses(line, !reactors.empty());
  options.delay = *line.seconds("delay", true);
  options.num_bytes = *line.integer("num-bytes", 1, no_maximum);
  options.repeat = *line.integer("repeat", 1, no_maximum);
  options.quiet = line.has("quiet");
  options.once = line.has("once");
  if (const auto bytes = line.integer("sndbuf", 1, INT_MAX)) {
    options.sndbuf = static_cast<int>(*bytes);
  }
  options.send_timeout = line.seconds("send-timeout");
  options.reactor = line.choice("reactor", reactors).value_or("");
  parse_failure(line, options);
  options.poetry_file = poetry_file(line);
  set_log_level(line);
  return options;
}

}  // namespace cli
