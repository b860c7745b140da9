// A callback that fails.                                               Part 3
//
// The reactor logs the exception and calls the next callback: one bad callback
// does not end the loop.

#include <stdexcept>

#include <fmt/core.h>

#include "cli/options.h"
#include "cli/process.h"
#include "reactor/reactor.h"

void fall_down() {
  throw std::runtime_error("I fall down.");
}

int main(int argc, char** argv) {
  cli::init_process();
  cli::parse_no_args(argc, argv,
                     "A callback that fails, and another one that is called.");
  reactor::Reactor reactor;
  reactor.call_when_running(fall_down);
  reactor.call_when_running([&] {
    fmt::print("But I get up again.\n");
    reactor.stop();
  });

  fmt::print("Starting the reactor.\n");
  reactor.run();
}
