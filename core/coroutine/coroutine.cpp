#include "coroutine/coroutine.h"

#include "reactor/guard.h"

namespace reactor {

// It is not thrown on into the callback that resumed the function: if there was
// none yet, GCC 12 and clang 14 destroy the function's variables twice.
void Coroutine::promise_type::unhandled_exception() {
  guarded(nullptr, [] { throw; });
}

}  // namespace reactor
