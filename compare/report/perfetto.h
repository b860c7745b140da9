// The form that trace viewers read: Chrome's, https://ui.perfetto.dev.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// All variants beside each other, each a process; a row for each thread, with
// its turns and what it called in them, one for each task, and one for each
// server. Complete events only, and they nest.
std::string write_perfetto(const Comparison& comparison);

}  // namespace poetry_compare
