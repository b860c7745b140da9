// The child's side of the start of a ChildProcess.
#pragma once

#include <array>

#include "compare/run/child_process.h"

namespace poetry_compare {

// Called in the child, after fork(). Makes the child what the command asks for
// and executes the program. If that fails, writes errno to `failure` and ends
// the child.
//
// Another thread may have held any lock at the time of fork(), so this makes
// system calls only.
[[noreturn]] void become(const ChildCommand& command,
                         const std::array<int, 3>& streams,
                         char* const* words,
                         char* const* environment,
                         int failure);

}  // namespace poetry_compare
