// The time axis that all pictures of a comparison share.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// How many units a picture is wide. A unit is about a pixel.
constexpr double picture_width = 860;

// Time from left to right.
struct Axis {
  double seconds = 1;

  double x(double time) const { return time / seconds * picture_width; }
};

// As long as the longest run that is shown; longer than 0.
Axis make_axis(const Comparison& comparison);

// A time to be written at the axis.
struct AxisMark {
  double x = 0;
  std::string text;  // "0.5 s"
};

// Round times, about half a dozen.
std::vector<AxisMark> axis_marks(const Axis& axis);

}  // namespace poetry_compare
