// How much a program has in memory: who links this has another operator new.
#pragma once

namespace rig {

// How many allocations there are that nobody has freed yet.
long allocations();

}  // namespace rig
