// A row of characters that shows how a number grows.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace poetry_compare {

// The scale of several rows, so that they can be compared.
struct SparkScale {
  double least = 0;
  double most = 1;
  bool logarithmic = false;
};

// From 0 to the largest value; logarithmic if the values span more than a
// decade and all of them are larger than 0.
SparkScale find_spark_scale(const std::vector<double>& values);

// One character for each value; a blank for a missing one.
std::string draw_sparkline(const std::vector<std::optional<double>>& values,
                           const SparkScale& scale,
                           bool utf8);

}  // namespace poetry_compare
