// The comparison in Chrome's trace form, for viewers like
// https://ui.perfetto.dev.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// Each variant is a process. It has a row for each thread, with its turns and
// the calls in them, a row for each task, and a row for each server. All events
// are complete ones, and they nest.
std::string write_perfetto(const Comparison& comparison);

}  // namespace poetry_compare
