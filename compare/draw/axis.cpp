#include "compare/draw/axis.h"

#include <cmath>

#include "compare/draw/xml.h"

namespace poetry_compare {

Axis make_axis(const Comparison& comparison) {
  const double seconds = time_axis(comparison);
  return {seconds > 0 && std::isfinite(seconds) ? seconds : 1};
}

std::vector<AxisMark> axis_marks(const Axis& axis) {
  const double power = std::pow(10, std::floor(std::log10(axis.seconds)) - 1);
  double step = power;
  for (const double factor : {1.0, 2.0, 5.0, 10.0, 20.0}) {
    step = factor * power;
    if (axis.seconds / step <= 7) break;
  }
  std::vector<AxisMark> marks;
  for (int i = 0; i * step <= axis.seconds; ++i) {
    marks.push_back({axis.x(i * step), number(i * step, 6) + " s"});
  }
  return marks;
}

}  // namespace poetry_compare
