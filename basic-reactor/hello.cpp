// The reactor calls us.                                                Part 3
//
// We pass it a function. It calls the function when it runs, and runs on.

#include <csignal>

#include <fmt/core.h>

#include "cli/options.h"
#include "cli/process.h"
#include "reactor/reactor.h"

void hello() {
  fmt::print("Hello from the reactor loop!\n");
  fmt::print("Lately I feel like I'm stuck in a rut.\n");
}

int main(int argc, char** argv) {
  cli::init_process();
  cli::parse_no_args(argc, argv,
                     "A callback that prints two lines. Runs until Ctrl-C.");
  reactor::Reactor reactor;
  reactor.call_when_running(hello);
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });

  fmt::print("Starting the reactor.\n");
  reactor.run();
  return 128 + SIGINT;
}
