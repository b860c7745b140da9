#include "compare/report/changes.h"

#include <algorithm>
#include <cmath>

namespace poetry_compare {
namespace {

// Below it, a difference may be chance.
double least_difference(Measure measure) {
  switch (measure) {
    case Measure::wall:
    case Measure::cpu:
    case Measure::unread:
      return 0.05;
    case Measure::memory:
      return 0.5 * 1048576;
    default:
      return 1;
  }
}

// Whether the time that the run should take is the same at both values.
bool is_unexpected(const Change& change) {
  const auto& before = change.variant->points[change.first].expected;
  const auto& after = change.variant->points[change.last].expected;
  return before && after &&
         std::abs(*before - *after) < least_difference(Measure::wall);
}

bool is_noise(const Change& change, Measure measure, bool several) {
  const Spread& one = change.before;
  const Spread& other = change.after;
  const double difference = std::abs(one.median - other.median);
  if (difference < least_difference(measure)) return true;
  if (several) return one.least <= other.most && other.least <= one.most;
  return difference <= (change.is_unexpected ? 0.5 : 0.05) *
                           std::max(one.median, other.median);
}

// False if the measure is not known at two values.
bool find_ends(Measure measure, Change& change) {
  const auto& points = change.variant->points;
  bool found = false;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& spread = points[i].at(measure);
    if (!spread) continue;
    if (!found) {
      change.first = i;
      change.before = *spread;
    }
    found = true;
    change.last = i;
    change.after = *spread;
  }
  return found && change.last > change.first;
}

Direction direction_of(const Change& change, Measure measure) {
  const auto& points = change.variant->points;
  const bool several =
      points[change.first].counted > 1 && points[change.last].counted > 1;
  if (is_noise(change, measure, several)) return Direction::none;
  return change.after.median > change.before.median ? Direction::up
                                                    : Direction::down;
}

}  // namespace

std::vector<Change> find_changes(const Growth& growth, Measure measure) {
  std::vector<Change> changes;
  for (const GrowthVariant& variant : growth.variants) {
    Change change;
    change.variant = &variant;
    if (!find_ends(measure, change)) continue;
    change.is_unexpected = measure == Measure::wall && is_unexpected(change);
    change.direction = direction_of(change, measure);
    changes.push_back(change);
  }
  return changes;
}

bool grows_as_sum(const Growth& growth, const GrowthVariant& variant) {
  constexpr double tolerance = 1e-6;
  bool is_more = false;
  for (std::size_t i = 0; i < growth.values.size(); ++i) {
    const GrowthPoint& point = variant.points[i];
    if (!point.at(Measure::wall)) continue;
    const auto& [longest, sum] = growth.limits[i];
    if (std::abs(point.expected.value_or(0) - sum) > tolerance) return false;
    is_more = is_more || sum > longest + tolerance;
  }
  return is_more;
}

bool has_thread_per_server(const Growth& growth, const GrowthVariant& variant) {
  std::size_t known = 0;
  for (std::size_t i = 0; i < growth.values.size(); ++i) {
    const auto& threads = variant.points[i].at(Measure::threads);
    if (!threads) continue;
    if (threads->median != growth.values[i]) return false;
    ++known;
  }
  return known > 1;
}

}  // namespace poetry_compare
