// Tables and lists of facts, as HTML.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace poetry_compare {

// Strings are not escaped.
struct HtmlCell {
  std::string text;
  bool alarming = false;
  std::size_t colour = 0;  // of a chip before the text; 0: there is none
};

struct HtmlRow {
  std::vector<HtmlCell> cells;
  std::string note;  // below the row: what is wrong with it; mostly empty
};

struct HtmlColumn {
  std::string title;
  bool numeric = true;  // aligned right
};

struct HtmlTable {
  std::vector<HtmlColumn> columns;
  std::vector<std::vector<HtmlRow>> groups;
};

std::string draw_table(const HtmlTable& table);

struct Fact {
  std::string name;
  std::string value;  // empty: the fact is left out
  bool code = false;
};

std::string draw_facts(const std::vector<Fact>& facts);

}  // namespace poetry_compare
