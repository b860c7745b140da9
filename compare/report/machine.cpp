#include "compare/report/machine.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "compare/report/format.h"
#include "compare/report/kinds.h"

namespace poetry_compare {
namespace {

bool is_late(const Comparison& comparison,
             const std::optional<Finding>& finding) {
  return finding && !is_long(comparison.settings, finding->blamed) &&
         is_long(comparison.settings, finding->duration() - finding->blamed);
}

bool waits_for_all(const Comparison& comparison, const Variant& variant) {
  const Kind kind = kind_of(comparison, variant);
  return kind == Kind::any_task || kind == Kind::threads ||
         kind == Kind::several;
}

// From the first connection to the end of the last one: a program may take a
// while to start.
double time_of_tasks(const Picture& picture) {
  double begin = picture.tasks.front().connected;
  double end = 0;
  for (const Task& task : picture.tasks) {
    begin = std::min(begin, task.connected);
    end = std::max(end, task.end);
  }
  return end - begin;
}

// " (expected 2.02 s, took 3.14 s)"; empty if it did not take much longer.
std::string compare_with_expected(const Comparison& comparison,
                                  const Variant& variant) {
  const auto expected = expected_seconds(comparison);
  if (!expected || !waits_for_all(comparison, variant)) return {};
  const double took = time_of_tasks(variant.picture);
  if (took < 1.2 * *expected) return {};
  return fmt::format(" (expected {}, took {})", format_seconds(*expected),
                     format_seconds(took));
}

}  // namespace

std::optional<double> expected_seconds(const Comparison& comparison) {
  const double delay = comparison.settings.delay;
  if (delay <= 0 || comparison.poems.empty()) return {};
  double longest = 0;
  for (const Poem& poem : comparison.poems) {
    if (!poem.bytes || poem.num_bytes == 0) return {};
    const auto chunks = std::ceil(static_cast<double>(*poem.bytes) /
                                  static_cast<double>(poem.num_bytes));
    longest = std::max(longest, chunks * delay);
  }
  return longest;
}

bool machine_was_late(const Comparison& comparison, const Variant& variant) {
  return is_late(comparison, variant.overall.unread) ||
         is_late(comparison, variant.overall.late_turn);
}

std::string tell_of_machine(const Comparison& comparison) {
  std::vector<std::string> names;
  for (const Variant& variant : comparison.variants) {
    if (variant.failed() || !machine_was_late(comparison, variant)) continue;
    names.push_back(variant.name + compare_with_expected(comparison, variant));
  }
  if (names.empty()) return {};
  return fmt::format(
      "The machine was busy: {} came back late from the right wait, or had no "
      "processor.",
      enumerate(names));
}

}  // namespace poetry_compare
