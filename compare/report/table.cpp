#include "compare/report/table.h"

#include <algorithm>

#include <fmt/core.h>

#include "compare/report/format.h"

namespace poetry_compare {
namespace {

Cell known(std::string text, double value) {
  return {std::move(text), fmt::format("{:.6f}", value)};
}

Cell name(const Comparison&, const Variant& variant) {
  return {variant.name, variant.name};
}

Cell wall(const Comparison&, const Variant& variant) {
  if (variant.overall.stopped) return {"-", ""};
  return known(format_seconds(variant.overall.wall), variant.overall.wall);
}

Cell deviation(const Comparison&, const Variant& variant) {
  if (variant.overall.stopped) return {"-", ""};
  return known(format_seconds(variant.wall_deviation), variant.wall_deviation);
}

Cell ratio(const Comparison&, const Variant& variant) {
  if (!variant.vs_blocking) return {"-", ""};
  return known(fmt::format("{:.2f}x", *variant.vs_blocking),
               *variant.vs_blocking);
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

Cell result(const Comparison&, const Variant& variant) {
  const std::string text = variant.overall.stopped ? "stopped"
                           : variant.failed()      ? "failed"
                                                   : "complete";
  return {text, text, variant.failed()};
}

struct Definition {
  Column column;
  Cell (*cell)(const Comparison&, const Variant&);
};

std::vector<Definition> definitions(const Comparison& comparison) {
  const auto& variants = comparison.variants;
  const bool failure = std::any_of(variants.begin(), variants.end(),
                                   [](auto& v) { return v.failed(); });
  std::vector<Definition> columns = {{{"variant", "variant", false}, name},
                                     {{"wall", "wall_s"}, wall}};
  if (comparison.settings.runs > 1) {
    columns.push_back({{"deviation", "wall_deviation_s"}, deviation});
  }
  columns.push_back({{"vs blocking", "vs_blocking"}, ratio});
  columns.push_back({{"worst unread", "worst_unread_s"}, unread});
  columns.push_back({{"longest turn", "longest_turn_s"}, turn});
  columns.push_back({{"CPU", "cpu_s"}, cpu});
  if (failure) columns.push_back({{"result", "result", false}, result});
  return columns;
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
  const auto columns = definitions(comparison);
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

}  // namespace poetry_compare
