#include "compare/report/growth_table.h"

#include <cstddef>
#include <optional>
#include <string>

#include <fmt/core.h>

#include "compare/report/growth_format.h"
#include "compare/report/sparkline.h"

namespace poetry_compare {
namespace {

using Values = std::vector<std::optional<double>>;

Values medians(const GrowthVariant& variant, Measure measure) {
  Values values;
  for (const GrowthPoint& point : variant.points) {
    const auto& spread = point.at(measure);
    values.push_back(spread ? std::optional(spread->median) : std::nullopt);
  }
  return values;
}

SparkScale scale_of(const Growth& growth, Measure measure) {
  std::vector<double> all;
  for (const GrowthVariant& variant : growth.variants) {
    for (const auto& value : medians(variant, measure)) {
      if (value) all.push_back(*value);
    }
  }
  return find_spark_scale(all);
}

// For programs: the value as it is.
std::string raw(const std::optional<double>& value) {
  return value ? fmt::format("{:.9g}", *value) : "";
}

Cell cell_of(Measure measure, const GrowthPoint& point) {
  const auto& spread = point.at(measure);
  if (!spread) return {"-", "", point.counted == 0};
  const bool alarming = measure == Measure::unread && point.unread_is_long;
  return {format_value(measure, spread->median), raw(spread->median), alarming};
}

std::vector<Column> full_columns() {
  std::vector<Column> columns = {{"parameter", "parameter", false},
                                 {"value", "value"},
                                 {"variant", "variant", false},
                                 {"runs", "runs_counted"}};
  for (const Measure measure : all_measures) {
    const auto& name = name_of(measure);
    for (const char* part : {"", "_least", "_most"}) {
      const auto key = fmt::format("{}{}{}", name.stem, part, name.suffix);
      columns.push_back({std::string(name.title), key});
    }
  }
  columns.push_back({"expected", "expected_s"});
  columns.push_back({"longest poem", "longest_poem_s"});
  columns.push_back({"sum of poems", "sum_of_poems_s"});
  columns.push_back({"alarm", "alarm", false});
  columns.push_back({"result", "result", false});
  columns.push_back({"complaint", "complaint", false});
  return columns;
}

void add_spread(const std::optional<Spread>& spread, std::vector<Cell>& row) {
  if (!spread) {
    row.resize(row.size() + 3);
    return;
  }
  for (const double value : {spread->median, spread->least, spread->most}) {
    row.push_back({"", raw(value)});
  }
}

std::vector<Cell> full_row(const Growth& growth,
                           const GrowthVariant& variant,
                           std::size_t i) {
  const GrowthPoint& point = variant.points[i];
  std::vector<Cell> row = {{"", growth.parameter},
                           {"", raw(growth.values[i])},
                           {"", variant.name},
                           {"", std::to_string(point.counted)}};
  for (const Measure measure : all_measures) add_spread(point.at(measure), row);
  row.push_back({"", raw(point.expected)});
  row.push_back({"", raw(growth.limits[i].longest)});
  row.push_back({"", raw(growth.limits[i].sum)});
  row.push_back({"", point.unread_is_long ? "unread" : ""});
  row.push_back({"", point.complete() ? "complete" : "failed"});
  row.push_back({"", point.complaint});
  return row;
}

// The wall times can be compared with these limits.
std::vector<Cell> limit_row(const Growth& growth,
                            const std::string& name,
                            double Limits::*limit) {
  std::vector<Cell> row = {{name, ""}};
  for (const Limits& limits : growth.limits) {
    const double value = limits.*limit;
    row.push_back({format_value(Measure::wall, value), raw(value)});
  }
  row.push_back({});
  return row;
}

}  // namespace

Table make_table(const Growth& growth, Measure measure, bool utf8) {
  Table table;
  table.columns.push_back({title_of(measure), "variant", false});
  for (const double value : growth.values) {
    table.columns.push_back(
        {format_setting_briefly(growth, value), raw(value)});
  }
  table.columns.push_back({"", "", false});
  const SparkScale scale = scale_of(growth, measure);
  for (const GrowthVariant& variant : growth.variants) {
    auto& row = table.rows.emplace_back();
    row.push_back({variant.name, variant.name});
    for (const auto& point : variant.points) {
      row.push_back(cell_of(measure, point));
    }
    row.push_back({draw_sparkline(medians(variant, measure), scale, utf8), ""});
  }
  if (measure != Measure::wall) return table;
  table.rows.push_back(limit_row(growth, "(longest poem)", &Limits::longest));
  table.rows.push_back(limit_row(growth, "(sum of poems)", &Limits::sum));
  return table;
}

Table make_full_table(const Growth& growth) {
  Table table;
  table.columns = full_columns();
  for (std::size_t i = 0; i < growth.values.size(); ++i) {
    for (const GrowthVariant& variant : growth.variants) {
      table.rows.push_back(full_row(growth, variant, i));
    }
  }
  return table;
}

}  // namespace poetry_compare
