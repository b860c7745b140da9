// Runs each client at each value of a setting.
#pragma once

#include "compare/measure/growth.h"
#include "compare/run/request.h"
#include "compare/run/sweep.h"

namespace poetry_compare {

// Every run has a server of its own, and every poem is checked. A failure is
// the complaint of its point: the other points stand. A variant that took too
// long is not run at larger values. An interrupt ends the sweep, and what is
// done is returned. There must be an Interrupts.
Growth run_sweep(const Sweep& sweep, const Request& request);

}  // namespace poetry_compare
