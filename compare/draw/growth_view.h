// A plain view of a sweep, on the page and as SVG.
#pragma once

#include <string>
#include <vector>

#include "compare/draw/chart_view.h"
#include "compare/draw/page_view.h"
#include "compare/measure/growth.h"

namespace poetry_compare {

// Strings are not escaped.
struct GrowthView {
  std::string title;  // "Nine ways to wait, and the number of servers"
  std::string summary;
  std::vector<std::string> sentences;
  std::vector<std::string> complaints;
  std::string description;  // all of that in one text
  std::string origin;  // "poetry-compare 0.1.0, 2024-05-01 12:00 UTC"
  std::vector<ChartView> charts;
  std::vector<TableView> tables;  // one for each chart
  std::string omitted;  // the lines for which there is no room; mostly empty
  std::vector<Fact> settings;
  std::vector<Fact> commands;
};

GrowthView view_growth(const Growth& growth);

}  // namespace poetry_compare
