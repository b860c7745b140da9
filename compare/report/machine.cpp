#include "compare/report/machine.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "compare/report/format.h"

namespace poetry_compare {
namespace {

bool is_late(const Comparison& comparison,
             const std::optional<Finding>& finding) {
  return finding && !is_long(comparison.settings, finding->blamed) &&
         is_long(comparison.settings, finding->duration() - finding->blamed);
}

// A thread that waits for more bytes than there are is late, too, but has no
// lack of a processor.
bool lacked_processor(const std::optional<Finding>& finding) {
  return !finding->delayed ||
         *finding->delayed > 0.2 * (finding->duration() - finding->blamed);
}

bool got_processor_late(const Comparison& comparison, const Variant& variant) {
  const auto is_cause = [&](const std::optional<Finding>& finding) {
    return is_late(comparison, finding) && lacked_processor(finding);
  };
  return is_cause(variant.overall.unread) ||
         is_cause(variant.overall.late_turn);
}

double seconds_of_tasks(const Variant& variant) {
  const Range time = time_of_tasks(variant.picture);
  return time.most - time.least;
}

// " (expected 2.02 s, took 3.14 s)"; empty if it did not take much longer.
std::string compare_with_expected(const Variant& variant) {
  if (!took_longer(variant, 1.2)) return {};
  const double took = seconds_of_tasks(variant);
  return fmt::format(" (expected {}, took {})",
                     format_seconds(*variant.expected), format_seconds(took));
}

}  // namespace

bool machine_was_late(const Comparison& comparison, const Variant& variant) {
  return is_late(comparison, variant.overall.unread) ||
         is_late(comparison, variant.overall.late_turn);
}

bool took_longer(const Variant& variant, double times) {
  if (!variant.expected) return false;
  return seconds_of_tasks(variant) >= times * *variant.expected;
}

std::string tell_of_machine(const Comparison& comparison) {
  std::vector<std::string> names;
  for (const Variant& variant : comparison.variants) {
    if (variant.failed() || !got_processor_late(comparison, variant)) continue;
    names.push_back(variant.name + compare_with_expected(variant));
  }
  if (names.empty()) return {};
  return fmt::format("The machine was busy: {} got the processor too late.",
                     enumerate(names));
}

}  // namespace poetry_compare
