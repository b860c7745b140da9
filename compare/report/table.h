// The numbers of a comparison as one table, so that terminal, page and files
// have the same columns and the same digits.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// A cell for people, and for programs.
struct Cell {
  std::string text;  // "4.62 s"; "-": not known
  std::string raw;  // "4.617312"; empty: not known; or a name
  bool alarming = false;  // to be marked
};

struct Column {
  std::string title;  // "worst unread"
  std::string key;  // "worst_unread_s", for CSV and JSON
  bool numeric = true;  // aligned right, and a number in JSON
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // one per variant
};

Table make_table(const Comparison& comparison);

// Whether bytes lay unread for too long, and it was the client's doing.
bool unread_is_long(const Comparison& comparison, const Variant& variant);

// Whether a turn was too long, as far as a task waited for its end, and it was
// the client's doing.
bool turn_is_long(const Comparison& comparison, const Variant& variant);

}  // namespace poetry_compare
