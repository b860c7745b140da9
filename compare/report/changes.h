// Which numbers of a sweep change by more than the noise.
#pragma once

#include <cstddef>
#include <vector>

#include "compare/measure/growth.h"

namespace poetry_compare {

enum class Direction { up, down, none };

// Of one measure of a variant, from the first value at which it is known to the
// last one.
struct Change {
  const GrowthVariant* variant = nullptr;
  std::size_t first = 0;  // an index into Growth::values
  std::size_t last = 0;
  Spread before;
  Spread after;
  Direction direction = Direction::none;
  bool is_unexpected = false;  // of a wall time: the pauses of the servers are
                               // as long as before
};

// Of the variants for which the measure is known at two values or more.
//
// With one run at each value, a difference counts if it is more than 5 % of the
// larger number. With several runs, it counts if the bands do not overlap. A
// difference below 50 ms, or below 0.5 MiB of memory, never counts. A busy
// machine delays a run: with one run at each value, a wall time that the pauses
// of the servers do not explain counts if it is more than twice the other.
std::vector<Change> find_changes(const Growth& growth, Measure measure);

// Whether the client fetches one poem after the other, so that it should take
// the sum of the poems at all values.
bool grows_as_sum(const Growth& growth, const GrowthVariant& variant);

// Whether it had as many threads as there were servers.
bool has_thread_per_server(const Growth& growth, const GrowthVariant& variant);

}  // namespace poetry_compare
