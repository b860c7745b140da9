// Runs each client at each value of a setting.
#pragma once

#include "compare/measure/growth.h"
#include "compare/run/request.h"
#include "compare/run/sweep.h"

namespace poetry_compare {

// Every run has a server of its own, and every poem is checked. A failure
// becomes the complaint of its point, and the sweep goes on. A variant that
// took too long is not run at larger values. An interrupt ends the sweep, and
// the points that are complete are returned. An Interrupts object must exist.
Growth run_sweep(const Sweep& sweep, const Request& request);

}  // namespace poetry_compare
