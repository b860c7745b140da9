// Draws the picture of one variant as SVG.
#pragma once

#include <string>
#include <vector>

#include "compare/draw/lanes_view.h"
#include "compare/draw/scale.h"

namespace poetry_compare {

// The content of an <svg> of any width: places along the axis are percentages
// of it. Some labels stand to the right of 100 %.
struct Drawing {
  std::string svg;
  std::string order;  // the strip without a time axis; to be drawn above
  std::string labels;  // to the left of 0 %
  double height = 0;
};

// With the times below the axis, or with its lines only.
Drawing draw_lanes(const LanesView& view,
                   const std::vector<AxisMark>& axis,
                   bool with_times);

}  // namespace poetry_compare
