// A plain view of a chart: one measure of a sweep, with a line for each
// variant.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/measure/growth.h"

namespace poetry_compare {

// The sheet of one chart, and its plot, in units.
constexpr double chart_width = 440, chart_height = 290;
constexpr double plot_left = 46, plot_right = 336;
constexpr double plot_top = 30, plot_bottom = 246;

struct ChartTick {
  double place = 0;
  std::string text;
};

struct ChartPoint {
  double x = 0;
  double y = 0;
  double least = 0;  // the band of several runs, as places
  double most = 0;
  std::string details;  // "async, 64 servers: 0.231 s"
};

struct ChartLine {
  std::string name;
  std::size_t style = 0;  // of a variant: gives colour, marker and dashes
  bool is_limit = false;
  // Each part has points without a gap. A point that failed makes a gap.
  std::vector<std::vector<ChartPoint>> parts;
  double label = 0;  // the y of the label at the right

  const ChartPoint& end() const { return parts.back().back(); }
};

// Strings are not escaped.
struct ChartView {
  std::string title;  // "wall, s"
  std::string meaning;
  std::string description;  // all of it in words
  std::string x_title;  // "servers"
  std::vector<ChartTick> x_ticks;
  std::vector<ChartTick> y_ticks;
  std::vector<ChartLine> lines;
};

// More lines than that have no room for their labels.
constexpr std::size_t max_lines = 16;

// Has the first variants for which the measure is known.
ChartView view_chart(const Growth& growth, Measure measure);

}  // namespace poetry_compare
