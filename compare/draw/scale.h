// The time axis and the scale of all pictures of a comparison. They are the
// same for all variants, so that their pictures can be compared by eye.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

struct Samples;  // see downsample.h

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

struct Scale {
  Axis axis;
  std::vector<double> piles;  // per poem: the unread bytes that fill a lane
  double read = 1;  // how wide a box is for a read in the strip of their order
};

// From the samples of each variant, on that axis.
Scale make_scale(const Comparison& comparison,
                 const Axis& axis,
                 const std::vector<Samples>& samples);

}  // namespace poetry_compare
