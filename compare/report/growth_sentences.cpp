#include "compare/report/growth_sentences.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "compare/report/changes.h"
#include "compare/report/format.h"
#include "compare/report/growth_format.h"

namespace poetry_compare {
namespace {

// "0.221 s", or "0.221 to 0.302 s" of several.
std::string range_in_words(Measure measure, const std::vector<double>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const auto from = format_value(measure, *least);
  const auto to = format_with_unit(measure, *most);
  if (to.starts_with(from + ' ') || from == to) return to;
  return fmt::format("{} to {}", from, to);
}

std::string times_of(const std::vector<const Change*>& changes) {
  std::vector<std::string> names;
  for (const Change* change : changes) names.push_back(change->variant->name);
  return fmt::format("The {} of {}", names.size() == 1 ? "time" : "times",
                     enumerate(names));
}

std::vector<double> medians(const std::vector<const Change*>& changes,
                            Spread Change::*end) {
  std::vector<double> values;
  for (const Change* one : changes) values.push_back((one->*end).median);
  return values;
}

// "0.22 s with 1 server, 13.5 s with 64 servers"
std::string ends_in_words(const Growth& growth,
                          const std::vector<const Change*>& changes) {
  const Change& one = *changes.front();
  return fmt::format(
      "{} with {}, {} with {}",
      range_in_words(Measure::wall, medians(changes, &Change::before)),
      format_setting(growth, growth.values[one.first]),
      range_in_words(Measure::wall, medians(changes, &Change::after)),
      format_setting(growth, growth.values[one.last]));
}

// Changes of one kind over the same values.
struct Group {
  Direction direction;
  bool is_unexpected;
  std::size_t first, last;
  bool as_sum;  // as the sum of the poems does

  auto operator<=>(const Group&) const = default;
};

std::string tell_wall(const Growth& growth,
                      const Group& group,
                      const std::vector<const Change*>& changes) {
  const auto subject = times_of(changes);
  const auto ends = ends_in_words(growth, changes);
  if (group.direction == Direction::none) {
    return fmt::format(
        "{} did not change by more than the noise{}: {}.", subject,
        growth.settings.runs == 1 ? " of a single run" : "", ends);
  }
  const auto line =
      fmt::format("{} {} with {}{}: {}", subject,
                  group.direction == Direction::up ? "grew" : "fell",
                  name_of_parameter(growth),
                  group.as_sum ? ", as the sum of the poems does" : "", ends);
  if (!group.is_unexpected) return line + '.';
  return line + ". The pauses of the servers do not explain that.";
}

std::vector<std::string> tell_walls(const Growth& growth) {
  const auto changes = find_changes(growth, Measure::wall);
  std::map<Group, std::vector<const Change*>> groups;
  for (const Change& change : changes) {
    const bool is_change = change.direction != Direction::none;
    const Group group{change.direction, is_change && change.is_unexpected,
                      change.first, change.last,
                      change.direction == Direction::up &&
                          grows_as_sum(growth, *change.variant)};
    groups[group].push_back(&change);
  }
  std::vector<std::string> lines;
  for (const auto& [group, members] : groups) {
    lines.push_back(tell_wall(growth, group, members));
  }
  return lines;
}

std::string tell_threads(const Growth& growth) {
  if (growth.parameter != "servers") return {};
  std::vector<std::string> names;
  for (const GrowthVariant& variant : growth.variants) {
    if (has_thread_per_server(growth, variant)) names.push_back(variant.name);
  }
  if (names.empty()) return {};
  return enumerate(names) + " had one thread for each server.";
}

std::string memory_in_words(double bytes) {
  if (bytes < 1048576) return fmt::format("{:.0f} KiB", bytes / 1024);
  return fmt::format("{:.1f} MiB", bytes / 1048576);
}

// The variants whose memory grew, with the largest growth first.
std::string tell_memory(const Growth& growth) {
  if (growth.parameter != "servers") return {};
  auto changes = find_changes(growth, Measure::memory);
  std::erase_if(changes,
                [](auto& one) { return one.direction != Direction::up; });
  const auto slope = [&](const Change& one) {
    return (one.after.median - one.before.median) /
           (growth.values[one.last] - growth.values[one.first]);
  };
  std::stable_sort(changes.begin(), changes.end(), [&](auto& one, auto& other) {
    return slope(one) > slope(other);
  });
  std::vector<std::string> parts;
  for (const Change& one : changes) {
    parts.push_back(fmt::format("{}{} {}", one.variant->name,
                                parts.empty() ? " used" : "",
                                memory_in_words(slope(one))));
    if (parts.size() == 1) parts.back() += " more memory for each server";
  }
  return parts.empty() ? "" : fmt::format("{}.", fmt::join(parts, ", "));
}

std::string tell_unread(const Growth& growth, const GrowthVariant& variant) {
  std::vector<std::string> ends;
  for (std::size_t i = 0; i < variant.points.size(); ++i) {
    const GrowthPoint& point = variant.points[i];
    if (!point.unread_is_long || !point.at(Measure::unread)) continue;
    if (ends.size() == 2) ends.pop_back();
    ends.push_back(fmt::format(
        "{} with {}", format_seconds(point.at(Measure::unread)->median),
        format_setting(growth, growth.values[i])));
  }
  if (ends.empty()) return {};
  return fmt::format("{} left bytes unread for long: {}.", variant.name,
                     fmt::join(ends, ", "));
}

// The values at which a variant had the same complaint.
using Failures = std::vector<std::pair<std::string, std::vector<std::string>>>;

Failures failures_of(const Growth& growth, const GrowthVariant& variant) {
  Failures failures;
  for (std::size_t i = 0; i < variant.points.size(); ++i) {
    const auto& complaint = variant.points[i].complaint;
    if (complaint.empty()) continue;
    if (failures.empty() || failures.back().first != complaint) {
      failures.push_back({complaint, {}});
    }
    failures.back().second.push_back(
        format_setting_briefly(growth, growth.values[i]));
  }
  return failures;
}

std::string describe_poems(const Growth& growth) {
  std::vector<std::string> names;
  for (const Poem& poem : growth.poems) {
    auto text = poem.name;
    if (poem.bytes && growth.parameter != "bytes") {
      text += fmt::format(", {} bytes", format_count(*poem.bytes));
    }
    names.push_back(
        fmt::format("{} in chunks of {}", text, format_count(poem.num_bytes)));
  }
  return fmt::format("{}", fmt::join(names, "; "));
}

}  // namespace

std::string summary(const Growth& growth) {
  const Settings& settings = growth.settings;
  auto text = describe_poems(growth);
  if (growth.parameter != "delay") {
    text += fmt::format(", delay {} s", settings.delay);
  }
  if (settings.rcvbuf && growth.parameter != "rcvbuf") {
    text += fmt::format(", rcvbuf {}", *settings.rcvbuf);
  }
  if (settings.sndbuf) text += fmt::format(", sndbuf {}", *settings.sndbuf);
  text += ", " + plural(settings.runs, "run") + " of each";
  if (settings.runs > 1) text += " (medians)";
  return fmt::format("{}, by {}", text, name_of_parameter(growth));
}

std::vector<std::string> sentences(const Growth& growth) {
  auto lines = tell_walls(growth);
  lines.push_back(tell_threads(growth));
  lines.push_back(tell_memory(growth));
  for (const GrowthVariant& variant : growth.variants) {
    lines.push_back(tell_unread(growth, variant));
  }
  std::erase(lines, "");
  return lines;
}

std::vector<std::string> complaints(const Growth& growth) {
  std::vector<std::string> lines;
  for (const GrowthVariant& variant : growth.variants) {
    for (const auto& [complaint, values] : failures_of(growth, variant)) {
      lines.push_back(fmt::format("{}, {} {}: {}", variant.name,
                                  growth.parameter, enumerate(values),
                                  complaint));
    }
  }
  return lines;
}

}  // namespace poetry_compare
