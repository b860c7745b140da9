// The timers on libev.
#include "common/timers.h"

#include <ev.h>

#include <vector>

namespace {

void on_due(struct ev_loop* loop, ev_timer* watcher, int) {
  auto& timers = *static_cast<bench::Timers*>(ev_userdata(loop));
  if (timers.called(reinterpret_cast<std::size_t>(watcher->data))) {
    ev_break(loop, EVBREAK_ALL);
  }
}

void schedule(const bench::Timers& timers,
              struct ev_loop* loop,
              std::vector<ev_timer>& watchers) {
  watchers.resize(timers.size());
  for (std::size_t i = 0; i < timers.size(); ++i) {
    ev_timer* watcher = &watchers[i];
    ev_timer_init(watcher, on_due, timers.delay_us(i) * 1e-6, 0.);
    watcher->data = reinterpret_cast<void*>(i);
    ev_timer_start(loop, watcher);
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::Timers timers(argc, argv);
  struct ev_loop* loop = ev_default_loop(0);
  ev_set_userdata(loop, &timers);
  std::vector<ev_timer> watchers;
  timers.begin();
  schedule(timers, loop, watchers);
  timers.all_scheduled();
  for (std::size_t i = 0; i < timers.size(); ++i) {
    if (!bench::Timers::is_to_cancel(i)) continue;
    ev_timer_stop(loop, &watchers[i]);
    timers.cancelled();
  }
  timers.all_cancelled();
  ev_run(loop, 0);
  return timers.report();
}
