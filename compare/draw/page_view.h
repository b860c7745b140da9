// A plain view of the page: strings, numbers and lists. Code that draws it does
// not need the comparison.
#pragma once

#include <string>
#include <vector>

#include "compare/draw/figures_view.h"
#include "compare/draw/html_table.h"
#include "compare/draw/picture_view.h"
#include "compare/measure/model.h"

namespace poetry_compare {

// Strings are not escaped.
struct PageView {
  PictureView picture;
  HtmlTable numbers;  // a row for each variant
  FiguresView figures;
  HtmlTable tasks;  // a row for each connection
  std::vector<Fact> settings;
  std::vector<Fact> commands;
  std::string json;  // the comparison, for programs
};

PageView view_page(const Comparison& comparison);

}  // namespace poetry_compare
