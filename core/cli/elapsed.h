// Elapsed time, as the programs print it.             Python: import datetime
#pragma once

#include <chrono>
#include <string>

namespace cli {

using Clock = std::chrono::steady_clock;

// "0:00:07.004711", as Python prints a timedelta, but always with six digits.
std::string to_string(Clock::duration elapsed);

}  // namespace cli
