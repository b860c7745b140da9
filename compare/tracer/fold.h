// Folds calls that are repeated in a circle, so that a program that polls
// busily has a small trace.
//
// A call without an effect (a wait that returns at once, a read that would
// block) is a repetition if the thread has made the same call shortly before,
// and only other calls without an effect since.
#pragma once

#include "compare/tracer/notebook.h"

namespace tracer {

// Counts the call in an earlier record, if it is a repetition. `pid` is that of
// the file.
bool fold(const Record& record, int pid);

// Call it with each record that was not folded: later calls may repeat it.
void remember(Record& slot, int pid);

}  // namespace tracer
