// A plain view of the page: strings, numbers and lists. Code that draws it does
// not need the comparison.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/draw/figures_view.h"
#include "compare/draw/picture_view.h"
#include "compare/measure/model.h"
#include "compare/report/table.h"

namespace poetry_compare {

struct CellView {
  std::string text;
  bool alarming = false;
  std::size_t colour = 0;  // of a chip before the text; 0: there is none
};

struct RowView {
  std::vector<CellView> cells;
  std::string note;  // below the row: what is wrong with it; mostly empty
};

struct TableView {
  std::vector<Column> columns;
  std::vector<std::vector<RowView>> groups;
};

struct Fact {
  std::string name;
  std::string value;  // empty: the fact is left out
  bool code = false;
};

// Strings are not escaped.
struct PageView {
  PictureView picture;
  std::vector<std::string> captions;  // of all variants
  TableView numbers;  // a row for each variant
  TableView places;  // see view_places()
  FiguresView figures;
  TableView tasks;  // a row for each connection, grouped by variant
  std::string note_on_tasks;  // mostly empty
  std::vector<Fact> settings;
  std::vector<Fact> commands;
  std::string json;  // the comparison, for programs
  std::string lanes;  // the lanes, for the script of the page
};

PageView view_page(const Comparison& comparison);

}  // namespace poetry_compare
