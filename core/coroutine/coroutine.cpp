#include "coroutine/coroutine.h"

#include "reactor/guard.h"

namespace reactor {

// The exception is not passed on to the code that resumed the function: before
// the first co_await, GCC 12 and clang 14 would destroy its variables twice.
void Coroutine::promise_type::unhandled_exception() {
  guarded(nullptr, [] { throw; });
}

}  // namespace reactor
