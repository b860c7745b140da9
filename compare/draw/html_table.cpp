#include "compare/draw/html_table.h"

#include <fmt/format.h>

#include "compare/draw/xml.h"

namespace poetry_compare {
namespace {

std::string draw_head(const std::vector<HtmlColumn>& columns) {
  std::string html = "<thead><tr>";
  for (const HtmlColumn& column : columns) {
    html += fmt::format("<th scope=\"col\"{}>{}</th>",
                        column.numeric ? "" : " class=\"words\"",
                        escape(column.title));
  }
  return html + "</tr></thead>\n";
}

std::string draw_cell(const HtmlCell& cell, const HtmlColumn& column) {
  const char* classes = cell.alarming    ? " class=\"alarm\""
                        : column.numeric ? ""
                                         : " class=\"words\"";
  const auto chip =
      cell.colour == 0
          ? ""
          : fmt::format("<i class=\"chip c{}\"></i> ", cell.colour);
  return fmt::format("{}>{}{}", classes, chip, escape(cell.text));
}

// The first cell is the row's name.
std::string draw_row(const HtmlRow& row,
                     const std::vector<HtmlColumn>& columns) {
  std::string html = "<tr>";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto cell = draw_cell(row.cells[i], columns[i]);
    html +=
        i == 0 ? "<th scope=\"row\"" + cell + "</th>" : "<td" + cell + "</td>";
  }
  html += "</tr>\n";
  if (row.note.empty()) return html;
  return html + fmt::format(
                    "<tr class=\"why\"><td colspan=\"{}\"><span>{}</span>"
                    "</td></tr>\n",
                    columns.size(), escape(row.note));
}

}  // namespace

std::string draw_table(const HtmlTable& table) {
  std::string html =
      "<div class=\"wide\" tabindex=\"0\" role=\"group\" "
      "aria-label=\"Table\"><table>\n" +
      draw_head(table.columns);
  for (const auto& group : table.groups) {
    html += "<tbody>\n";
    for (const HtmlRow& row : group) html += draw_row(row, table.columns);
    html += "</tbody>\n";
  }
  return html + "</table></div>\n";
}

std::string draw_facts(const std::vector<Fact>& facts) {
  std::string html = "<dl>\n";
  for (const auto& [name, value, code] : facts) {
    if (value.empty()) continue;
    const auto content =
        code ? "<code>" + escape(value) + "</code>" : escape(value);
    html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape(name), content);
  }
  return html + "</dl>\n";
}

}  // namespace poetry_compare
