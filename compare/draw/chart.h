// Draws a chart as SVG.
#pragma once

#include <string>

#include "compare/draw/chart_view.h"

namespace poetry_compare {

// The content of an <svg> of chart_width by chart_height.
std::string draw_chart(const ChartView& view);

// The look of the charts, beside picture_style().
std::string chart_style();

}  // namespace poetry_compare
