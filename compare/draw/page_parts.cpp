#include <fmt/format.h>

#include "compare/draw/page_parts.h"

#include <cmath>

#include "compare/draw/captions.h"
#include "compare/draw/lanes.h"
#include "compare/draw/legend.h"
#include "compare/draw/palette.h"
#include "compare/draw/xml.h"
#include "compare/report/table.h"

namespace poetry_compare {
namespace {

std::string legend(const std::vector<LegendItem>& items) {
  std::string html;
  for (const LegendItem& item : items) {
    html += fmt::format(
        "<li><svg class=\"picture\" width=\"{}\" height=\"{}\" "
        "aria-hidden=\"true\">{}</svg> {}</li>\n",
        sample_width, sample_height, item.sample, escape(item.text));
  }
  return html;
}

// The plot lies in a window, behind which it can be drawn longer and pushed.
std::string picture(const Comparison& comparison,
                    const Variant& variant,
                    const Scale& scale) {
  const Drawing drawing = draw_lanes(comparison, variant, scale, true);
  return fmt::format(
      "<svg class=\"picture lanes\" height=\"{0}\" role=\"img\">"
      "<title>{1}: {2}</title>\n{3}\n<svg class=\"window\" width=\"100%\" "
      "height=\"{0}\"><svg class=\"plot\" width=\"100%\" height=\"{0}\">\n{4}"
      "</svg></svg>\n{5}</svg>\n",
      number(drawing.height), escape(variant.name),
      escape(headline(comparison, variant)), drawing.labels, drawing.svg,
      drawing.turns);
}

std::string variant_section(const Comparison& comparison,
                            std::size_t index,
                            const Scale& scale) {
  const Variant& variant = comparison.variants[index];
  const auto trouble = complaint(variant);
  return fmt::format(
      "<article class=\"variant\" data-variant=\"{}\" data-name=\"{}\">\n"
      "<h3>{}</h3> <p class=\"headline\">{}</p>\n{}{}"
      "<p class=\"look\">{}</p>\n</article>\n",
      index, escape(variant.name), escape(variant.name),
      headline(comparison, variant, "span"),
      trouble.empty()
          ? ""
          : fmt::format("<p class=\"alarm\">{}</p>\n", escape(trouble)),
      picture(comparison, variant, scale),
      escape(what_to_look_for(comparison, index)));
}

std::string head_row(const Table& table) {
  std::string html = "<thead><tr>";
  for (const Column& column : table.columns) {
    html += fmt::format("<th scope=\"col\"{}>{}</th>",
                        column.numeric ? "" : " class=\"words\"",
                        escape(column.title));
  }
  return html + "</tr></thead>\n";
}

}  // namespace

std::string hatch_sheet() {
  return fmt::format(
      "<svg class=\"hatches\" width=\"0\" height=\"0\" "
      "aria-hidden=\"true\">{}</svg>\n",
      hatches());
}

std::string numbers(const Comparison& comparison) {
  const Table table = make_table(comparison);
  std::string html =
      "<div class=\"wide\" tabindex=\"0\" role=\"group\" "
      "aria-label=\"Table\"><table>\n" +
      head_row(table) + "<tbody>\n";
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    html += "<tr>";
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const Cell& cell = table.rows[row][i];
      const char* classes = cell.alarming              ? " class=\"alarm\""
                            : table.columns[i].numeric ? ""
                                                       : " class=\"words\"";
      const char* tag = i == 0 ? "th" : "td";
      html += fmt::format("<{0}{1}{2}>{3}</{0}>", tag,
                          i == 0 ? " scope=\"row\"" : "", classes,
                          escape(cell.text));
    }
    html += "</tr>\n";
    const auto trouble = complaint(comparison.variants[row]);
    if (trouble.empty()) continue;
    html += fmt::format(
        "<tr class=\"why\"><td colspan=\"{}\"><span>{}</span></td></tr>\n",
        table.columns.size(), escape(trouble));
  }
  return html +
         "</tbody>\n</table></div>\n<p class=\"note\"><b>Worst unread</b>: how "
         "long bytes that had been sent lay unread by the client. <b>Longest "
         "turn</b>: how long the program was away from its wait, so that "
         "everybody else had to wait for it.</p>\n";
}

std::string pictures(const Comparison& comparison) {
  const Scale scale = make_scale(comparison);
  std::string html = "<ul class=\"legend\">\n" +
                     legend(legend_of_poems(comparison)) +
                     legend(legend_of_marks()) + "</ul>\n";
  html += "<div id=\"controls\" hidden></div>\n";
  for (std::size_t i = 0; i < comparison.variants.size(); ++i) {
    if (!comparison.variants[i].picture.seen) continue;
    html += variant_section(comparison, i, scale);
  }
  return html +
         "<p class=\"note\">One time axis for all. What is shorter than a "
         "pixel is not drawn: a strip shows what took most of it, reads that "
         "close share a tick, a wedge is the mean. A wedge as high as its lane "
         "is the largest pile of that poem.</p>\n";
}

std::string reads_json(const Comparison& comparison) {
  const Axis axis = make_axis(comparison);
  std::string json =
      fmt::format("{{\"seconds\":{:.6f},\"variants\":[", axis.seconds);
  for (const Variant& variant : comparison.variants) {
    if (json.back() == ']') json += ",\n";
    json += '[';
    for (const Task& task : variant.picture.tasks) {
      json += json.back() == ']' ? ",[" : "[";
      long long last = 0;
      for (const Tick& tick : make_ticks(task, axis)) {
        const long long time = std::llround(tick.time * 1e5);
        json += fmt::format("{}{},{},{}", json.back() == '[' ? "" : ",",
                            time - last, tick.bytes, tick.reads);
        last = time;
      }
      json += ']';
    }
    json += ']';
  }
  return json + "]}\n";
}

}  // namespace poetry_compare
