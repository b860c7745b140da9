// The timers on libevent. A callback schedules them: libevent has a cached time
// only there, and reads the clock for each timer elsewhere.
#include "common/timers.h"

#include <event2/event.h>
#include <event2/event_struct.h>

#include <vector>

namespace {

bench::Timers* timers;
event_base* base;
std::vector<event> events;

void on_due(evutil_socket_t, short, void* i) {
  if (timers->called(reinterpret_cast<std::size_t>(i))) {
    event_base_loopbreak(base);
  }
}

void schedule(evutil_socket_t, short, void*) {
  timers->begin();
  events.resize(timers->size());
  for (std::size_t i = 0; i < timers->size(); ++i) {
    evtimer_assign(&events[i], base, on_due, reinterpret_cast<void*>(i));
    const long delay_us = timers->delay_us(i);
    const timeval delay{delay_us / 1'000'000, delay_us % 1'000'000};
    evtimer_add(&events[i], &delay);
  }
  timers->all_scheduled();
  for (std::size_t i = 0; i < timers->size(); ++i) {
    if (!bench::Timers::is_to_cancel(i)) continue;
    evtimer_del(&events[i]);
    timers->cancelled();
  }
  timers->all_cancelled();
}

}  // namespace

int main(int argc, char** argv) {
  bench::Timers the_timers(argc, argv);
  timers = &the_timers;
  base = event_base_new();
  event_base_once(base, -1, EV_TIMEOUT, schedule, nullptr, nullptr);
  event_base_dispatch(base);
  return timers->report();
}
