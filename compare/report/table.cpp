#include "compare/report/table.h"

#include <algorithm>

#include <fmt/format.h>

#include "compare/report/blame.h"
#include "compare/report/format.h"
#include "compare/report/where.h"

namespace poetry_compare {
namespace {

Cell known(std::string text, double value) {
  return {std::move(text), fmt::format("{:.6f}", value)};
}

Cell name(const Comparison&, const Variant& variant) {
  return {variant.name, variant.name};
}

Cell wall_at(const Variant& variant, double seconds) {
  if (variant.overall.stopped) return {"-", ""};
  return known(format_seconds(seconds), seconds);
}

Cell wall(const Comparison&, const Variant& variant) {
  return wall_at(variant, variant.overall.wall);
}

Cell counted(const Comparison& comparison, const Variant& variant) {
  return {fmt::format("{} of {}", variant.counted, comparison.settings.runs),
          std::to_string(variant.counted)};
}

Cell least(const Comparison&, const Variant& variant) {
  return wall_at(variant, variant.wall.least);
}

Cell most(const Comparison&, const Variant& variant) {
  return wall_at(variant, variant.wall.most);
}

Cell outliers(const Comparison&, const Variant& variant) {
  std::vector<std::size_t> runs;
  for (const std::size_t index : variant.outliers) runs.push_back(index + 1);
  const auto text = fmt::format("{}", fmt::join(runs, " "));
  return {text, text};
}

Cell expected(const Comparison&, const Variant& variant) {
  if (!variant.expected) return {"-", ""};
  return known(format_seconds(*variant.expected), *variant.expected);
}

// "2.27x", or "2.27x +-0.02" where several runs show the noise.
std::string format_ratio(const Variant& variant) {
  const auto [value, range] = *variant.vs_reference;
  const auto text = fmt::format("{:.2f}x", value);
  const double noise = std::max(value - range.least, range.most - value);
  if (variant.counted < 2) return text;
  return fmt::format("{} +-{:.2f}", text, noise);
}

Cell ratio(const Comparison&, const Variant& variant) {
  if (!variant.vs_reference) return {"-", ""};
  return known(format_ratio(variant), variant.vs_reference->value);
}

Cell least_ratio(const Comparison&, const Variant& variant) {
  if (!variant.vs_reference) return {"-", ""};
  return known("", variant.vs_reference->range.least);
}

Cell most_ratio(const Comparison&, const Variant& variant) {
  if (!variant.vs_reference) return {"-", ""};
  return known("", variant.vs_reference->range.most);
}

Cell unread(const Comparison& comparison, const Variant& variant) {
  if (!variant.overall.worst_unread) return {"-", ""};
  // The value that raises the alarm, if there is one.
  const bool alarming = unread_is_long(comparison, variant);
  const double seconds = alarming ? variant.overall.unread->duration()
                                  : *variant.overall.worst_unread;
  Cell cell = known(fmt::format("{:.3f} s", seconds), seconds);
  cell.alarming = alarming;
  return cell;
}

Cell turn(const Comparison& comparison, const Variant& variant) {
  if (!variant.overall.longest_turn) return {"-", ""};
  Cell cell = known(format_milliseconds(*variant.overall.longest_turn),
                    *variant.overall.longest_turn);
  cell.alarming = turn_is_long(comparison, variant);
  return cell;
}

Cell cpu(const Comparison&, const Variant& variant) {
  if (!variant.overall.cpu) return {"-", ""};
  Cell cell = known(fmt::format("{:.0f} ms", *variant.overall.cpu * 1000),
                    *variant.overall.cpu);
  cell.alarming = variant.overall.polls;
  return cell;
}

Cell alarm(const Comparison& comparison, const Variant& variant) {
  const auto text = find_alarm(comparison, variant);
  return {text, text};
}

Cell result(const Comparison&, const Variant& variant) {
  const std::string text = variant.overall.stopped ? "stopped"
                           : variant.failed()      ? "failed"
                                                   : "complete";
  return {text, text, variant.failed()};
}

// Of the place with the longest waits.
Cell waits_in(const Comparison&, const Variant& variant) {
  const auto places = waiting_places(variant);
  if (places.empty()) return {"-", ""};
  const auto& call = places.front().caller->call;
  return {call, call};
}

Cell waits_at(const Comparison&, const Variant& variant) {
  const auto places = waiting_places(variant);
  if (places.empty()) return {"-", ""};
  const auto text = places.front().caller->place.text();
  return {text, text};
}

struct Definition {
  Column column;
  Cell (*cell)(const Comparison&, const Variant&);
};

template <typename Condition>
bool any_variant(const Comparison& comparison, Condition condition) {
  return std::any_of(comparison.variants.begin(), comparison.variants.end(),
                     condition);
}

// Of the time that the runs took.
std::vector<Definition> times(const Comparison& comparison) {
  const bool several = comparison.settings.runs > 1;
  const bool failure =
      any_variant(comparison, [](auto& one) { return one.failed(); });
  const bool is_expected = any_variant(
      comparison, [](auto& one) { return one.expected.has_value(); });
  return {{{"variant", "variant", false}, name},
          {{"runs", "runs_counted", true, several && failure}, counted},
          {{several ? "median" : "wall", "wall_s"}, wall},
          {{"least", "wall_least_s", true, several}, least},
          {{"most", "wall_most_s", true, several}, most},
          {{"outliers", "outliers", false, false}, outliers},
          {{"expected", "expected_s", true, is_expected}, expected}};
}

std::vector<Definition> definitions(const Comparison& comparison) {
  const bool failure =
      any_variant(comparison, [](auto& one) { return one.failed(); });
  const auto reference = "vs " + comparison.settings.reference;
  auto columns = times(comparison);
  const std::vector<Definition> more = {
      {{reference, "vs_reference"}, ratio},
      {{"", "vs_reference_least", true, false}, least_ratio},
      {{"", "vs_reference_most", true, false}, most_ratio},
      {{"worst unread", "worst_unread_s"}, unread},
      {{"longest turn", "longest_turn_s"}, turn},
      {{"CPU", "cpu_s"}, cpu},
      {{"alarm", "alarm", false, false}, alarm},
      {{"result", "result", false, failure}, result},
      {{"waits in", "waits_in", false, false}, waits_in},
      {{"waits at", "waits_at", false, false}, waits_at}};
  columns.insert(columns.end(), more.begin(), more.end());
  return columns;
}

Table tabulate(const Comparison& comparison,
               const std::vector<Definition>& columns) {
  Table table;
  for (const auto& [column, cell] : columns) table.columns.push_back(column);
  for (const Variant& variant : comparison.variants) {
    auto& row = table.rows.emplace_back();
    for (const auto& [column, cell] : columns) {
      row.push_back(cell(comparison, variant));
    }
  }
  return table;
}

}  // namespace

bool unread_is_long(const Comparison& comparison, const Variant& variant) {
  const auto& unread = variant.overall.unread;
  return unread && is_long(comparison.settings, unread->blamed);
}

bool turn_is_long(const Comparison& comparison, const Variant& variant) {
  const auto& turn = variant.overall.late_turn;
  return turn && is_long(comparison.settings, turn->blamed);
}

Table make_table(const Comparison& comparison) {
  auto columns = definitions(comparison);
  std::erase_if(columns, [](auto& one) { return !one.column.shown; });
  return tabulate(comparison, columns);
}

Table make_full_table(const Comparison& comparison) {
  return tabulate(comparison, definitions(comparison));
}

}  // namespace poetry_compare
