// The timers on libuv, which counts milliseconds.
#include "common/timers.h"

#include <uv.h>

#include <vector>

namespace {

void on_due(uv_timer_t* handle) {
  auto& timers = *static_cast<bench::Timers*>(handle->loop->data);
  if (timers.called(reinterpret_cast<std::size_t>(handle->data))) {
    uv_stop(handle->loop);
  }
}

void schedule(const bench::Timers& timers,
              uv_loop_t* loop,
              std::vector<uv_timer_t>& handles) {
  handles.resize(timers.size());
  for (std::size_t i = 0; i < timers.size(); ++i) {
    uv_timer_init(loop, &handles[i]);
    handles[i].data = reinterpret_cast<void*>(i);
    uv_timer_start(&handles[i], on_due, timers.delay_us(i) / 1000, 0);
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::Timers timers(argc, argv);
  timers.allow(1000);
  uv_loop_t* loop = uv_default_loop();
  loop->data = &timers;
  std::vector<uv_timer_t> handles;
  timers.begin();
  schedule(timers, loop, handles);
  timers.all_scheduled();
  for (std::size_t i = 0; i < timers.size(); ++i) {
    if (!bench::Timers::is_to_cancel(i)) continue;
    uv_timer_stop(&handles[i]);
    timers.cancelled();
  }
  timers.all_cancelled();
  uv_run(loop, UV_RUN_DEFAULT);
  return timers.report();
}
