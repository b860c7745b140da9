// Checks the results of libuv.
#pragma once

#include <uv.h>

#include "common/bench.h"

namespace bench {

// For results that are negative on failure. A reader checks for UV_EOF before.
inline void check(ssize_t result, const char* call) {
  if (result >= 0) return;
  fail(std::string(call) + ": " + uv_strerror(static_cast<int>(result)));
}

inline const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace bench
