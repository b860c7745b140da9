#include "compare/report/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace poetry_compare {
namespace {

constexpr std::array<std::string_view, 8> blocks = {"▁", "▂", "▃", "▄",
                                                    "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 8> letters = {"_", ".", ":", "-",
                                                     "=", "+", "*", "#"};

double place_of(double value, const SparkScale& scale) {
  if (!scale.logarithmic) {
    return (value - scale.least) / (scale.most - scale.least);
  }
  return std::log(value / scale.least) / std::log(scale.most / scale.least);
}

}  // namespace

SparkScale find_spark_scale(const std::vector<double>& values) {
  if (values.empty()) return {};
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  if (*least > 0 && *most > 10 * *least) return {*least, *most, true};
  return {0, *most > 0 ? *most : 1, false};
}

std::string draw_sparkline(const std::vector<std::optional<double>>& values,
                           const SparkScale& scale,
                           bool utf8) {
  const auto& levels = utf8 ? blocks : letters;
  std::string text;
  for (const auto& value : values) {
    const double place = value ? place_of(*value, scale) : 0;
    const auto level = std::clamp(std::lround(place * 7), 0L, 7L);
    text += value ? levels[static_cast<std::size_t>(level)] : " ";
  }
  return text;
}

}  // namespace poetry_compare
