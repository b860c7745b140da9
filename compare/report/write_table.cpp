#include <algorithm>

#include <fmt/core.h>

#include "compare/report/table.h"

namespace poetry_compare {
namespace {

constexpr auto bold = "\x1b[1m";
constexpr auto red = "\x1b[1;31m";
constexpr auto plain = "\x1b[0m";

std::string marked(const Cell& cell) {
  return cell.alarming ? "! " + cell.text : cell.text;
}

// Aligned by characters, of which names may have any; bytes that only go on
// with one do not count.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string pad(const std::string& text, std::size_t size, bool right) {
  const std::string space(size - std::min(size, width(text)), ' ');
  return right ? space + text : text + space;
}

std::vector<std::size_t> widths(const Table& table) {
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    sizes.push_back(width(table.columns[i].title));
    for (const auto& row : table.rows) {
      sizes[i] = std::max(sizes[i], width(marked(row[i])));
    }
  }
  return sizes;
}

std::string without_spaces_at_the_end(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::string terminal_table(const Table& table, bool colour) {
  const auto sizes = widths(table);
  std::string line;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (i > 0) line += "   ";
    line += pad(table.columns[i].title, sizes[i], table.columns[i].numeric);
  }
  if (colour) line = bold + line + plain;
  std::string text = without_spaces_at_the_end(line);

  for (const auto& row : table.rows) {
    line.clear();
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (i > 0) line += "   ";
      const bool red_one = colour && row[i].alarming;
      if (red_one) line += red;
      line += pad(marked(row[i]), sizes[i], table.columns[i].numeric);
      if (red_one) line += plain;
    }
    text += without_spaces_at_the_end(line);
  }
  return text;
}

std::string markdown_escape(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '*' || c == '_' || c == '`') {
      escaped += '\\';
    }
    escaped += c;
  }
  return escaped;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::string write_terminal(const Comparison& comparison,
                           const std::string& timeline,
                           bool colour) {
  std::string text = summary(comparison) + '\n';
  text += terminal_table(make_table(comparison), colour);
  if (!timeline.empty()) text += '\n' + timeline + '\n';
  for (const auto& line : complaints(comparison)) text += line + '\n';
  for (const auto& line : sentences(comparison)) text += line + '\n';
  return text;
}

std::string write_markdown(const Comparison& comparison) {
  const Table table = make_table(comparison);
  std::string text = markdown_escape(summary(comparison)) + "\n\n|";
  for (const Column& column : table.columns) {
    text += fmt::format(" {} |", column.title);
  }
  text += "\n|";
  for (const Column& column : table.columns) {
    text += column.numeric ? " ---: |" : " --- |";
  }
  for (const auto& row : table.rows) {
    text += "\n|";
    for (const Cell& cell : row) {
      const auto content = markdown_escape(cell.text);
      text += fmt::format(fmt::runtime(cell.alarming ? " **{}** |" : " {} |"),
                          content);
    }
  }
  text += '\n';
  const auto add = [&](const auto& lines) {
    for (const auto& line : lines) text += '\n' + markdown_escape(line) + '\n';
  };
  add(complaints(comparison));
  add(sentences(comparison));
  return text;
}

std::string write_csv(const Comparison& comparison) {
  const Table table = make_table(comparison);
  std::string text;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) text += ',';
    text += table.columns[i].key;
  }
  text += '\n';
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ',';
      text += csv_field(row[i].raw);
    }
    text += '\n';
  }
  return text;
}

}  // namespace poetry_compare
