// Starts our reactor and stops it.
#include "reactor/reactor.h"

int main() {
  reactor::Reactor reactor;
  reactor.call_when_running([&] { reactor.stop(); });
  reactor.run();
}
