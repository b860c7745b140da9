#include "reactor/loop/timer_queue.h"

#include <algorithm>
#include <stdexcept>

namespace reactor {

Clock::time_point sum(Clock::time_point time, Clock::duration more) {
  using Time = Clock::time_point;
  const Clock::duration zero = Clock::duration::zero();
  if (more > zero && time > Time::max() - more) return Time::max();
  if (more < zero && time < Time::min() - more) return Time::min();
  return time + more;
}

DelayedCall TimerQueue::add(const std::shared_ptr<TimerQueue>& queue,
                            Clock::duration delay,
                            std::function<void()>&& callback) {
  DelayedCall added;
  added.when_ = queue->time_after(delay);
  added.slot_ = queue->take_slot();
  added.id_ = queue->next_order();
  added.queue_ = queue;
  added.is_cancelled_ = false;
  Call& call = queue->call(added.slot_);
  if (!queue->is_closed_) call.callback.swap(callback);
  call.id = added.id_;
  queue->heap_.emplace_back();
  queue->sift_up(queue->heap_.size() - 1,
                 {added.when_, added.id_, added.slot_});
  return added;
}

// Takes the callback first: the processor can load it from memory while the
// heap is mended.
std::function<void()> TimerQueue::take_due() {
  if (!is_due()) return nullptr;
  const Slot slot = heap_.front().slot;
  auto callback = std::move(call(slot).callback);
  free_slot(slot);
  remove(0);
  return callback;
}

Clock::time_point TimerQueue::time_after(Clock::duration delay) const {
  if (delay < Clock::duration::zero()) {
    throw std::invalid_argument("the delay is negative");
  }
  return sum(now_(), delay);
}

Clock::time_point TimerQueue::move(Slot slot, Clock::time_point when) {
  place_node(call(slot).index, {when, next_order(), slot});
  return when;
}

void TimerQueue::cancel(Slot slot) {
  remove(call(slot).index);
  call(slot).id = 0;
  call(slot).index = std::exchange(cancelled_, slot);
}

// Destructors may cancel further calls.
void TimerQueue::destroy_cancelled() {
  Slot next = std::exchange(cancelled_, none);
  while (next != none) {
    const Slot slot = std::exchange(next, call(next).index);
    std::exchange(call(slot).callback, nullptr);
    free_slot(slot);
  }
}

// Destructors may ask for further calls.
void TimerQueue::close() {
  is_closed_ = true;
  for (Slot slot = 0; slot < slots_; ++slot) {
    std::exchange(call(slot).callback, nullptr);
  }
}

// --- The slots ---------------------------------------------------------------

TimerQueue::Slot TimerQueue::take_slot() {
  if (free_ == none) {
    if (slots_ % chunk == 0)
      calls_.push_back(std::make_unique_for_overwrite<Call[]>(chunk));
    return static_cast<Slot>(slots_++);
  }
  return std::exchange(free_, call(free_).index);
}

void TimerQueue::free_slot(Slot slot) {
  call(slot).id = 0;
  call(slot).index = std::exchange(free_, slot);
}

void TimerQueue::give_back() {
  heap_.shrink_to_fit();
  calls_.clear();
  calls_.shrink_to_fit();
  slots_ = 0;
  free_ = none;
}

// --- The heap ----------------------------------------------------------------

void TimerQueue::put(std::size_t place, const Node& node) {
  heap_[place] = node;
  call(node.slot).index = static_cast<Slot>(place);
}

void TimerQueue::place_node(std::size_t hole, const Node& node) {
  if (hole > 0 && is_before(node, heap_[(hole - 1) / 4])) {
    sift_up(hole, node);
  } else {
    sift_down(hole, node);
  }
}

void TimerQueue::sift_up(std::size_t hole, const Node& node) {
  while (hole > 0) {
    const std::size_t parent = (hole - 1) / 4;
    if (!is_before(node, heap_[parent])) break;
    put(std::exchange(hole, parent), heap_[parent]);
  }
  put(hole, node);
}

void TimerQueue::sift_down(std::size_t hole, const Node& node) {
  const std::size_t size = heap_.size();
  for (std::size_t child; (child = 4 * hole + 1) < size;) {
    const std::size_t end = std::min(child + 4, size);
    std::size_t first = child;
    while (++child < end) {
      if (is_before(heap_[child], heap_[first])) first = child;
    }
    if (!is_before(heap_[first], node)) break;
    put(std::exchange(hole, first), heap_[first]);
  }
  put(hole, node);
}

// The last node takes the place.
void TimerQueue::remove(std::size_t place) {
  const Node last = heap_.back();
  heap_.pop_back();
  if (place < heap_.size()) place_node(place, last);
}

}  // namespace reactor
