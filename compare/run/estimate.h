// How long a run should take: the pauses of the servers are known.
#pragma once

#include <optional>

#include "compare/run/request.h"

namespace poetry_compare {

// The pauses of the servers, in seconds; 0 where they are not ours.
struct Pauses {
  double longest = 0;  // of one poem
  double sum = 0;  // of all poems
};

Pauses pauses_of(const Request& request);

// How long all of it will take, in seconds; none if the servers are not ours.
std::optional<double> estimate(const Request& request);

// How long the slowest client will take, in seconds, as far as the pauses are
// known.
double estimate_slowest(const Request& request);

// After how many seconds a client is stopped.
double time_limit(const Request& request);

}  // namespace poetry_compare
