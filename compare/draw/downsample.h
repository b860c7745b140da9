// From events to what a picture can show of them. Details finer than a fraction
// of a pixel are merged here, so that a picture stays small however long the
// trace is.
#pragma once

#include <cstddef>
#include <vector>

#include "compare/draw/scale.h"
#include "compare/measure/model.h"

namespace poetry_compare {

// The reads of one task that would lie in the same half of a unit.
struct Tick {
  double time = 0;  // of the first read
  std::size_t bytes = 0;  // of all reads
  std::size_t reads = 0;
};

// Something that lasts for a while, from begin to end in units of the picture.
struct Interval {
  double begin = 0;
  double end = 0;
  std::size_t what = 0;  // a state of a thread, or an index into tasks
};

// The states of a thread. Larger numbers are `stuck` plus the index of the task
// in whose read the thread is stuck.
constexpr std::size_t idle = 0, working = 1, sleeping = 2, asking = 3,
                      for_any_task = 4, stuck = 5;

// The threads in the order of the poems that they read first. The order in
// which they began is chance.
std::vector<std::size_t> threads_by_poem(const Picture& picture);

// The states of one thread. Each quarter of a unit shows the state that took
// most of it.
std::vector<Interval> make_strip(const Picture& picture,
                                 std::size_t thread,
                                 const Axis& axis);

struct OrderedRead {
  double time = 0;
  std::size_t task = 0;
  std::size_t poem = 0;
  std::size_t thread = 0;
};

// The reads of all tasks in the order of time.
std::vector<OrderedRead> reads_in_order(const Picture& picture);

// The tasks in the order of their reads, each read as wide as given. Where
// reads are too narrow to be seen, one box stands for several.
std::vector<Interval> make_order(const Picture& picture, double width);

// A task on the time axis.
struct TaskSamples {
  std::vector<Tick> ticks;
  // How many bytes lay unread: the mean of each quarter of a unit, from the
  // left end of the axis.
  std::vector<double> pile;
};

// A variant on the time axis.
struct Samples {
  std::vector<std::vector<Interval>> strips;  // as threads_by_poem()
  std::vector<TaskSamples> tasks;
};

Samples downsample(const Picture& picture, const Axis& axis);

}  // namespace poetry_compare
