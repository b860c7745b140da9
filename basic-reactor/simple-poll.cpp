// The simplest reactor program, waiting with poll(2).                  Part 3
//
// Which system call a reactor waits with is chosen here, and nowhere else.

#include <csignal>

#include "cli/options.h"
#include "reactor/reactor.h"

int main(int argc, char** argv) {
  cli::parse_no_args(argc, argv,
                     "A reactor that waits with poll(2). Runs until Ctrl-C.");
  reactor::Reactor reactor(reactor::make_poll_poller());
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  reactor.run();
  return 128 + SIGINT;
}
