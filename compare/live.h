// The lanes of a client while it runs.
#pragma once

#include <string>

#include "compare/report/terminal.h"
#include "compare/run/progress.h"

namespace poetry_compare {

// The lanes of the run so far, as the timeline has them: no more lines than the
// terminal has below a first one. The run should take `expected` seconds.
std::string draw_run(const RunSoFar& run,
                     double expected,
                     const Terminal& terminal);

}  // namespace poetry_compare
