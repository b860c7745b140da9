#include "compare/report/write_csv.h"

#include <vector>

#include <fmt/format.h>

#include "compare/report/table.h"

namespace poetry_compare {
namespace {

// A field, in quotes if it needs them.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string line(const std::vector<std::string>& fields) {
  return fmt::format("{}\n", fmt::join(fields, ","));
}

}  // namespace

std::string write_csv(const Comparison& comparison) {
  const Table table = make_table(comparison);
  std::vector<std::string> fields;
  for (const Column& column : table.columns) fields.push_back(column.key);
  std::string text = line(fields);
  for (const auto& row : table.rows) {
    fields.clear();
    for (const Cell& cell : row) fields.push_back(field(cell.raw));
    text += line(fields);
  }
  return text;
}

}  // namespace poetry_compare
