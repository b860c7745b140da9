// The reactor calls us.                                                Part 3
//
// We give it a function; it calls it once it runs, and goes on running.

#include <csignal>

#include <fmt/core.h>

#include "cli/process.h"
#include "reactor/reactor.h"

void hello() {
  fmt::print("Hello from the reactor loop!\n");
  fmt::print("Lately I feel like I'm stuck in a rut.\n");
}

int main() {
  cli::init_process();
  reactor::Reactor reactor;
  reactor.call_when_running(hello);
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });

  fmt::print("Starting the reactor.\n");
  reactor.run();
  return 128 + SIGINT;
}
