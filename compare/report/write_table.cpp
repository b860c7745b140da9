#include "compare/report/write_table.h"

#include <fmt/format.h>

#include "compare/report/sentences.h"
#include "compare/report/where.h"

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

std::string escape(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '*' || c == '_' || c == '`') {
      escaped += '\\';
    }
    escaped += c;
  }
  return escaped;
}

}  // namespace

std::string write_csv(const Table& table, int version) {
  std::vector<std::string> fields;
  for (const Column& column : table.columns) fields.push_back(column.key);
  std::string text = fmt::format("{},format_version\n", fmt::join(fields, ","));
  for (const auto& row : table.rows) {
    fields.clear();
    for (const Cell& cell : row) fields.push_back(field(cell.raw));
    text += fmt::format("{},{}\n", fmt::join(fields, ","), version);
  }
  return text;
}

std::string write_csv(const Comparison& comparison) {
  return write_csv(make_full_table(comparison), table_version);
}

std::string write_markdown(const Table& table) {
  std::string text = "|";
  for (const auto& column : table.columns) text += ' ' + column.title + " |";
  text += "\n|";
  for (const auto& column : table.columns) {
    text += column.numeric ? " ---: |" : " --- |";
  }
  for (const auto& row : table.rows) {
    text += "\n|";
    for (const Cell& cell : row) {
      text += fmt::format(" {0}{1}{0} |", cell.alarming ? "**" : "",
                          escape(cell.text));
    }
  }
  return text + '\n';
}

std::string write_markdown(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += '\n' + escape(line) + '\n';
  return text;
}

std::string write_markdown(const Comparison& comparison) {
  const Table places = make_place_table(comparison);
  return escape(summary(comparison)) + "\n\n" +
         write_markdown(make_table(comparison)) +
         (places.rows.empty() ? "" : '\n' + write_markdown(places)) +
         write_markdown(complaints(comparison)) +
         write_markdown(sentences(comparison));
}

}  // namespace poetry_compare
