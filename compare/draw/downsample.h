// From events to what can be seen of them: nothing finer than a fraction of a
// pixel leaves here, so that a picture stays small whatever was recorded.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// How many units a picture is wide. A unit is about a pixel.
constexpr double picture_width = 860;

// Time from left to right, the same for all variants.
struct Axis {
  double seconds = 1;

  double x(double time) const { return time / seconds * picture_width; }
};

// As long as the comparison, and never of no length.
Axis make_axis(const Comparison& comparison);

// The times to be written at the axis: round numbers, about half a dozen.
std::vector<double> marks(const Axis& axis);

// Reads of one task that would lie in the same half of a unit.
struct Tick {
  double time = 0;  // of the first one
  std::size_t bytes = 0;  // of all
  std::size_t reads = 0;
};

std::vector<Tick> make_ticks(const Task& task, const Axis& axis);

// What goes on for a while; in units of the picture.
struct Stretch {
  double begin = 0;
  double end = 0;
  std::size_t what = 0;
};

// What a thread does. The rest of the numbers are tasks: stuck in task
// number (what - stuck).
constexpr std::size_t idle = 0, working = 1, for_anybody = 2, stuck = 3;

// The threads in the order of the poems that they read first: the order in
// which they began is chance.
std::vector<std::size_t> threads_by_poem(const Variant& variant);

// A quarter of a unit belongs to what took most of it.
std::vector<Stretch> make_strip(const Variant& variant,
                                std::size_t thread,
                                const Axis& axis);

// The tasks in the order of their reads, each read as wide as told. What is the
// task. Where boxes are too narrow, one stands for those that it hides.
std::vector<Stretch> make_turns(const Variant& variant, double width);

// How many bytes lay unread: the mean of each quarter of a unit, from the left
// end of the axis.
std::vector<double> make_pile(const Task& task, const Axis& axis);

}  // namespace poetry_compare
