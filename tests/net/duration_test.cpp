// Durations are as long as they were, or the longest one.
#include "net/duration.h"

#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using net::Clock;
using net::Duration;

// std::chrono would make most of these short, or negative.
TEST(Duration, C07_ADurationThatIsTooLongIsTheLongest) {
  const std::vector<Duration> lengths{
      std::chrono::seconds(18446744074),
      std::chrono::seconds::max(),
      std::chrono::hours::max(),
      std::chrono::milliseconds::max(),
      std::chrono::duration<std::uint64_t>::max(),
      std::chrono::duration<float>(1e30F),
      std::chrono::duration<double>(1e99),
      std::chrono::duration<double>(std::numeric_limits<double>::infinity())};
  for (const Clock::duration length : lengths) {
    EXPECT_EQ(length, Clock::duration::max());
  }
  EXPECT_EQ(Duration(std::chrono::hours::min()), Clock::duration::min());
  EXPECT_EQ(Duration(std::chrono::duration<double>(-1e99)),
            Clock::duration::min());
}

TEST(Duration, C07_ADurationThatFitsIsExact) {
  EXPECT_EQ(Duration(), 0s);
  EXPECT_EQ(Duration(Clock::duration::max() - 1ns),
            Clock::duration::max() - 1ns);
  EXPECT_EQ(Duration(24h * 365 * 290), 24h * 365 * 290);
  EXPECT_EQ(Duration(-8639999999999us), -8639999999999us);
  EXPECT_EQ(Duration(std::chrono::duration<int, std::ratio<1, 30>>(1)),
            33333333ns);
  EXPECT_EQ(Duration(std::chrono::duration<double>(0.25)), 250ms);
  EXPECT_EQ(Duration(std::chrono::duration<double>(1e-30)), 0s);
  EXPECT_EQ(Duration(std::chrono::duration<int, std::pico>(999)), 0s);
}

TEST(Duration, C08_ADurationIsANumber) {
  EXPECT_THROW(Duration(std::chrono::duration<double>(
                   std::numeric_limits<double>::quiet_NaN())),
               std::invalid_argument);
}

}  // namespace
