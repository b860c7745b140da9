// The picture of one variant: threads, tasks and turns, on the common axis.
#pragma once

#include <optional>
#include <string>

#include "compare/draw/downsample.h"
#include "compare/measure/model.h"

namespace poetry_compare {

// What is the same for all variants of a comparison, so that pictures can be
// laid beside each other.
struct Scale {
  Axis axis;
  std::vector<double> piles;  // per poem: the bytes that fill a lane
  double turn = 1;  // how wide one is
};

Scale make_scale(const Comparison& comparison);

// A place on the axis, as a part of it: without the "%".
std::string percent(double x);

// The classes of what a thread does.
std::string look(const Variant& variant, const Stretch& stretch);

// Goes into an <svg> of any width: places along the axis are in percent of it.
// Some words stand to the right of 100 %.
struct Drawing {
  std::string svg;
  std::string turns;  // the strip that has no time axis; to be drawn above
  std::string labels;  // to the left of 0 %
  double height = 0;
};

// A variant that was seen. With the times at its axis, or only with the lines.
Drawing draw_lanes(const Comparison& comparison,
                   const Variant& variant,
                   const Scale& scale,
                   bool with_times);

// The axis, from y to y + height.
std::string draw_axis(const Axis& axis,
                      double y,
                      double height,
                      bool with_times);

}  // namespace poetry_compare
