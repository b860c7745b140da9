#include "compare/measure/summary.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/core.h>

namespace poetry_compare {
namespace {

using Runs = std::vector<const Numbers*>;

// The least difference that is not chance.
constexpr double min_difference = 0.05;

// Those that did not fail. If all did, those that have a time.
Runs runs_that_count(const Variant& variant) {
  Runs good, timed, all;
  for (const Numbers& run : variant.runs) {
    all.push_back(&run);
    if (!run.stopped) timed.push_back(&run);
    if (!run.failed()) good.push_back(&run);
  }
  if (!good.empty()) return good;
  return timed.empty() ? all : timed;
}

// The run in the middle, in the order of that value; of two, the one with the
// smaller value.
template <typename Value>
const Numbers& middle(Runs runs, Value value) {
  std::stable_sort(runs.begin(), runs.end(),
                   [&](const Numbers* one, const Numbers* other) {
                     return value(*one) < value(*other);
                   });
  return *runs[(runs.size() - 1) / 2];
}

double blamed(const std::optional<Finding>& finding) {
  return finding ? finding->blamed : 0;
}

void add_medians(const Runs& runs, Numbers& overall) {
  overall.cpu = middle(runs, [](auto& run) { return run.cpu; }).cpu;
  overall.worst_unread =
      middle(runs, [](auto& run) { return run.worst_unread; }).worst_unread;
  overall.longest_turn =
      middle(runs, [](auto& run) { return run.longest_turn; }).longest_turn;
  overall.awaited_turn =
      middle(runs, [](auto& run) { return run.awaited_turn; }).awaited_turn;
  overall.unread =
      middle(runs, [](auto& run) { return blamed(run.unread); }).unread;
  overall.late_turn =
      middle(runs, [](auto& run) { return blamed(run.late_turn); }).late_turn;
  const auto& polling = middle(runs, [](auto& run) { return run.polled; });
  overall.polled = polling.polled;
  overall.polls = polling.polls;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  const bool odd = values.size() % 2 == 1;
  return odd ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::vector<double> walls_of(const Runs& runs) {
  std::vector<double> walls;
  for (const Numbers* run : runs) walls.push_back(run->wall);
  return walls;
}

Range range_of(const std::vector<double>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return {*least, *most};
}

// A difference to the median that makes a run an outlier.
double outlying_difference(const std::vector<double>& walls, double middle) {
  std::vector<double> differences;
  for (const double wall : walls) {
    differences.push_back(std::abs(wall - middle));
  }
  return std::max(min_difference, 5 * median(differences));
}

void add_spread(const Runs& runs, Variant& variant) {
  const auto walls = walls_of(runs);
  const double middle = median(walls);
  const double limit = outlying_difference(walls, middle);
  variant.wall = range_of(walls);
  std::vector<double> typical;
  for (const Numbers* run : runs) {
    if (std::abs(run->wall - middle) <= limit) {
      typical.push_back(run->wall);
    } else {
      variant.outliers.push_back(
          static_cast<std::size_t>(run - variant.runs.data()));
    }
  }
  variant.typical_wall = range_of(typical);
}

// The status and the complaint are those of the first run that failed.
void add_failures(Variant& variant) {
  Numbers& overall = variant.overall;
  for (std::size_t i = variant.runs.size(); i-- > 0;) {
    const Numbers& run = variant.runs[i];
    if (!run.failed()) continue;
    overall.status = run.status;
    overall.complaint = run.complaint;
  }
}

}  // namespace

void summarise(Variant& variant) {
  const Runs runs = runs_that_count(variant);
  add_medians(runs, variant.overall);
  variant.overall.wall = median(walls_of(runs));
  variant.overall.stopped = runs.front()->stopped;
  variant.counted = static_cast<std::size_t>(
      std::count_if(variant.runs.begin(), variant.runs.end(),
                    [](const Numbers& run) { return !run.failed(); }));
  add_spread(runs, variant);
  add_failures(variant);
}

}  // namespace poetry_compare
