#include "reactor/timer_queue.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "reactor/error.h"

namespace reactor {
namespace {

// Never past either end of time.
Clock::time_point sum(Clock::time_point time, Clock::duration more) {
  using Time = Clock::time_point;
  if (more > Clock::duration::zero() && time > Time::max() - more) {
    return Time::max();
  }
  if (more < Clock::duration::zero() && time < Time::min() - more) {
    return Time::min();
  }
  return time + more;
}

}  // namespace

// The slot is its own as long as the turn is.
class TimerQueue::Handle final : public DelayedCall {
 public:
  Handle(std::shared_ptr<TimerQueue> queue, Clock::time_point when, Slot slot)
      : queue_(std::move(queue)),
        when_(when),
        turn_(queue_->turn_),
        slot_(slot) {}

  Clock::time_point time() const override { return when_; }
  bool active() const override { return is_pending() && !queue_->closed_; }

  std::error_code cancel() override {
    if (!active()) return outcome();
    queue_->put_aside(std::exchange(slot_, none));
    return {};
  }

  std::error_code reset(Clock::duration delay) override {
    if (!active()) return outcome();
    return move_to(queue_->after(delay));
  }

  std::error_code delay(Clock::duration more) override {
    if (!active()) return outcome();
    return move_to(sum(when_, more));
  }

 private:
  bool is_pending() const {
    if (slot_ >= queue_->slots_) return false;
    const Call& call = queue_->call(slot_);
    return call.pending && call.turn == turn_;
  }

  // What is pending still was cancelled with all the others.
  std::error_code outcome() const {
    return slot_ == none || is_pending() ? Error::already_cancelled
                                         : Error::already_called;
  }

  std::error_code move_to(Clock::time_point when) {
    std::function<void()> callback;
    callback.swap(queue_->call(slot_).callback);
    queue_->mark(slot_);
    slot_ = queue_->insert(when, std::move(callback));
    turn_ = queue_->turn_;
    when_ = when;
    return {};
  }

  const std::shared_ptr<TimerQueue> queue_;
  Clock::time_point when_;
  Turn turn_;
  Slot slot_;  // none once it is cancelled
};

std::shared_ptr<DelayedCall> TimerQueue::add(Clock::duration delay,
                                             std::function<void()> callback) {
  const Clock::time_point when = after(delay);
  const Slot slot = insert(when, std::move(callback));
  return std::make_shared<Handle>(shared_from_this(), when, slot);
}

std::function<void()> TimerQueue::take_due() {
  if (marked_ > 0) skip_marked();
  if (!is_due()) return nullptr;
  const Slot slot = next_node().slot;
  pop();
  std::function<void()> callback;
  callback.swap(call(slot).callback);
  free_slot(slot);
  return callback;
}

void TimerQueue::release() {
  std::swap(cancelled_, releasing_);
  for (const Slot slot : releasing_) {
    Call& call = this->call(slot);
    const auto callback = std::exchange(call.callback, nullptr);
    call.is_aside = false;
    if (!call.has_node) free_slot(slot);
  }
  releasing_.clear();
}

// Who is let go of may ask for more.
void TimerQueue::close() {
  closed_ = true;
  for (Slot slot = 0; slot < slots_; ++slot) {
    std::exchange(call(slot).callback, nullptr);
  }
}

Clock::time_point TimerQueue::after(Clock::duration delay) const {
  if (delay < Clock::duration::zero()) {
    throw std::invalid_argument("a delay is not less than zero");
  }
  return sum(now_(), delay);
}

// --- The calls ---------------------------------------------------------------

TimerQueue::Slot TimerQueue::insert(Clock::time_point when,
                                    std::function<void()>&& callback) {
  if (free_ == none) {
    if (slots_ % chunk == 0) calls_.push_back(std::make_unique<Call[]>(chunk));
    free_slot(slots_++);
  }
  first_asked_ = asked_.empty() ? when : std::min(first_asked_, when);
  asked_.push_back({when, free_});
  Call& call = this->call(free_);
  free_ = call.next_free;
  call.callback.swap(callback);
  call.turn = ++turn_;
  call.pending = true;
  call.has_node = true;
  return asked_.back().slot;
}

void TimerQueue::put_aside(Slot slot) {
  mark(slot);
  call(slot).is_aside = true;
  cancelled_.push_back(slot);
}

// Of one that has a mark.
void TimerQueue::forget_node(Slot slot) {
  call(slot).has_node = false;
  if (!call(slot).is_aside) free_slot(slot);
}

void TimerQueue::free_slot(Slot slot) {
  call(slot).pending = false;
  call(slot).next_free = std::exchange(free_, slot);
}

// After very many calls; the next may be far away.
void TimerQueue::give_back() {
  for (auto* nodes : {&asked_, &heap_, &sorted_}) {
    nodes->shrink_to_fit();
  }
  cancelled_.shrink_to_fit();
  releasing_.shrink_to_fit();
  calls_.clear();
  slots_ = 0;
  free_ = none;
}

// --- Their order -------------------------------------------------------------

bool TimerQueue::IsAfter::operator()(const Node& a, const Node& b) const {
  if (a.when != b.when) return a.when > b.when;
  return queue.call(a.slot).turn > queue.call(b.slot).turn;
}

void TimerQueue::put_in_order() {
  if (marked_ > 0 &&
      2 * marked_ >= asked_.size() + heap_.size() + sorted_.size()) {
    remove_marked();
  }
  const IsAfter is_after{*this};
  if (asked_.size() > heap_.size() + sorted_.size()) {
    std::swap(asked_, sorted_);
    sorted_.insert(sorted_.end(), asked_.begin(), asked_.end());
    sorted_.insert(sorted_.end(), heap_.begin(), heap_.end());
    heap_.clear();
    std::sort(sorted_.begin(), sorted_.end(), is_after);
  } else {
    for (const Node& node : asked_) {
      heap_.push_back(node);
      std::push_heap(heap_.begin(), heap_.end(), is_after);
    }
  }
  asked_.clear();
  skip_marked();
}

void TimerQueue::remove_marked() {
  for (auto* nodes : {&asked_, &heap_, &sorted_}) {
    std::erase_if(*nodes, [this](const Node& node) {
      if (call(node.slot).pending) return false;
      forget_node(node.slot);
      return true;
    });
  }
  std::make_heap(heap_.begin(), heap_.end(), IsAfter{*this});
  marked_ = 0;
}

void TimerQueue::skip_marked() {
  while (has_next() && !call(next_node().slot).pending) {
    forget_node(next_node().slot);
    --marked_;
    pop();
  }
}

bool TimerQueue::is_next_in_heap() const {
  if (heap_.empty() || sorted_.empty()) return sorted_.empty();
  return IsAfter{*this}(sorted_.back(), heap_.front());
}

const TimerQueue::Node& TimerQueue::next_node() const {
  return is_next_in_heap() ? heap_.front() : sorted_.back();
}

// Who was moved to before the next one meanwhile keeps it waiting for the next
// pass, which makes both in their order.
bool TimerQueue::is_due() const {
  if (!has_next()) return false;
  const Clock::time_point when = next_node().when;
  return when <= pass_time_ && (asked_.empty() || when <= first_asked_);
}

void TimerQueue::pop() {
  if (is_next_in_heap()) {
    std::pop_heap(heap_.begin(), heap_.end(), IsAfter{*this});
    heap_.pop_back();
    return;
  }
  sorted_.pop_back();
  // In memory they lie in no order: have the next ones on their way.
  constexpr std::size_t ahead = 4;
  if (sorted_.size() >= ahead) {
    __builtin_prefetch(&call(sorted_[sorted_.size() - ahead].slot));
  }
}

}  // namespace reactor
