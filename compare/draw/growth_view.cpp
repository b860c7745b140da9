#include "compare/draw/growth_view.h"

#include <fmt/format.h>

#include "compare/report/format.h"
#include "compare/report/growth_format.h"
#include "compare/report/growth_sentences.h"
#include "compare/report/growth_table.h"
#include "compare/report/growth_text.h"

namespace poetry_compare {
namespace {

std::string title(const Growth& growth) {
  const auto ways = growth.variants.size();
  return fmt::format("{} {} to wait, and {}", in_words(ways, true),
                     ways == 1 ? "way" : "ways", name_of_parameter(growth));
}

TableView view_table(const Table& table) {
  TableView view{table.columns, {}};
  auto& rows = view.groups.emplace_back();
  for (const auto& row : table.rows) {
    auto& cells = rows.emplace_back().cells;
    for (const Cell& cell : row) cells.push_back({cell.text, cell.alarming});
  }
  return view;
}

std::vector<Fact> view_settings(const Settings& settings) {
  return {{"poetry-compare", settings.version},
          {"host", settings.host},
          {"date", settings.date},
          {"servers", "one process for all ports"},
          {"run it again", settings.command, true}};
}

std::vector<Fact> view_commands(const Growth& growth) {
  std::vector<Fact> commands;
  for (const GrowthVariant& variant : growth.variants) {
    commands.push_back({variant.name, variant.command, true});
  }
  return commands;
}

std::string describe(const GrowthView& view) {
  std::string text = view.summary + '.';
  for (const auto& line : view.sentences) text += ' ' + line;
  for (const auto& line : view.complaints) text += ' ' + line + '.';
  for (const ChartView& chart : view.charts) {
    text += fmt::format(" {}. {}", chart.title, chart.description);
  }
  return text;
}

}  // namespace

GrowthView view_growth(const Growth& growth) {
  GrowthView view;
  view.title = title(growth);
  view.summary = summary(growth);
  view.sentences = sentences(growth);
  view.complaints = complaints(growth);
  view.origin = fmt::format("poetry-compare {}, {}", growth.settings.version,
                            growth.settings.date);
  for (const Measure measure : known_measures(growth)) {
    view.charts.push_back(view_chart(growth, measure));
    view.tables.push_back(view_table(make_table(growth, measure)));
  }
  if (growth.variants.size() > max_lines - 2) {
    view.omitted = fmt::format(
        "A chart has room for {} lines: the tables have all {} variants.",
        max_lines, growth.variants.size());
  }
  view.settings = view_settings(growth.settings);
  view.commands = view_commands(growth);
  view.description = describe(view);
  return view;
}

}  // namespace poetry_compare
