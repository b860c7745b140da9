#include "reactor/timer_queue.h"

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

class TimerQueue::Call final : public DelayedCall,
                               public std::enable_shared_from_this<Call> {
 public:
  Call(TimerQueue& queue, std::function<void()> callback)
      : queue_(&queue),
        callback_(std::move(callback)) {}

  Clock::time_point time() const override { return time_; }
  bool active() const override { return queue_ != nullptr; }

  std::error_code cancel() override {
    if (!active()) return outcome_;
    TimerQueue& queue = *queue_;
    queue.remove(this);
    queue.cancelled_.push_back(end(Error::already_cancelled));
    return {};
  }

  std::error_code reset(Clock::duration delay) override {
    if (!active()) return outcome_;
    return move_to(queue_->after(delay));
  }

  std::error_code delay(Clock::duration more) override {
    if (!active()) return outcome_;
    return move_to(sum(time_, more));
  }

 private:
  friend TimerQueue;

  std::error_code move_to(Clock::time_point when) {
    queue_->remove(this);
    time_ = when;
    queue_->insert(this);
    return {};
  }

  // Out of the queue it is nobody's but its user's.
  std::function<void()> end(Error outcome) {
    const auto self = std::move(self_);
    queue_ = nullptr;
    outcome_ = outcome;
    return std::exchange(callback_, nullptr);
  }

  TimerQueue* queue_;  // null once it is out of it
  std::shared_ptr<Call> self_;  // while it is in it
  std::error_code outcome_;
  Clock::time_point time_;
  std::uint64_t turn_ = 0;  // asked_, when it was asked for or moved
  std::size_t where_ = 0;  // in the heap
  std::function<void()> callback_;
};

TimerQueue::TimerQueue(std::function<Clock::time_point()> now)
    : now_(std::move(now)) {}

// Calls that were never made let go of what they hold: it may be what holds the
// call.
TimerQueue::~TimerQueue() {
  for (Call* call : std::exchange(heap_, {})) {
    cancelled_.push_back(call->end(Error::already_cancelled));
  }
}

std::shared_ptr<DelayedCall> TimerQueue::add(Clock::duration delay,
                                             std::function<void()> callback) {
  const Clock::time_point when = after(delay);
  const auto call = std::make_shared<Call>(*this, std::move(callback));
  call->self_ = call;
  call->time_ = when;
  insert(call.get());
  return call;
}

std::optional<Clock::time_point> TimerQueue::next() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front()->time_;
}

void TimerQueue::begin_pass() {
  pass_ = asked_;
  pass_time_ = now_();
}

std::function<void()> TimerQueue::take_due() {
  if (heap_.empty()) return nullptr;
  Call* const first = heap_.front();
  if (first->time_ > pass_time_ || first->turn_ > pass_) return nullptr;
  remove(first);
  return first->end(Error::already_called);
}

void TimerQueue::release() {
  while (!cancelled_.empty()) {
    std::swap(cancelled_, releasing_);
    releasing_.clear();
  }
}

Clock::time_point TimerQueue::after(Clock::duration delay) const {
  if (delay < Clock::duration::zero()) {
    throw std::invalid_argument("a delay is not less than zero");
  }
  return sum(now_(), delay);
}

// --- The heap ----------------------------------------------------------------

bool TimerQueue::is_before(const Call& a, const Call& b) const {
  return a.time_ < b.time_ || (a.time_ == b.time_ && a.turn_ < b.turn_);
}

void TimerQueue::place(std::size_t where, Call* call) {
  heap_[where] = call;
  call->where_ = where;
}

void TimerQueue::sift_up(std::size_t where, Call* call) {
  while (where > 0) {
    const std::size_t parent = (where - 1) / 4;
    if (!is_before(*call, *heap_[parent])) break;
    place(where, heap_[parent]);
    where = parent;
  }
  place(where, call);
}

void TimerQueue::sift_down(std::size_t where, Call* call) {
  for (;;) {
    const std::size_t first = where * 4 + 1;
    if (first >= heap_.size()) break;
    std::size_t least = first;
    for (std::size_t i = first + 1; i < first + 4 && i < heap_.size(); ++i) {
      if (is_before(*heap_[i], *heap_[least])) least = i;
    }
    if (!is_before(*heap_[least], *call)) break;
    place(where, heap_[least]);
    where = least;
  }
  place(where, call);
}

void TimerQueue::insert(Call* call) {
  call->turn_ = ++asked_;
  heap_.push_back(call);
  sift_up(heap_.size() - 1, call);
}

void TimerQueue::remove(Call* call) {
  Call* const last = heap_.back();
  heap_.pop_back();
  if (last == call) return;
  const std::size_t hole = call->where_;
  if (hole > 0 && is_before(*last, *heap_[(hole - 1) / 4])) {
    sift_up(hole, last);
  } else {
    sift_down(hole, last);
  }
}

}  // namespace reactor
