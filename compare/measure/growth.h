// How the measures of each variant grow with one setting.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

enum class Measure { wall, cpu, wakeups, switches, memory, threads, unread };

constexpr std::array<Measure, 7> all_measures = {
    Measure::wall,   Measure::cpu,     Measure::wakeups, Measure::switches,
    Measure::memory, Measure::threads, Measure::unread};

// Of one run; none if it is not known.
std::optional<double> value_of(const Numbers& run, Measure measure);

// Of the runs that did not fail.
struct Spread {
  double median = 0;
  double least = 0;
  double most = 0;
};

// One variant at one value of the setting.
struct GrowthPoint {
  std::array<std::optional<Spread>, all_measures.size()> spreads;
  std::optional<double> expected;  // the wall time, see expected_wall()
  std::size_t counted = 0;  // the runs that did not fail
  bool unread_is_long = false;  // and the client is the cause, in most runs
  std::string complaint;  // why a run failed, or was not made

  bool complete() const { return counted > 0 && complaint.empty(); }
  const std::optional<Spread>& at(Measure measure) const {
    return spreads[static_cast<std::size_t>(measure)];
  }
};

// Of the runs of a variant.
GrowthPoint make_point(const Settings& settings, const Variant& variant);

struct GrowthVariant {
  std::string name;
  std::string command;  // without the addresses
  std::vector<GrowthPoint> points;  // one for each value
};

// How long the pauses of the servers take at one value, in seconds.
struct Limits {
  double longest = 0;  // of one poem
  double sum = 0;  // of all poems
};

struct Growth {
  Settings settings;  // the setting that changes is not among them
  std::string parameter;  // "servers", "delay", "bytes", "rcvbuf"
  std::vector<double> values;  // in ascending order
  std::vector<Limits> limits;  // one for each value
  std::vector<Poem> poems;  // at the first value
  std::vector<GrowthVariant> variants;
  bool interrupted = false;  // so that some points are missing
};

// Whether all runs at all values were complete.
bool is_complete(const Growth& growth);

}  // namespace poetry_compare
