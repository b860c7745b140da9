// The ring on libevent.
#include "common/ring.h"

#include <event2/event.h>

namespace {

bench::Ring* ring;
event_base* base;

void on_readable(evutil_socket_t, short, void* i) {
  if (ring->readable(reinterpret_cast<std::size_t>(i))) {
    event_base_loopbreak(base);
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::Ring the_ring(argc, argv);
  ring = &the_ring;
  base = event_base_new();
  for (std::size_t i = 0; i < ring->size(); ++i) {
    event* watcher = event_new(base, ring->fd(i), EV_READ | EV_PERSIST,
                               on_readable, reinterpret_cast<void*>(i));
    event_add(watcher, nullptr);
  }
  event_base_loop(base, EVLOOP_NONBLOCK);
  ring->start();
  event_base_dispatch(base);
  return ring->report();
}
