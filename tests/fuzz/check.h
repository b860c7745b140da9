// How a fuzz target reports a broken promise.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace fuzz {

// Not an assert(), because it has to work in every build.
inline void check(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "broken: %s\n", promise);
  std::abort();
}

}  // namespace fuzz
