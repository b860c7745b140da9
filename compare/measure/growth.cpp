#include "compare/measure/growth.h"

#include <algorithm>

namespace poetry_compare {
namespace {

template <typename T>
std::optional<double> as_number(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return static_cast<double>(*value);
}

std::optional<Spread> spread_of(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const double middle = values[values.size() / 2];
  const double other = values[(values.size() - 1) / 2];
  return Spread{(middle + other) / 2, values.front(), values.back()};
}

}  // namespace

std::optional<double> value_of(const Numbers& run, Measure measure) {
  switch (measure) {
    case Measure::wall:
      return run.wall;
    case Measure::cpu:
      return run.cpu;
    case Measure::wakeups:
      return as_number(run.wakeups);
    case Measure::switches:
      return as_number(run.switches);
    case Measure::memory:
      return as_number(run.memory);
    case Measure::threads:
      return as_number(run.threads);
    case Measure::unread:
      return run.worst_unread;
  }
  return std::nullopt;
}

GrowthPoint make_point(const Settings& settings, const Variant& variant) {
  GrowthPoint point;
  point.expected = variant.expected;
  point.counted = variant.counted;
  point.complaint = variant.overall.complaint;
  const auto& unread = variant.overall.unread;
  point.unread_is_long = unread && is_long(settings, unread->blamed);
  for (const Measure measure : all_measures) {
    std::vector<double> values;
    for (const Numbers& run : variant.runs) {
      const auto value = value_of(run, measure);
      if (value && !run.failed()) values.push_back(*value);
    }
    point.spreads[static_cast<std::size_t>(measure)] =
        spread_of(std::move(values));
  }
  return point;
}

bool is_complete(const Growth& growth) {
  return std::all_of(
      growth.variants.begin(), growth.variants.end(), [](auto& variant) {
        return std::all_of(variant.points.begin(), variant.points.end(),
                           [](auto& point) { return point.complete(); });
      });
}

}  // namespace poetry_compare
