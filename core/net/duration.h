// A length of time that does not overflow.
#pragma once

#include <chrono>
#include <cmath>
#include <stdexcept>

namespace net {

using Clock = std::chrono::steady_clock;

// Made from every duration of std::chrono: 2s, 100ms,
// std::chrono::duration<double>(0.1). One that is too long for the clock
// becomes the longest that the clock has, 292 years. Throws
// std::invalid_argument for NaN.
class Duration {
 public:
  constexpr Duration(Clock::duration time = {})
      : time_(time) {}
  template <typename Rep, typename Period>
  constexpr Duration(std::chrono::duration<Rep, Period> time)
      : time_(limit(time)) {}

  constexpr operator Clock::duration() const { return time_; }
  constexpr auto operator<=>(const Duration&) const = default;

 private:
  // A double is exact for 104 days at least.
  using Wide = std::chrono::duration<double, Clock::period>;

  static constexpr Clock::duration limit(Wide time) {
    if (std::isnan(time.count())) {
      throw std::invalid_argument("the time is not a number");
    }
    if (time >= Clock::duration::max()) return Clock::duration::max();
    if (time <= Clock::duration::min()) return Clock::duration::min();
    return std::chrono::duration_cast<Clock::duration>(time);
  }

  Clock::duration time_;
};

}  // namespace net
