#include "compare/report/table.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

namespace poetry_compare {
namespace {

Cell known(std::string text, double value) {
  return {std::move(text), fmt::format("{:.6f}", value)};
}

Cell seconds_cell(double seconds) {
  return known(format_seconds(seconds), seconds);
}

Cell unread_cell(const Comparison& comparison, const Variant& variant) {
  if (!variant.worst_unread) return {"-", ""};
  Cell cell = known(fmt::format("{:.3f} s", *variant.worst_unread),
                    *variant.worst_unread);
  cell.alarming = is_long(comparison, *variant.worst_unread);
  return cell;
}

Cell turn_cell(const Comparison& comparison, const Variant& variant) {
  if (!variant.longest_turn) return {"-", ""};
  Cell cell =
      known(format_milliseconds(*variant.longest_turn), *variant.longest_turn);
  cell.alarming = is_long(comparison, variant.awaited_turn.value_or(0));
  return cell;
}

Cell ratio_cell(const Variant& variant) {
  if (!variant.vs_blocking) return {"-", ""};
  return known(fmt::format("{:.2f}x", *variant.vs_blocking),
               *variant.vs_blocking);
}

Cell result_cell(const Variant& variant) {
  const std::string result = variant.failed() ? "failed" : "complete";
  return {result, result, variant.failed()};
}

}  // namespace

bool is_long(const Comparison& comparison, double seconds) {
  return seconds > std::max(0.05, 2 * comparison.settings.delay);
}

Table make_table(const Comparison& comparison) {
  const bool several = comparison.settings.runs > 1;
  const auto& variants = comparison.variants;
  const bool failure = std::any_of(variants.begin(), variants.end(),
                                   [](auto& v) { return v.failed(); });
  Table table;
  table.columns = {{"variant", "variant", false}, {"wall", "wall_s"}};
  if (several) table.columns.push_back({"deviation", "wall_deviation_s"});
  table.columns.insert(table.columns.end(), {{"vs blocking", "vs_blocking"},
                                             {"worst unread", "worst_unread_s"},
                                             {"longest turn", "longest_turn_s"},
                                             {"CPU", "cpu_s"}});
  if (failure) table.columns.push_back({"result", "result", false});

  for (const Variant& variant : variants) {
    auto& row = table.rows.emplace_back();
    row = {{variant.name, variant.name}, seconds_cell(variant.wall)};
    if (several) row.push_back(seconds_cell(variant.wall_deviation));
    row.push_back(ratio_cell(variant));
    row.push_back(unread_cell(comparison, variant));
    row.push_back(turn_cell(comparison, variant));
    row.push_back(
        known(fmt::format("{:.0f} ms", variant.cpu * 1000), variant.cpu));
    if (failure) row.push_back(result_cell(variant));
  }
  return table;
}

std::string format_seconds(double seconds) {
  return fmt::format("{:.2f} s", seconds);
}

std::string format_milliseconds(double seconds) {
  const double milliseconds = seconds * 1000;
  if (milliseconds < 99.95) return fmt::format("{:.1f} ms", milliseconds);
  return format_count(static_cast<std::size_t>(std::lround(milliseconds))) +
         " ms";
}

std::string format_count(std::size_t count) {
  std::string text = std::to_string(count);
  for (std::size_t i = text.size(); i > 3;) {
    i -= 3;
    text.insert(i, 1, ' ');
  }
  return text;
}

std::string summary(const Comparison& comparison) {
  std::size_t bytes = 0;
  bool known_bytes = !comparison.poems.empty();
  for (const Poem& poem : comparison.poems) {
    known_bytes = known_bytes && poem.bytes;
    bytes += poem.bytes.value_or(0);
  }
  const Settings& settings = comparison.settings;
  const auto count = comparison.poems.size();
  std::string text = fmt::format("{} {}", count, count == 1 ? "poem" : "poems");
  if (known_bytes) text += fmt::format(", {} bytes", format_count(bytes));
  if (settings.delay > 0) text += fmt::format(", delay {} s", settings.delay);
  if (settings.rcvbuf) text += fmt::format(", rcvbuf {}", *settings.rcvbuf);
  if (settings.sndbuf) text += fmt::format(", sndbuf {}", *settings.sndbuf);
  return text + fmt::format(", {} {}", settings.runs,
                            settings.runs == 1 ? "run" : "runs");
}

}  // namespace poetry_compare
