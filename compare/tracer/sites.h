// The places in the program's code that make calls.
#pragma once

#include <cstdint>

#include "compare/trace/format.h"

namespace tracer {

// A call, and what it returns to.
struct CallFrom {
  poetry_compare::Call call;
  const void* returns_to = nullptr;  // null: not known
};

// The number of the place in the header of this process's file, from 1. At its
// first call, notes the file that the code is from. 0 if the place is not
// known, or if there is no room for it.
std::uint16_t number_of_site(const void* returns_to);

}  // namespace tracer

// For an interposed function: its own name, and who calls it.
#define CALLED(name)                                \
  tracer::CallFrom {                                \
    tracer::Call::name, __builtin_return_address(0) \
  }
