// The ring, with epoll and nothing else.
#include "common/ring.h"

#include "raw/epoll.h"

namespace {

void run(bench::Ring& ring, bench::Epoll& epoll) {
  for (;;) {
    for (const epoll_event& event : epoll.wait()) {
      if (ring.readable(event.data.u64)) return;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::Ring ring(argc, argv);
  bench::Epoll epoll;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    epoll.watch(ring.fd(i), {.u64 = i});
  }
  ring.start();
  run(ring, epoll);
  return ring.report();
}
