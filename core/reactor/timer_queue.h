// The calls to make later, in the order they are due.  twisted.internet.base
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "reactor/interfaces.h"

namespace reactor {

// A heap, so that adding, moving and cancelling cost O(log n), and what is
// cancelled is gone. The reactor calls it, and a DelayedCall that was given out
// refers to it for as long as the call is pending.
class TimerQueue {
 public:
  explicit TimerQueue(std::function<Clock::time_point()> now);
  ~TimerQueue();

  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  std::shared_ptr<DelayedCall> add(Clock::duration delay,
                                   std::function<void()> callback);

  // When the first call is due; nothing if there is none.
  std::optional<Clock::time_point> next() const;

  // Takes the first call that is due out of the queue; null if none is. What
  // was asked for since begin_pass() is not due yet.
  void begin_pass();
  std::function<void()> take_due();

  // Lets go of what cancelled calls hold. Not while one of them is running.
  void release();

 private:
  class Call;

  bool is_before(const Call& a, const Call& b) const;
  void place(std::size_t where, Call* call);
  void sift_up(std::size_t where, Call* call);
  void sift_down(std::size_t where, Call* call);
  void insert(Call* call);
  void remove(Call* call);
  Clock::time_point after(Clock::duration delay) const;

  const std::function<Clock::time_point()> now_;
  std::vector<Call*> heap_;  // each keeps itself alive while it is in here
  std::vector<std::function<void()>> cancelled_;
  std::vector<std::function<void()>> releasing_;
  std::uint64_t asked_ = 0;  // how often a call was asked for or moved
  std::uint64_t pass_ = 0;  // asked_, when the pass began
  Clock::time_point pass_time_;
};

}  // namespace reactor
