// The simplest reactor program: it waits for something to do.          Part 3
//
// There is nothing to do, and waiting for it costs nothing. Ctrl-C ends it.

#include <csignal>

#include "reactor/reactor.h"

int main() {
  reactor::Reactor reactor;
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  reactor.run();
  return 128 + SIGINT;
}
