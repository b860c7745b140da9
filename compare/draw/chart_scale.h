// An axis of a chart, and labels that do not overlap.
#pragma once

#include <string>
#include <vector>

namespace poetry_compare {

// From a value to a place on the sheet.
struct ChartScale {
  double least = 0;  // the values at the ends of the axis
  double most = 1;
  bool logarithmic = false;
  double from = 0;  // their places
  double to = 1;

  double place(double value) const;
};

// Linear from 0 to a round value; or logarithmic between round values, if all
// values are larger than 0, and the largest is more than ten times the
// smallest.
ChartScale make_scale(const std::vector<double>& values,
                      double from,
                      double to);

// The same without room at the ends.
ChartScale make_tight_scale(const std::vector<double>& values,
                            double from,
                            double to);

// Round values on the axis, about half a dozen: with 1, 2 and 5 on a short
// logarithmic axis, and powers of ten on a long one.
std::vector<double> ticks_of(const ChartScale& scale);

// Moves labels apart, each as little as possible, so that neighbours are at
// least `gap` apart and all are between the ends. If there is no room for
// that, they are as far apart as possible. Their order is kept.
std::vector<double> place_labels(const std::vector<double>& wanted,
                                 double gap,
                                 double least,
                                 double most);

}  // namespace poetry_compare
