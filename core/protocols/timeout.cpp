#include "protocols/timeout.h"

namespace reactor {

Timeout::Timeout(ReactorTime& time, std::function<void()> on_timeout)
    : time_(time),
      on_timeout_(std::move(on_timeout)) {}

Timeout::~Timeout() {
  call_.cancel();
}

// Makes the new call first, because that may throw.
std::optional<Clock::duration> Timeout::set(std::optional<Duration> period) {
  auto call = period ? time_.call_later(*period, on_timeout_) : DelayedCall();
  call_.cancel();
  call_ = std::move(call);
  return std::exchange(period_, period);
}

void Timeout::reset() {
  if (period_) call_.reset(*period_);
}

}  // namespace reactor
