// The timers in a std::priority_queue. A cancelled one is marked, and removed
// when it is first.
#include "common/timers.h"

#include <queue>
#include <vector>

namespace {

struct Entry {
  std::int64_t due_ns;
  std::uint32_t slot;

  bool operator<(const Entry& other) const { return due_ns > other.due_ns; }
};

struct Slot {
  bool (*callback)(bench::Timers&, std::size_t);
  bench::Timers* timers;
  std::size_t i;
  bool is_active;
};

std::int64_t now_ns() {
  return static_cast<std::int64_t>(bench::wall_seconds() * 1e9);
}

class Queue {
 public:
  void schedule(bench::Timers& timers) {
    const std::int64_t now = now_ns();
    for (std::size_t i = 0; i < timers.size(); ++i) {
      slots_.push_back({call, &timers, i, true});
      const std::int64_t delay_us = timers.delay_us(i);
      heap_.push({now + delay_us * 1000, static_cast<std::uint32_t>(i)});
    }
  }

  void cancel(bench::Timers& timers) {
    for (std::size_t i = 0; i < timers.size(); ++i) {
      if (!bench::Timers::is_to_cancel(i)) continue;
      slots_[i].is_active = false;
      timers.cancelled();
    }
  }

  void run() {
    const std::int64_t now = now_ns();
    while (!heap_.empty() && heap_.top().due_ns <= now) {
      Slot& slot = slots_[heap_.top().slot];
      heap_.pop();
      if (!slot.is_active) continue;
      slot.is_active = false;
      if (slot.callback(*slot.timers, slot.i)) return;
    }
  }

 private:
  static bool call(bench::Timers& timers, std::size_t i) {
    return timers.called(i);
  }

  std::priority_queue<Entry> heap_;
  std::vector<Slot> slots_;
};

}  // namespace

int main(int argc, char** argv) {
  bench::Timers timers(argc, argv);
  Queue queue;
  timers.begin();
  queue.schedule(timers);
  timers.all_scheduled();
  queue.cancel(timers);
  timers.all_cancelled();
  queue.run();
  return timers.report();
}
