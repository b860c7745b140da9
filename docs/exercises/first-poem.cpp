// Prints the poem that is complete first.                  Exercise of Part 6
//
// It asks several servers, and uses get_poetry() of the third reactor client.

#include <csignal>
#include <string>

#include "cli/options.h"
#include "cli/print.h"
#include "cli/tasks.h"
#include "poetry.h"
#include "reactor/reactor.h"

int main(int argc, char** argv) try {
  const auto options = cli::parse_args(argc, argv, "edition for the first poem",
                                       reactor::poller_names());
  reactor::Reactor reactor(reactor::make_poller(options.reactor));
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  std::size_t left = options.addresses.size();
  int status = 1;

  for (const net::Address& address : options.addresses) {
    get_poetry(
        reactor, address,
        [&](const std::string& poem) {
          if (status == 1) cli::print_poem(poem);
          status = 0;
          if (reactor.running()) reactor.stop();
        },
        [&](const PoetryFailure& /*failure*/) {
          if (--left == 0 && reactor.running()) reactor.stop();
        });
  }
  reactor.run();
  cli::end_if_interrupted();
  return status;
} catch (const std::exception& error) {
  return cli::report(error);
}
