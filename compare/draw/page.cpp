#include "compare/draw/page.h"

#include <fmt/format.h>

#include "compare/draw/assets.h"
#include "compare/draw/figures.h"
#include "compare/draw/lanes.h"
#include "compare/draw/page_parts.h"
#include "compare/draw/page_view.h"
#include "compare/draw/palette.h"
#include "compare/draw/xml.h"
#include "compare/report/crowd.h"

namespace poetry_compare {
namespace {

constexpr auto note_on_numbers =
    "<p class=\"note\"><b>Worst unread</b>: the longest time for which bytes "
    "that a server had sent lay unread. <b>Longest turn</b>: the longest time "
    "for which the program was away from its wait, so that all other tasks had "
    "to wait for it.</p>\n";

constexpr auto note_on_pictures =
    "<p class=\"note\">All pictures share one time axis. Nothing shorter than "
    "a pixel is drawn: a strip shows what took most of the pixel, reads that "
    "lie so close together share a tick, and a wedge shows the mean. A wedge "
    "as high as its lane is the largest pile of unread bytes of that "
    "poem.</p>\n";

constexpr auto note_on_crowds =
    "<p class=\"note\">A grey lane stands for several tasks: it is as high as "
    "the part of them that is connected. The five tasks below these lanes are "
    "those whose bytes lay unread longest, and the threads are theirs.</p>\n";

// --- The pictures ------------------------------------------------------------

std::string draw_legend(const std::vector<LegendItem>& items) {
  std::string html;
  for (const LegendItem& item : items) {
    html += fmt::format(
        "<li><svg class=\"picture\" width=\"{}\" height=\"{}\" "
        "aria-hidden=\"true\">{}</svg> {}</li>\n",
        sample_width, sample_height, item.sample, escape(item.text));
  }
  return html;
}

// Many poems are folded away.
std::string draw_legends(const PictureView& view) {
  const auto list = [](const std::string& items) {
    return "<ul class=\"legend\">\n" + items + "</ul>\n";
  };
  const auto poems = draw_legend(view.poems), marks = draw_legend(view.marks);
  if (!is_crowd(view.poems.size())) return list(poems + marks);
  return list(marks) +
         fmt::format(
             "<details><summary>The colours of {} poems</summary>\n{}"
             "</details>\n",
             view.poems.size(), list(poems));
}

// The plot lies in a window: the script makes it longer than the window to
// zoom, and moves it.
std::string draw_picture(const VariantView& variant,
                         const std::vector<AxisMark>& axis) {
  const Drawing drawing = draw_lanes(variant.lanes, axis, true);
  return fmt::format(
      "<svg class=\"picture lanes\" height=\"{0}\" role=\"img\">"
      "<title>{1}: {2}</title>\n{3}\n<svg class=\"window\" width=\"100%\" "
      "height=\"{0}\"><svg class=\"plot\" width=\"100%\" height=\"{0}\">\n{4}"
      "</svg></svg>\n{5}</svg>\n",
      number(drawing.height), escape(variant.name),
      variant.headline.text + variant.headline.alarm, drawing.labels,
      drawing.svg, drawing.order);
}

// In an element of its own, or nothing.
std::string alarm(const char* tag, const std::string& text) {
  if (text.empty()) return "";
  return fmt::format("<{0} class=\"alarm\">{1}</{0}>", tag, escape(text));
}

std::string draw_variant(const VariantView& variant,
                         const std::vector<AxisMark>& axis,
                         const std::string& caption) {
  const auto name = escape(variant.name);
  auto trouble = alarm("p", variant.complaint);
  if (!trouble.empty()) trouble += '\n';
  return fmt::format(
      "<article class=\"variant\" data-variant=\"{0}\" data-name=\"{1}\">\n"
      "<h3>{1}</h3> <p class=\"headline\">{2}{3}</p>\n{4}{5}"
      "<p class=\"look\">{6}</p>\n</article>\n",
      variant.index, name, variant.headline.text,
      alarm("span", variant.headline.alarm), trouble,
      draw_picture(variant, axis), escape(caption));
}

std::string draw_pictures(const PageView& page) {
  const PictureView& view = page.picture;
  std::string html =
      draw_legends(view) + "<div id=\"controls\" hidden></div>\n";
  for (const VariantView& variant : view.variants) {
    html += draw_variant(variant, view.axis, page.captions[variant.index]);
  }
  return html + note(view.omitted) + note_on_pictures +
         (view.crowded ? note_on_crowds : "");
}

// Nothing if no place is known.
std::string draw_places(const TableView& places) {
  if (places.groups.empty()) return "";
  return section(
      "places", "Where each variant waits",
      draw_table(places) + note("The time is that of all threads together."));
}

// --- The whole ---------------------------------------------------------------

std::string draw_sections(const PageView& view) {
  return section("numbers", "What the clock shows, and what it hides",
                 draw_table(view.numbers) + note_on_numbers) +
         draw_places(view.places) +
         section("pictures", "What each variant waited for",
                 draw_pictures(view)) +
         section("figures", "The tutorial's figures, from this run",
                 "<div class=\"row\">\n" + draw_figures(view.figures) +
                     "</div>\n") +
         section("tasks", "Task by task",
                 draw_table(view.tasks) + note(view.note_on_tasks)) +
         section("made", "How this was made",
                 draw_facts(view.settings) + "<h3>The commands</h3>\n" +
                     draw_facts(view.commands));
}

// The data and the code of the script.
std::string draw_script(const PageView& view) {
  return fmt::format(
      "<script type=\"application/json\" id=\"summary\">\n{}</script>\n"
      "<script type=\"application/json\" id=\"lanes\">\n{}</script>\n"
      "<script>\n{}{}</script>\n",
      view.json, view.lanes, page_js, wall_js);
}

}  // namespace

std::string make_page(const Comparison& comparison) {
  const PageView view = view_page(comparison);
  return fmt::format(
      "{}<body>\n<svg class=\"hatches\" width=\"0\" height=\"0\" "
      "aria-hidden=\"true\">{}</svg>\n{}<main>\n{}</main>\n"
      "<div id=\"tip\" role=\"status\" hidden></div>\n{}</body>\n</html>\n",
      draw_head(view.picture.title, wall_css), hatches(),
      draw_header({view.picture.title, view.picture.summary,
                   view.picture.sentences, view.picture.complaints}),
      draw_sections(view), draw_script(view));
}

}  // namespace poetry_compare
