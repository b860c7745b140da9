#include "cli/elapsed.h"

#include <fmt/core.h>

namespace cli {

std::string to_string(Clock::duration elapsed) {
  using std::chrono::microseconds;
  const auto us = std::chrono::duration_cast<microseconds>(elapsed).count();
  const auto s = us / 1000000;
  return fmt::format("{}:{:02}:{:02}.{:06}", s / 3600, s / 60 % 60, s % 60,
                     us % 1000000);
}

}  // namespace cli
