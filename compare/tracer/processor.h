// How much processor time a thread has had, and how long it had to wait for it.
#pragma once

#include "compare/trace/format.h"

namespace tracer {

// Sets cpu and delayed of the record, as far as the system says them.
void add_processor_time(poetry_compare::Record& record);

}  // namespace tracer
