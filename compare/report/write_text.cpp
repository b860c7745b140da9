#include "compare/report/write_text.h"

#include <algorithm>
#include <vector>

#include "compare/report/layout.h"
#include "compare/report/sentences.h"
#include "compare/report/table.h"

namespace poetry_compare {
namespace {

constexpr auto bold = "\x1b[1m";
constexpr auto red = "\x1b[1;31m";
constexpr auto plain = "\x1b[0m";

std::string marked(const Cell& cell) {
  return cell.alarming ? "! " + cell.text : cell.text;
}

std::vector<std::size_t> widths(const Table& table) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    widths.push_back(width_of(table.columns[i].title));
    for (const auto& row : table.rows) {
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

// Three spaces between the columns, or two if the table then needs one block
// only, or needs several anyway.
std::size_t find_gap(const std::vector<std::size_t>& widths,
                     std::size_t width) {
  for (const std::size_t gap : {3U, 2U}) {
    if (blocks(widths, gap, width).size() == 1) return gap;
  }
  return 2;
}

// Writes the rows of one block.
class BlockWriter {
 public:
  BlockWriter(const Table& table,
              const Block& block,
              const std::vector<std::size_t>& widths,
              std::size_t gap,
              bool colour)
      : table_(table),
        block_(block),
        widths_(widths),
        gap_(gap, ' '),
        colour_(colour) {}

  std::string head() const {
    std::string line;
    for (const std::size_t i : block_) add(line, table_.columns[i].title, i);
    return finish(colour_ ? bold + line + plain : line);
  }
  std::string row(const std::vector<Cell>& cells) const {
    std::string line;
    for (const std::size_t i : block_) {
      add(line, marked(cells[i]), i, cells[i].alarming);
    }
    return finish(line);
  }

 private:
  void add(std::string& line,
           const std::string& text,
           std::size_t column,
           bool alarming = false) const {
    if (column != block_.front()) line += gap_;
    const auto padded =
        pad(text, widths_[column], table_.columns[column].numeric);
    line += alarming && colour_ ? red + padded + plain : padded;
  }
  static std::string finish(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
  }

  const Table& table_;
  const Block& block_;
  const std::vector<std::size_t>& widths_;
  const std::string gap_;
  const bool colour_;
};

std::string write_table(const Table& table, const Terminal& terminal) {
  const auto width = terminal.width.value_or(std::string::npos);
  const auto sizes = widths(table);
  const auto gap = find_gap(sizes, width);
  std::string text;
  for (const Block& block : blocks(sizes, gap, width)) {
    if (!text.empty()) text += '\n';
    const BlockWriter writer(table, block, sizes, gap, terminal.colour);
    text += writer.head();
    for (const auto& row : table.rows) text += writer.row(row);
  }
  return text;
}

}  // namespace

std::string write_text(const Comparison& comparison,
                       const std::string& timeline,
                       const Terminal& terminal) {
  const auto line = [&](const std::string& text) {
    return (terminal.width ? wrap(text, *terminal.width) : text) + '\n';
  };
  std::string text = line(summary(comparison));
  text += write_table(make_table(comparison), terminal);
  if (!timeline.empty()) text += '\n' + timeline + '\n';
  for (const auto& complaint : complaints(comparison)) text += line(complaint);
  for (const auto& sentence : sentences(comparison)) text += line(sentence);
  return text;
}

}  // namespace poetry_compare
