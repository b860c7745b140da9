#include "compare/report/text_table.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace poetry_compare {
namespace {

constexpr auto bold = "\x1b[1m";
constexpr auto red = "\x1b[1;31m";
constexpr auto plain = "\x1b[0m";

std::string marked(const Cell& cell) {
  return cell.alarming ? "! " + cell.text : cell.text;
}

// The titles are the first row.
std::vector<std::vector<Cell>> with_head(const Table& table) {
  auto rows = table.rows;
  auto& head = *rows.emplace(rows.begin());
  for (const Column& column : table.columns) head.push_back({column.title, ""});
  return rows;
}

std::vector<std::size_t> find_widths(
    const std::vector<std::vector<Cell>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(marked(row[i])));
    }
  }
  return widths;
}

// The columns that stand beside each other, as indices.
using Block = std::vector<std::size_t>;

// As few blocks as fit the terminal; each begins with the variants' names.
std::vector<Block> blocks(const std::vector<std::size_t>& widths,
                          std::size_t gap,
                          std::size_t width) {
  std::vector<Block> blocks;
  std::size_t used = 0;
  for (std::size_t i = 1; i < widths.size(); ++i) {
    if (blocks.empty() || used + gap + widths[i] > width) {
      blocks.push_back({0});
      used = widths[0];
    }
    blocks.back().push_back(i);
    used += gap + widths[i];
  }
  return blocks;
}

// Fills the cell with spaces, in front of the text or behind it.
std::string pad(const Cell& cell, std::size_t width, bool right, bool colour) {
  std::string text = marked(cell);
  text.insert(right ? 0 : text.size(), width - width_of(text), ' ');
  return cell.alarming && colour ? red + text + plain : text;
}

}  // namespace

std::string write_table(const Table& table, const Terminal& terminal) {
  const auto width = terminal.width.value_or(std::string::npos);
  const auto rows = with_head(table);
  const auto widths = find_widths(rows);
  // Two spaces between the columns, or three if one block is enough then.
  const std::size_t gap = blocks(widths, 3, width).size() == 1 ? 3 : 2;
  std::string text;
  for (const Block& block : blocks(widths, gap, width)) {
    if (!text.empty()) text += '\n';
    for (const auto& row : rows) {
      std::string line;
      for (const std::size_t i : block) {
        if (i != block.front()) line += std::string(gap, ' ');
        line +=
            pad(row[i], widths[i], table.columns[i].numeric, terminal.colour);
      }
      const bool head = &row == &rows.front();
      if (head && terminal.colour) line = bold + line + plain;
      text += line.erase(line.find_last_not_of(' ') + 1) + '\n';
    }
  }
  return text;
}

}  // namespace poetry_compare
