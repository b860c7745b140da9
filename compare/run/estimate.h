// How long a run should take: the pauses of the servers are known.
#pragma once

#include <optional>

#include "compare/run/request.h"

namespace poetry_compare {

// How long all of it will take, in seconds; none if the servers are not ours.
std::optional<double> estimate(const Request& request);

// After how many seconds a client is stopped.
double time_limit(const Request& request);

}  // namespace poetry_compare
