#include "reactor/delayed_call.h"

#include <utility>

#include "reactor/error.h"
#include "reactor/loop/timer_queue.h"

namespace reactor {

Clock::time_point DelayedCall::time() const {
  return active() ? queue_->time_of(slot_) : when_;
}

bool DelayedCall::active() const {
  return !is_cancelled_ && queue_->is_pending(slot_, id_) &&
         !queue_->is_closed();
}

std::error_code DelayedCall::cancel() {
  if (!active()) return why_not_active();
  when_ = queue_->time_of(slot_);
  queue_->cancel(slot_);
  is_cancelled_ = true;
  return {};
}

std::error_code DelayedCall::reset(Duration delay) {
  if (!active()) return why_not_active();
  when_ = queue_->move(slot_, queue_->time_after(delay));
  return {};
}

std::error_code DelayedCall::delay(Duration more) {
  if (!active()) return why_not_active();
  when_ = queue_->move(slot_, sum(queue_->time_of(slot_), more));
  return {};
}

std::error_code DelayedCall::why_not_active() const {
  const bool cancelled = is_cancelled_ || queue_->is_pending(slot_, id_);
  return cancelled ? Error::already_cancelled : Error::already_called;
}

}  // namespace reactor
