// The ring on libuv.
#include "common/ring.h"

#include <uv.h>

#include <vector>

namespace {

void on_readable(uv_poll_t* handle, int, int) {
  auto& ring = *static_cast<bench::Ring*>(handle->loop->data);
  if (ring.readable(reinterpret_cast<std::size_t>(handle->data))) {
    uv_stop(handle->loop);
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::Ring ring(argc, argv);
  uv_loop_t* loop = uv_default_loop();
  loop->data = &ring;
  std::vector<uv_poll_t> handles(ring.size());
  for (std::size_t i = 0; i < ring.size(); ++i) {
    uv_poll_init(loop, &handles[i], ring.fd(i));
    handles[i].data = reinterpret_cast<void*>(i);
    uv_poll_start(&handles[i], UV_READABLE, on_readable);
  }
  uv_run(loop, UV_RUN_NOWAIT);  // tells the system which to watch
  ring.start();
  uv_run(loop, UV_RUN_DEFAULT);
  return ring.report();
}
