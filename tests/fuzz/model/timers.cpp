#include "model/timers.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "model/reactor_model.h"

namespace fuzz {
namespace {

using namespace std::chrono_literals;
using reactor::Clock;

constexpr std::size_t max_timers = 32;

// Saturates at the largest time.
Clock::time_point sum(Clock::time_point time, Clock::duration more) {
  if (more > 0s && time > Clock::time_point::max() - more) {
    return Clock::time_point::max();
  }
  return time + more;
}

}  // namespace

// A few values, so that several calls are due at the same time.
Clock::duration Timers::any_delay() {
  constexpr std::array<Clock::duration, 8> delays{
      0s, 0s, 1ns, 500us, 1ms, 3ms, 48h, Clock::duration::max()};
  return delays[model_.bytes.below(delays.size())];
}

Timers::Timer* Timers::any() {
  if (timers_.empty()) return nullptr;
  return &timers_[model_.bytes.below(timers_.size())];
}

// --- Operations --------------------------------------------------------------

void Timers::call_later(std::shared_ptr<void> held) {
  if (timers_.size() == max_timers) return;
  const auto delay = any_delay();
  const std::size_t which = timers_.size();
  timers_.push_back({{}, sum(model_.now, delay), ++orders_, {}});
  // The vector may move, but call_later() makes no call.
  timers_.back().call = model_.reactor->call_later(
      delay, [this, which, held = std::move(held)] { on_time(which); });
  check(timers_.back().call.active() &&
            timers_.back().call.time() == timers_.back().time,
        "a requested call is pending");
}

// An operation on a completed call only returns the reason.
void Timers::check_outcome(const Timer& timer, std::error_code said) const {
  check(said == timer.outcome,
        "an operation on an inactive call returns the reason");
}

void Timers::check_active() const {
  for (const Timer& timer : timers_) {
    check(timer.call.active() == !timer.outcome,
          "the active calls are the pending ones");
  }
}

void Timers::cancel() {
  Timer* const timer = any();
  if (!timer) return;
  check_outcome(*timer, timer->call.cancel());
  if (!timer->outcome) timer->outcome = reactor::Error::already_cancelled;
  check_active();
}

void Timers::moved(Timer& timer, Time when) {
  if (timer.outcome) return;
  timer.time = when;
  timer.order = ++orders_;
  check(timer.call.time() == when, "a call is moved where it was asked to");
}

void Timers::reset() {
  Timer* const timer = any();
  if (!timer) return;
  const auto delay = any_delay();
  check_outcome(*timer, timer->call.reset(delay));
  moved(*timer, sum(model_.now, delay));
  if (timer->outcome) return;
  bool thrown = false;
  try {
    timer->call.reset(-1ns);
  } catch (const std::invalid_argument&) {
    thrown = true;
  }
  check(thrown, "there is no delay of less than zero");
}

// Also back in time, but not so far that the next delay would overflow.
void Timers::delay() {
  Timer* const timer = any();
  if (!timer) return;
  const auto more =
      model_.bytes.below(2) == 1 ? -Clock::duration(2ms) : any_delay();
  check_outcome(*timer, timer->call.delay(more));
  moved(*timer, sum(timer->time, more));
}

// --- The model ---------------------------------------------------------------

void Timers::begin_iteration() {
  iteration_order_ = orders_;
  iteration_time_ = model_.now;
}

const Timers::Timer* Timers::next() const {
  const Timer* next = nullptr;
  for (const Timer& timer : timers_) {
    if (timer.outcome) continue;
    if (!next || std::pair(timer.time, timer.order) <
                     std::pair(next->time, next->order)) {
      next = &timer;
    }
  }
  return next;
}

void Timers::on_time(std::size_t which) {
  const ReactorModel::CallbackScope scope(model_, "call",
                                          static_cast<int>(which));
  Timer& timer = timers_[which];
  check(!timer.outcome, "a call is made once, unless it is cancelled");
  check(timer.time <= iteration_time_, "no call is early");
  check(timer.order <= iteration_order_,
        "no call is made in the iteration that asks for it");
  check(next() == &timer, "calls are made in the order of time");
  timer.outcome = reactor::Error::already_called;
  check_outcome(timer, timer.call.cancel());
  check_active();
  model_.act();
  model_.maybe_throw("a delayed call");
}

void Timers::check_wait(
    std::optional<std::chrono::milliseconds> timeout) const {
  using std::chrono::milliseconds;
  const Timer* const first = next();
  check(!first || first->time > iteration_time_ ||
            first->order > iteration_order_,
        "every call that is due is made");
  std::optional<milliseconds> expected;
  if (first) {
    const auto wait = std::max(first->time - model_.now, Clock::duration(0));
    expected = std::min(std::chrono::ceil<milliseconds>(wait),
                        milliseconds(std::chrono::hours(24)));
  }
  if (!model_.reactor->running()) expected = 0ms;
  // Connections have delayed calls, too.
  const bool is_earlier = timeout && (!expected || *timeout < *expected);
  check(timeout == expected || (is_earlier && !model_.connections().is_empty()),
        "the wait ends when the next call is due");
}

void Timers::check_gone() const {
  for (Timer timer : timers_) {
    check(!timer.call.active() && timer.call.cancel(),
          "a reactor that is gone has cancelled its calls");
  }
}

}  // namespace fuzz
