#include "compare/draw/page_parts.h"

#include <cstddef>

#include <fmt/format.h>

#include "compare/draw/assets.h"
#include "compare/draw/palette.h"
#include "compare/draw/xml.h"

namespace poetry_compare {
namespace {

std::string draw_titles(const std::vector<Column>& columns) {
  std::string html = "<thead><tr>";
  for (const Column& column : columns) {
    html += fmt::format("<th scope=\"col\"{}>{}</th>",
                        column.numeric ? "" : " class=\"words\"",
                        escape(column.title));
  }
  return html + "</tr></thead>\n";
}

std::string draw_cell(const CellView& cell, const Column& column) {
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
std::string draw_row(const RowView& row, const std::vector<Column>& columns) {
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

std::string draw_head(const std::string& title, const std::string& css) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n"
      "<style>\n{}{}{}</style>\n</head>\n",
      escape(title), page_css, picture_style(), css);
}

std::string draw_header(const Header& header) {
  std::string lines;
  for (const auto& line : header.sentences) {
    lines += fmt::format("<li>{}</li>\n", escape(line));
  }
  for (const auto& line : header.complaints) {
    lines += fmt::format("<li class=\"alarm\">{}</li>\n", escape(line));
  }
  if (!lines.empty()) lines = "<ul class=\"sentences\">\n" + lines + "</ul>\n";
  return fmt::format("<header>\n<h1>{}</h1>\n<p>{}</p>\n{}</header>\n",
                     escape(header.title), escape(header.summary), lines);
}

std::string note(const std::string& text) {
  if (text.empty()) return "";
  return fmt::format("<p class=\"note\">{}</p>\n", escape(text));
}

std::string draw_table(const TableView& table) {
  std::string html =
      "<div class=\"wide\" tabindex=\"0\" role=\"group\" "
      "aria-label=\"Table\"><table>\n" +
      draw_titles(table.columns);
  for (const auto& group : table.groups) {
    html += "<tbody>\n";
    for (const RowView& row : group) html += draw_row(row, table.columns);
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

std::string section(const char* id,
                    const char* title,
                    const std::string& content) {
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", id,
                     title, content);
}

}  // namespace poetry_compare
