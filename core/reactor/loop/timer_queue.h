// The delayed calls, in the order they are due.   twisted.internet.base
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "reactor/delayed_call.h"

namespace reactor {

// `time` + `more`, but never past either end of time.
Clock::time_point sum(Clock::time_point time, Clock::duration more);

// The reactor owns the queue, and so does every DelayedCall that was given out:
//
//   Reactor, DelayedCall -> TimerQueue -> callbacks -> their captures
//
// A callback may capture a DelayedCall: close() breaks that cycle.
//
// A 4-ary heap of small nodes keeps the order. The callbacks are beside it, in
// slots. A node has the number of its slot, and a slot has the index of its
// node. Scheduling, cancelling and moving cost O(log n), and a cancelled call
// leaves the heap at once.
class TimerQueue {
 public:
  using Slot = std::uint32_t;  // of a call; a later one may get it again

  explicit TimerQueue(std::function<Clock::time_point()> now)
      : now_(std::move(now)) {}

  static DelayedCall add(const std::shared_ptr<TimerQueue>& queue,
                         Clock::duration delay,
                         std::function<void()>&& callback);

  // When the first call is due; nothing if there is none. An empty queue frees
  // the memory that very many calls needed: the next one may be far away.
  std::optional<Clock::time_point> next() {
    if (!heap_.empty()) return heap_.front().when;
    if (slots_ > chunk && !has_cancelled()) give_back();
    return std::nullopt;
  }

  // Whether any call is due. Then take_due() takes the first of them out of the
  // queue, and is null when there are no more. A call that was asked for or
  // moved since begin_iteration() waits for the next iteration, and so do those
  // that are due after it.
  bool begin_iteration() {
    if (heap_.empty()) return false;
    last_order_ = order_;
    now_due_ = now_();
    return is_due();
  }
  std::function<void()> take_due();

  // Destroys the callbacks of the cancelled calls. Not within a callback.
  bool has_cancelled() const { return cancelled_ != none; }
  void destroy_cancelled();

  // Cancels all calls, for ever.
  void close();
  bool is_closed() const { return is_closed_; }

  // For DelayedCall. Whether the call was neither made nor cancelled by itself:
  // only then may it be passed to the other functions.
  bool is_pending(Slot slot, std::uint32_t id) const {
    return slot < slots_ && call(slot).id == id;
  }
  Clock::time_point time_of(Slot slot) const {
    return heap_[call(slot).index].when;
  }
  // Throws std::invalid_argument for a negative delay.
  Clock::time_point time_after(Clock::duration delay) const;
  Clock::time_point move(Slot slot, Clock::time_point when);
  void cancel(Slot slot);

 private:
  static constexpr Slot none = ~Slot{0};
  static constexpr std::size_t chunk = 1024;

  struct Call {
    std::function<void()> callback;
    // The order with which it was added; 0 if it is not pending.
    std::uint32_t id = 0;
    Slot index;  // of its node, or else the next free or cancelled slot
  };

  struct Node {
    Clock::time_point when;
    std::uint32_t order;  // when it was asked for or moved: breaks ties
    Slot slot;
  };

  // Never 0.
  std::uint32_t next_order() { return ++order_ != 0 ? order_ : ++order_; }
  static bool is_before(const Node& a, const Node& b) {
    return a.when != b.when ? a.when < b.when : is_older(a.order, b.order);
  }
  // The numbers begin again after the largest one.
  static bool is_older(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::int32_t>(a - b) < 0;
  }
  bool is_due() const {
    return !heap_.empty() && heap_.front().when <= now_due_ &&
           !is_older(last_order_, heap_.front().order);
  }

  Call& call(Slot slot) const { return calls_[slot / chunk][slot % chunk]; }
  Slot take_slot();
  void free_slot(Slot slot);
  void give_back();

  void put(std::size_t place, const Node& node);
  void place_node(std::size_t hole, const Node& node);
  void sift_up(std::size_t hole, const Node& node);
  void sift_down(std::size_t hole, const Node& node);
  void remove(std::size_t place);

  const std::function<Clock::time_point()> now_;
  std::vector<Node> heap_;
  std::vector<std::unique_ptr<Call[]>> calls_;  // by slot, in chunks
  std::size_t slots_ = 0;  // that have been used
  Slot free_ = none;
  Slot cancelled_ = none;
  std::uint32_t order_ = 0;  // the last one
  std::uint32_t last_order_ = 0;  // when the iteration began
  Clock::time_point now_due_;
  bool is_closed_ = false;
};

}  // namespace reactor
