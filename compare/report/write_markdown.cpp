#include "compare/report/write_markdown.h"

#include <fmt/core.h>

#include "compare/report/sentences.h"
#include "compare/report/table.h"

namespace poetry_compare {
namespace {

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

std::string paragraphs(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += '\n' + escape(line) + '\n';
  return text;
}

std::string head(const Table& table) {
  std::string titles = "|";
  std::string alignment = "|";
  for (const Column& column : table.columns) {
    titles += fmt::format(" {} |", column.title);
    alignment += column.numeric ? " ---: |" : " --- |";
  }
  return titles + '\n' + alignment + '\n';
}

std::string line(const std::vector<Cell>& row) {
  std::string text = "|";
  for (const Cell& cell : row) {
    const auto content = escape(cell.text);
    text += cell.alarming ? fmt::format(" **{}** |", content)
                          : fmt::format(" {} |", content);
  }
  return text + '\n';
}

}  // namespace

std::string write_markdown(const Comparison& comparison) {
  const Table table = make_table(comparison);
  std::string text = escape(summary(comparison)) + "\n\n" + head(table);
  for (const auto& row : table.rows) text += line(row);
  text += paragraphs(complaints(comparison));
  text += paragraphs(sentences(comparison));
  return text;
}

}  // namespace poetry_compare
