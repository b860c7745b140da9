// A library that connects to itself, see "loads" of caller.cpp.

#include "support/caller.h"

extern "C" void connects();

extern "C" void connects() {
  const caller::Pair pair;
}
