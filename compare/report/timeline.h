// The picture for a terminal: a lane for each task.
#pragma once

#include <cstddef>
#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

struct Canvas {
  std::size_t columns = 80;
  bool utf8 = true;
  bool colour = false;
};

// How wide the terminal is, and what it can show; 80 columns where stdout is
// none. The locale is the process's: see setlocale(3).
Canvas find_canvas(bool colour);

// How many seconds a column stands for: as many whole pauses of the servers',
// at least two, as it takes to fit all of the axis into the columns.
double bin_width(double axis, double delay, std::size_t columns);

// All variants on one axis, and what the characters mean. Empty if there is
// nothing to see.
std::string draw_timeline(const Comparison& comparison, const Canvas& canvas);

}  // namespace poetry_compare
