#include "compare/draw/figures.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "compare/draw/palette.h"
#include "compare/draw/xml.h"

namespace poetry_compare {
namespace {

// The margins around the columns, in pixels.
constexpr double top = 24, left = 26, bottom = 20;
constexpr double min_width = 190;

// --- Parts of a figure -------------------------------------------------------

std::string time_arrow() {
  return fmt::format(
      "<path class=\"arrow\" d=\"M12 {0}V{1}m-4-7l4 7l4-7\"/>"
      "<text transform=\"translate(8 {2}) rotate(-90)\" "
      "class=\"label\">time</text>",
      number(top), number(top + figure_height), number(top + 10));
}

std::string rectangle(double x,
                      double y,
                      double width,
                      double height,
                      const std::string& classes) {
  return fmt::format(
      "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"{}\"/>",
      number(x), number(y, 2), number(width), number(height, 2), classes);
}

std::string text(double x,
                 double y,
                 const char* classes,
                 const std::string& content) {
  return fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>", classes,
                     number(x), number(y), escape(content));
}

std::string heading(double x, const std::string& content) {
  return text(x, top - 8, "tick", content);
}

std::string frame(double width,
                  const std::string& content,
                  const std::string& title,
                  const std::string& caption) {
  return fmt::format(
      "<figure style=\"width:{0}px\"><svg class=\"picture\" viewBox=\"0 0 "
      "{0} {1}\" role=\"img\" aria-label=\"{3}\">{2}</svg>"
      "<figcaption><b>{3}</b> {4}</figcaption></figure>\n",
      number(width), number(top + figure_height + bottom), content, title,
      caption);
}

// --- Figures 1 to 3: slices --------------------------------------------------

struct Text {
  const char* title;
  const char* caption;
  const char* client;  // the one that is missing if there is no figure
};

constexpr Text figure_1{
    "Figure 1: one after the other.",
    "One slice for each read, without the waiting between them. A task begins "
    "when the one before it has ended.",
    "a client that takes one poem after the other"};

constexpr Text figure_2{
    "Figure 2: a thread for each task.",
    "Every task has a column of its own. The system decides which thread runs "
    "when.",
    "a client with threads"};

constexpr Text figure_3{
    "Figure 3: the reads of all tasks, mixed.",
    "One thread: the next slice goes to a task whose bytes have arrived. This "
    "is a close-up: the slices are those of Figure 1, only higher.",
    "a client that waits for all tasks at once"};

std::string missing(const Text& figure) {
  const std::string_view title = figure.title;
  return fmt::format(
      "<figure class=\"missing\"><figcaption><b>{}</b> is missing: {} was not "
      "among the variants that got every poem.</figcaption></figure>\n",
      title.substr(0, title.find(':')), figure.client);
}

// A column of slices. Each task is shifted to the right of the one before.
std::string draw_column(const SliceFigure& figure,
                        const SliceColumn& column,
                        double x,
                        double width,
                        double shift) {
  const double slice_width =
      width - shift * static_cast<double>(figure.num_tasks - 1);
  std::string svg;
  for (const auto& [first, count, task, poem] : column.groups) {
    const double left_end = x + shift * static_cast<double>(task);
    const double y = top + figure.slice * static_cast<double>(first);
    const double height = figure.slice * static_cast<double>(count);
    svg += rectangle(left_end, y, slice_width, height,
                     fmt::format("f{}", colour(poem)));
    if (height < 16) continue;  // too low for the label
    svg += text(left_end + slice_width / 2, y + height / 2 + 4, "within",
                fmt::format("task {}", poem + 1));
  }
  if (column.hidden == 0) return svg;
  return svg + text(x + width / 2, top + figure_height + 14, "tick",
                    fmt::format("and {} more", column.hidden));
}

// The shifts take less than a column's width together.
std::string draw_one(const Text& about,
                     const SliceFigure& figure,
                     double wanted_shift) {
  if (figure.columns.empty()) return missing(about);
  const double shift = std::min(
      wanted_shift, 90 / std::max(1., static_cast<double>(figure.num_tasks)));
  const SliceColumn& column = figure.columns.front();
  const auto svg = time_arrow() + heading(left + 75, column.heading) +
                   draw_column(figure, column, left, 150, shift);
  return frame(min_width, svg, about.title, about.caption);
}

std::string draw_several(const Text& about, const SliceFigure& figure) {
  if (figure.columns.empty()) return missing(about);
  constexpr double width = 62;
  std::string svg = time_arrow();
  double x = left;
  for (const SliceColumn& column : figure.columns) {
    svg += draw_column(figure, column, x, width, 0);
    svg += heading(x + width / 2, column.heading);
    x += width + 6;
  }
  std::string caption = about.caption;
  if (figure.hidden > 0) {
    caption += fmt::format(" Here are the first {} of {} threads.",
                           figure.columns.size(),
                           figure.columns.size() + figure.hidden);
  }
  return frame(std::max(min_width, x + 8), svg, about.title, caption);
}

// --- Figure 4: with the waiting ----------------------------------------------

constexpr auto about_waiting =
    "The first {} s, to scale. Hatched: stuck in a read of one task. Grey: "
    "waiting for any task. The reads are drawn much thicker than they are: "
    "nearly all of the time is waiting, and the variants differ only in what "
    "they wait for.";

// The axis runs downwards here.
constexpr double scale = figure_height / picture_width;

// A path for each colour.
std::string draw_lines(const std::vector<std::string>& paths, double width) {
  std::string svg;
  for (std::size_t i = 1; i < paths.size(); ++i) {
    if (paths[i].empty()) continue;
    svg += fmt::format("<path class=\"box s{}\" stroke-width=\"{}\" d=\"{}\"/>",
                       i, number(width), paths[i]);
  }
  return svg;
}

// A strip with the reads on top. A read is drawn thicker than it is, and lower
// if the one before it is in its place.
std::string draw_thread(const WaitingColumn& column,
                        const Axis& axis,
                        double x,
                        double width) {
  constexpr double thick = 5;
  std::string svg;
  for (const auto& [begin, end, classes] : column.segments) {
    svg += rectangle(x, top + begin * scale, width, (end - begin) * scale,
                     classes);
  }
  std::vector<std::string> lines(colours + 1);
  double free = top;
  for (const OrderedRead& read : column.reads) {
    const double y = std::max(free, top + axis.x(read.time) * scale);
    if (y + thick > top + figure_height) break;
    lines[colour(read.poem)] +=
        fmt::format("M{} {}h{}", number(x - 3), number(y + thick / 2, 2),
                    number(width + 6));
    free = y + thick;
  }
  return svg + draw_lines(lines, thick - 0.7);
}

std::string waiting_heading(const WaitingVariant& variant) {
  if (variant.hidden == 0) return variant.name;
  return fmt::format("{} ({} of {})", variant.name, variant.threads.size(),
                     variant.threads.size() + variant.hidden);
}

std::string draw_waiting(const FiguresView& view) {
  constexpr double gap = 9;
  std::string svg = time_arrow();
  double x = left + 34;
  for (const AxisMark& mark : axis_marks(view.axis)) {
    svg += text(x - 10, top + mark.x * scale + 4, "label", mark.text);
  }
  for (const WaitingVariant& variant : view.waiting) {
    const double begin = x;
    const double width = variant.threads.size() > 1 ? 26 : 48;
    for (const WaitingColumn& thread : variant.threads) {
      svg += draw_thread(thread, view.axis, x, width);
      x += width + gap;
    }
    svg += heading((begin + x - gap) / 2, waiting_heading(variant));
    x += 12;
  }
  return frame(x, svg, "Figure 4: the waiting put back.",
               fmt::format(about_waiting, number(view.axis.seconds, 3)));
}

}  // namespace

std::string draw_figures(const FiguresView& view) {
  return draw_one(figure_1, view.blocking, 0) +
         draw_several(figure_2, view.threaded) +
         draw_one(figure_3, view.async, 9) + draw_waiting(view);
}

}  // namespace poetry_compare
