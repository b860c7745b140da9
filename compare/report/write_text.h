// The comparison for a terminal.
#pragma once

#include <string>

#include "compare/measure/model.h"
#include "compare/report/terminal.h"

namespace poetry_compare {

// Summary, table, timeline, complaints and sentences. A table that is too wide
// for the terminal continues below itself; lines of text are wrapped.
std::string write_text(const Comparison& comparison,
                       const std::string& timeline,
                       const Terminal& terminal);

}  // namespace poetry_compare
