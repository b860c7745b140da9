// Many tasks, and many threads, as a few rows.
#pragma once

#include <string>
#include <vector>

#include "compare/draw/downsample.h"
#include "compare/draw/scale.h"
#include "compare/measure/model.h"

namespace poetry_compare {

// Successive tasks together, on the time axis.
struct Group {
  std::size_t first = 0;  // an index into tasks
  std::size_t end = 0;  // likewise, of the first task behind the group
  double begins = 0;  // when the first task connects, in seconds
  double ends = 0;  // when the last one ends
  std::size_t bytes = 0;
  std::size_t reads = 0;
  std::vector<double> connected;  // for each cell: how many of them, 0 to 1
  TaskSamples samples;  // of all its tasks, in fewer ticks
};

// About five groups of the same size.
std::vector<Group> make_groups(const Picture& picture,
                               const Samples& samples,
                               const Axis& axis);

// How many of the threads are in a state, from 0 to 1, for each cell.
struct Crowd {
  std::vector<double> in_reads;  // stuck in a read of one task
  std::vector<double> waiting;  // in any wait, in_reads among them
  std::vector<double> running;  // that have begun and not ended
};

Crowd make_crowd(const std::vector<std::vector<Interval>>& strips);

}  // namespace poetry_compare
