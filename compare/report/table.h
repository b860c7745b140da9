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
  bool shown = true;  // to people: the column says something here
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // one per variant
};

// The columns that are shown to people.
Table make_table(const Comparison& comparison);

// All columns, always the same ones: for CSV and JSON.
Table make_full_table(const Comparison& comparison);

// The version of these columns and of the keys of the JSON.
inline constexpr int table_version = 2;

// Whether bytes lay unread for too long, and it was the client's doing.
bool unread_is_long(const Comparison& comparison, const Variant& variant);

// Whether a turn was too long, as far as a task waited for its end, and it was
// the client's doing.
bool turn_is_long(const Comparison& comparison, const Variant& variant);

}  // namespace poetry_compare
