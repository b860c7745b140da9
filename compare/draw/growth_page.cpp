#include "compare/draw/growth_page.h"

#include <cstddef>

#include <fmt/format.h>

#include "compare/draw/chart.h"
#include "compare/draw/growth_view.h"
#include "compare/draw/page_parts.h"
#include "compare/draw/xml.h"
#include "compare/report/growth_text.h"

namespace poetry_compare {
namespace {

constexpr auto note_on_charts =
    "Each line is a variant, with its name at its end. A pale band around a "
    "line goes from the smallest number of several runs to the largest. An "
    "axis is logarithmic if its largest number is more than ten times the "
    "smallest one: then equal distances are equal factors.";

std::string draw_figure(const ChartView& chart) {
  return fmt::format(
      "<figure>\n<svg class=\"picture\" viewBox=\"0 0 {} {}\" role=\"img\" "
      "aria-label=\"{}\"><desc>{}</desc>\n{}</svg>\n"
      "<figcaption>{}</figcaption>\n</figure>\n",
      number(chart_width), number(chart_height), escape(chart.title),
      escape(chart.description), draw_chart(chart), escape(chart.meaning));
}

std::string draw_charts(const GrowthView& view) {
  std::string html = "<div class=\"charts\">\n";
  for (const ChartView& chart : view.charts) html += draw_figure(chart);
  return html + "</div>\n" + note(view.omitted) + note(note_on_charts);
}

std::string draw_tables(const GrowthView& view) {
  std::string html;
  for (const TableView& table : view.tables) html += draw_table(table);
  return html;
}

}  // namespace

std::string make_page(const Growth& growth) {
  const GrowthView view = view_growth(growth);
  return fmt::format(
      "{}<body>\n{}<main>\n{}{}{}</main>\n"
      "<script type=\"application/json\" id=\"summary\">\n{}</script>\n"
      "</body>\n</html>\n",
      draw_head(view.title, chart_style()),
      draw_header({view.title, view.summary, view.sentences, view.complaints}),
      section("charts", "How the numbers grow", draw_charts(view)),
      section("numbers", "The numbers", draw_tables(view)),
      section("made", "How this was made",
              draw_facts(view.settings) + "<h3>The commands</h3>\n" +
                  draw_facts(view.commands)),
      write_json(growth));
}

}  // namespace poetry_compare
