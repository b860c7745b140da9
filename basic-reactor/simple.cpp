// The simplest reactor program: it waits for something to do.          Part 3
//
// There is nothing to do, and waiting for it costs nothing. Ctrl-C ends it.

#include <csignal>

#include "cli/options.h"
#include "reactor/reactor.h"

int main(int argc, char** argv) {
  cli::parse_no_args(argc, argv,
                     "A reactor with nothing to do. Runs until Ctrl-C.");
  reactor::Reactor reactor;
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  reactor.run();
  return 128 + SIGINT;
}
