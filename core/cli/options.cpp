#include "cli/options.h"

#include <climits>
#include <stdexcept>

#include <fmt/core.h>

#include "cli/command_line.h"
#include "cli/print.h"
#include "cli/process.h"
#include "cli/values.h"
#include "net/socket.h"

namespace cli {
namespace {

ProgramHelp program_help(const std::string& edition,
                         const std::vector<std::string>& reactors) {
  ProgramHelp help{
      "10000 10001 10002",
      "[host:]port ...",
      "The Get Poetry Now! client, " + edition +
          ". Fetches a poem from each\naddress; without a host it is this "
          "machine, and an IPv6 address is written in\nbrackets.",
      {{"max-bytes", "N", "1073741824", "A poem of more than N bytes fails."},
       {"rcvbuf", "BYTES", "", "The size of the system's receive buffer."}}};
  if (reactors.empty()) {
    help.about +=
        " It has no --timeout: only the reactor clients can give up a poem.";
    return help;
  }
  help.rows.push_back({"timeout", "SECONDS", "",
                       "A poem that takes longer fails, connecting "
                       "included."});
  help.rows.push_back(reactor_row(reactors));
  return help;
}

net::Address parse_address(const std::string& word) try {
  const net::Address address = net::parse_address(word);
  if (one_line(address.host) != address.host) {
    throw std::invalid_argument("Host names have printable characters only.");
  }
  return address;
} catch (const std::invalid_argument& error) {
  usage_error(fmt::format("{} '{}'", error.what(), word));
}

}  // namespace

Options parse_args(int argc,
                   char** argv,
                   const std::string& edition,
                   const std::vector<std::string>& reactors) {
  init_process(reactors.empty() ? OnSignal::finish : OnSignal::finish_callback);
  const CommandLine line(argc, argv, program_help(edition, reactors));

  Options options;
  options.max_bytes = *line.integer("max-bytes", 0, no_maximum);
  options.timeout = line.seconds("timeout");
  options.reactor = line.choice("reactor", reactors).value_or("");
  if (const auto bytes = line.integer("rcvbuf", 1, INT_MAX)) {
    net::set_default_rcvbuf(static_cast<int>(*bytes));
  }

  for (const std::string& word : line.words()) {
    options.addresses.push_back(parse_address(word));
  }
  if (options.addresses.empty()) line.print_help();
  return options;
}

void parse_no_args(int argc, char** argv, const std::string& about) {
  const CommandLine line(argc, argv, {"", "", about, {}});
  if (line.words().empty()) return;
  usage_error(fmt::format("unexpected argument '{}'", line.words().front()));
}

}  // namespace cli
