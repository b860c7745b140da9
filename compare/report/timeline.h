// The picture for a terminal: a lane of characters for each task.
#pragma once

#include <cstddef>
#include <string>

#include "compare/measure/model.h"
#include "compare/report/terminal.h"

namespace poetry_compare {

// How many seconds a column stands for: as many whole pauses of the servers,
// at least two, as it takes to fit all of the axis into the columns.
double bin_width(double axis, double delay, std::size_t columns);

// The lanes of one of its variants, on an axis of `axis` seconds. Empty if the
// variant was not seen.
std::string draw_lanes(const Comparison& comparison,
                       const Variant& variant,
                       double axis,
                       const Terminal& terminal);

// All variants on one axis, and what the characters mean; 80 columns wide where
// stdout is not a terminal. Empty if no variant was seen.
std::string draw_timeline(const Comparison& comparison,
                          const Terminal& terminal);

}  // namespace poetry_compare
