// How a fuzz target says that a promise was broken.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace fuzz {

// Not an assert: it has to hold in every build.
inline void check(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "broken: %s\n", promise);
  std::abort();
}

}  // namespace fuzz
