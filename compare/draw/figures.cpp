#include "compare/draw/figures.h"

#include <algorithm>

#include <fmt/format.h>

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
      number(width), number(top + figure_height + bottom), content,
      escape(title), escape(caption));
}

std::string missing(const SliceFigure& figure) {
  return fmt::format(
      "<figure class=\"missing\"><figcaption><b>{}</b> is missing: {} was not "
      "among the variants.</figcaption></figure>\n",
      figure.title, figure.caption);
}

// --- Figures 1 to 3: slices --------------------------------------------------

// Where a column of slices is drawn.
struct Place {
  double x = 0;
  double width = 0;
  double shift = 0;  // of each task to the right of the one before
};

std::string draw_group(const SliceGroup& group,
                       double slice,
                       const Place& place,
                       double width) {
  const double x = place.x + place.shift * static_cast<double>(group.task);
  const double y = top + slice * static_cast<double>(group.first);
  const double height = slice * static_cast<double>(group.count);
  std::string svg =
      rectangle(x, y, width, height, fmt::format("f{}", group.colour));
  if (height < 16) return svg;  // too low for the label
  return svg + text(x + width / 2, y + height / 2 + 4, "within", group.label);
}

std::string draw_column(const SliceFigure& figure,
                        const SliceColumn& column,
                        const Place& place) {
  const double width =
      place.width - place.shift * static_cast<double>(figure.num_tasks - 1);
  std::string svg;
  for (const SliceGroup& group : column.groups) {
    svg += draw_group(group, figure.slice, place, width);
  }
  if (column.hidden == 0) return svg;
  return svg + text(place.x + place.width / 2, top + figure_height + 14, "tick",
                    fmt::format("and {} more", column.hidden));
}

std::string draw_one(const SliceFigure& figure, double shift) {
  if (figure.columns.empty()) return missing(figure);
  const SliceColumn& column = figure.columns.front();
  const Place place{left, 150, shift};
  const auto svg = time_arrow() +
                   heading(place.x + place.width / 2, column.heading) +
                   draw_column(figure, column, place);
  return frame(min_width, svg, figure.title, figure.caption);
}

std::string draw_several(const SliceFigure& figure) {
  if (figure.columns.empty()) return missing(figure);
  std::string svg = time_arrow();
  Place place{left, 62};
  for (const SliceColumn& column : figure.columns) {
    svg += draw_column(figure, column, place);
    svg += heading(place.x + place.width / 2, column.heading);
    place.x += place.width + 6;
  }
  return frame(std::max(min_width, place.x + 8), svg, figure.title,
               figure.caption);
}

// --- Figure 4: with the waiting ----------------------------------------------

// A place on the axis, which runs downwards here.
double y_of(double x) {
  return top + x * figure_height / picture_width;
}

// A strip with the reads on top. A read is drawn thicker than it is, and lower
// if the one before it is in its place.
std::string draw_thread(const WaitingColumn& column, double x, double width) {
  constexpr double thick = 5;
  const double scale = figure_height / picture_width;
  std::string svg;
  for (const auto& [begin, end, classes] : column.segments) {
    svg += rectangle(x, top + begin * scale, width, (end - begin) * scale,
                     classes);
  }
  double free = top;
  for (const auto& read : column.reads) {
    const double y = std::max(free, top + read.x * scale);
    if (y + thick > top + figure_height) break;
    svg += rectangle(x - 3, y, width + 6, thick - 0.7,
                     fmt::format("f{}", read.colour));
    free = y + thick;
  }
  return svg;
}

std::string draw_waiting(const WaitingFigure& figure) {
  constexpr double gap = 9;
  std::string svg = time_arrow();
  double x = left + 34;
  for (const AxisMark& mark : figure.marks) {
    svg += text(x - 10, y_of(mark.x) + 4, "label", mark.text);
  }
  for (const WaitingVariant& variant : figure.variants) {
    const double begin = x;
    const double width = variant.threads.size() > 1 ? 26 : 48;
    for (const WaitingColumn& thread : variant.threads) {
      svg += draw_thread(thread, x, width);
      x += width + gap;
    }
    svg += heading((begin + x - gap) / 2, variant.name);
    x += 12;
  }
  return frame(x, svg, figure.title, figure.caption);
}

}  // namespace

std::string draw_figures(const FiguresView& view) {
  return draw_one(view.blocking, 0) + draw_several(view.threaded) +
         draw_one(view.async, 9) + draw_waiting(view.waiting);
}

}  // namespace poetry_compare
