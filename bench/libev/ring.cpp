// The ring on libev.
#include "common/ring.h"

#include <ev.h>

#include <vector>

namespace {

void on_readable(struct ev_loop* loop, ev_io* watcher, int) {
  auto& ring = *static_cast<bench::Ring*>(ev_userdata(loop));
  if (ring.readable(reinterpret_cast<std::size_t>(watcher->data))) {
    ev_break(loop, EVBREAK_ALL);
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::Ring ring(argc, argv);
  struct ev_loop* loop = ev_default_loop(0);
  ev_set_userdata(loop, &ring);
  std::vector<ev_io> watchers(ring.size());
  for (std::size_t i = 0; i < ring.size(); ++i) {
    ev_io* watcher = &watchers[i];
    ev_io_init(watcher, on_readable, ring.fd(i), EV_READ);
    watcher->data = reinterpret_cast<void*>(i);
    ev_io_start(loop, watcher);
  }
  ev_run(loop, EVRUN_NOWAIT);  // tells the system which to watch
  ring.start();
  ev_run(loop, 0);
  return ring.report();
}
