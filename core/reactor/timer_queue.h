// The calls to make later, in the order they are due.  twisted.internet.base
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "reactor/interfaces.h"

namespace reactor {

// The reactor owns it, and so does every DelayedCall that was given out:
//
//   Reactor, DelayedCall -> TimerQueue -> callbacks -> what they hold
//
// What the callbacks hold may be a DelayedCall: close() breaks that circle.
//
// What is asked for is put into order between two passes only: into a heap; or,
// if more came than were there, all of it is sorted at once. Cancelling leaves
// a mark, which is found when the call would be the next, or when every second
// one has a mark. So a call costs O(log n), in the long run; and one that is
// cancelled before anybody looked, as most timeouts are, next to nothing. What
// very many calls have needed is given back once there is none left.
class TimerQueue : public std::enable_shared_from_this<TimerQueue> {
 public:
  explicit TimerQueue(std::function<Clock::time_point()> now)
      : now_(std::move(now)) {}

  std::shared_ptr<DelayedCall> add(Clock::duration delay,
                                   std::function<void()> callback);

  // When the first call is due; nothing if there is none. Not within a pass.
  std::optional<Clock::time_point> next() {
    settle();
    if (has_next()) return next_node().when;
    if (slots_ > chunk && !has_cancelled()) give_back();
    return std::nullopt;
  }

  // Whether any call is due. take_due() takes the first of them out of the
  // queue, and is null when there are no more: what was asked for since
  // begin_pass() is not due yet.
  bool begin_pass() {
    settle();
    if (!has_next()) return false;
    pass_time_ = now_();
    return is_due();
  }
  std::function<void()> take_due();

  // Lets go of what cancelled calls hold. Not while one of them is running.
  bool has_cancelled() const { return !cancelled_.empty(); }
  void release();

  // Cancels all calls, for ever.
  void close();

 private:
  class Handle;
  using Slot = std::uint32_t;  // the number of a call
  using Turn = std::uint64_t;  // when it was asked for or moved

  static constexpr Slot none = ~Slot{0};
  static constexpr std::size_t chunk = 1024;

  // Keeps its slot until its node is gone, and release() was called if it was
  // cancelled.
  struct Call {
    std::function<void()> callback;
    Turn turn = 0;
    Slot next_free = none;
    bool pending = false;
    bool has_node = false;
    bool is_aside = false;
  };

  // What putting calls into order has to look at.
  struct Node {
    Clock::time_point when;
    Slot slot;
  };
  struct IsAfter {
    const TimerQueue& queue;
    bool operator()(const Node& a, const Node& b) const;
  };

  Call& call(Slot slot) const { return calls_[slot / chunk][slot % chunk]; }
  Slot insert(Clock::time_point when, std::function<void()>&& callback);
  // The call will not be made; its node is still somewhere.
  void mark(Slot slot) {
    ++marked_;
    call(slot).pending = false;
  }
  void put_aside(Slot slot);
  void forget_node(Slot slot);
  void free_slot(Slot slot);
  void give_back();
  Clock::time_point after(Clock::duration delay) const;

  void settle() {
    if (!asked_.empty() || marked_ > 0) put_in_order();
  }
  void put_in_order();
  void remove_marked();
  void skip_marked();
  bool has_next() const { return !heap_.empty() || !sorted_.empty(); }
  bool is_next_in_heap() const;
  const Node& next_node() const;
  bool is_due() const;
  void pop();

  const std::function<Clock::time_point()> now_;
  std::vector<std::unique_ptr<Call[]>> calls_;  // by slot, in chunks
  Slot slots_ = 0;
  Slot free_ = none;
  std::vector<Node> asked_;  // since the last pass, in no order
  Clock::time_point first_asked_;  // of them
  std::vector<Node> heap_;
  std::vector<Node> sorted_;  // the next one is the last
  std::size_t marked_ = 0;  // of all nodes
  std::vector<Slot> cancelled_;
  std::vector<Slot> releasing_;
  Turn turn_ = 0;  // the last one
  Clock::time_point pass_time_;
  bool closed_ = false;
};

}  // namespace reactor
