// The clock of the traces.
#pragma once

#include <chrono>
#include <cstdint>

namespace poetry_compare {

// CLOCK_MONOTONIC, in ns. A signal handler may call it.
inline std::int64_t now() {
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::nanoseconds(time).count();
}

}  // namespace poetry_compare
