// Who calls us?                                                        Part 3
//
// The innermost function is printed last: ours, which the reactor has called.

#include <csignal>

#include <fmt/core.h>

#include "cli/options.h"
#include "cli/process.h"
#include "cli/stack.h"
#include "reactor/reactor.h"

void stack() {
  fmt::print("The stack:\n");
  cli::print_stack();
}

int main(int argc, char** argv) {
  cli::init_process();
  cli::parse_no_args(argc, argv,
                     "A callback that prints the stack. Runs until Ctrl-C.");
  reactor::Reactor reactor;
  reactor.call_when_running(stack);
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });

  reactor.run();
  return 128 + SIGINT;
}
