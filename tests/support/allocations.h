// How much memory a program has: a suite that links this has another operator
// new.
#pragma once

namespace rig {

// The number of allocations that are not freed yet.
long allocations();

}  // namespace rig
