#include "compare/draw/chart.h"

#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "compare/draw/assets.h"
#include "compare/draw/palette.h"
#include "compare/draw/xml.h"

namespace poetry_compare {
namespace {

// Around 0, 0. Each colour has a marker of its own, for readers who do not see
// colours.
constexpr std::array<std::string_view, colours> markers = {
    "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
    "M-2.7-2.7h5.4v5.4h-5.4z",
    "M0-3.6L3.4 2.6h-6.8z",
    "M0-3.8L3.8 0L0 3.8L-3.8 0z",
    "M-3-3L3 3M3-3L-3 3",
    "M0-3.8V3.8M-3.8 0H3.8"};

constexpr std::array<std::string_view, 3> dashes = {"", "5 3", "1.5 2.5"};

constexpr std::size_t max_name = 15;

std::string shorten(const std::string& name) {
  if (name.size() <= max_name) return name;
  return name.substr(0, max_name - 3) + "...";
}

std::string text(double x,
                 double y,
                 const std::string& classes,
                 const std::string& content) {
  return fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\">{}</text>\n",
                     number(x), number(y), classes, escape(content));
}

std::string line(
    const std::string& classes, double x1, double y1, double x2, double y2) {
  return fmt::format("<path class=\"{}\" d=\"M{} {}L{} {}\"/>\n", classes,
                     number(x1), number(y1), number(x2), number(y2));
}

std::string draw_axes(const ChartView& view) {
  std::string svg;
  for (const auto& [place, label] : view.y_ticks) {
    svg += line("gridline", plot_left, place, plot_right, place);
    svg += text(plot_left - 5, place + 4, "label", label);
  }
  for (const auto& [place, label] : view.x_ticks) {
    svg += line("gridline", place, plot_bottom, place, plot_bottom + 4);
    svg += text(place, plot_bottom + 16, "tick", label);
  }
  svg += text((plot_left + plot_right) / 2, plot_bottom + 32, "tick",
              view.x_title);
  return svg + text(plot_left - 40, 16, "name", view.title);
}

// The class that gives a line its colour; `kind` is 's' or 'f', see palette.h.
std::string colour_of(const ChartLine& line, char kind) {
  if (line.is_limit) return fmt::format("{}0", kind);
  return fmt::format("{}{}", kind, colour(line.style));
}

// The second variant of a colour has hollow markers, and a dashed line.
std::string marker_of(const ChartLine& line) {
  const bool is_hollow = line.style / colours % 2 == 1;
  return "marker " + colour_of(line, 's') +
         (is_hollow ? " ground" : " " + colour_of(line, 'f'));
}

std::string path_through(const std::vector<ChartPoint>& points,
                         double ChartPoint::*y) {
  std::string path;
  for (const ChartPoint& point : points) {
    path += fmt::format("{}{} {}", path.empty() ? 'M' : 'L', number(point.x),
                        number(point.*y));
  }
  return path;
}

// Along the smallest numbers and back along the largest; nothing if they are
// the same.
std::string draw_band(const ChartLine& line,
                      const std::vector<ChartPoint>& points) {
  bool is_empty = true;
  for (const ChartPoint& point : points) {
    is_empty = is_empty && std::abs(point.least - point.most) < 0.5;
  }
  if (is_empty || points.size() < 2) return {};
  const auto back =
      path_through({points.rbegin(), points.rend()}, &ChartPoint::most);
  return fmt::format("<path class=\"{} pale\" d=\"{}L{}z\"/>\n",
                     colour_of(line, 'f'),
                     path_through(points, &ChartPoint::least), back.substr(1));
}

std::string draw_part(const ChartLine& line,
                      const std::vector<ChartPoint>& points) {
  const auto dash = line.is_limit
                        ? dashes.back()
                        : dashes[line.style / colours % dashes.size()];
  return draw_band(line, points) +
         fmt::format(
             "<path class=\"{}line {}\"{} d=\"{}\"/>\n",
             line.is_limit ? "limit " : "", colour_of(line, 's'),
             dash.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", dash),
             path_through(points, &ChartPoint::y));
}

std::string draw_markers(const ChartLine& line,
                         const std::vector<ChartPoint>& points) {
  if (line.is_limit) return {};
  std::string svg;
  for (const ChartPoint& point : points) {
    svg += fmt::format(
        "<path class=\"{}\" transform=\"translate({} {})\" "
        "d=\"{}\"><title>{}</title></path>\n",
        marker_of(line), number(point.x), number(point.y),
        markers[line.style % colours], escape(point.details));
  }
  return svg;
}

// The name at the right, and a thin line that leads to it.
std::string draw_label(const ChartLine& one) {
  constexpr double label_left = plot_right + 12;
  const ChartPoint& end = one.end();
  auto svg = line("leader " + colour_of(one, 's'), end.x + 5, end.y,
                  label_left - 3, one.label);
  if (!one.is_limit) {
    svg += fmt::format(
        "<path class=\"{}\" transform=\"translate({} {})\" "
        "d=\"{}\"/>\n",
        marker_of(one), number(label_left + 3), number(one.label),
        markers[one.style % colours]);
  }
  return svg + text(label_left + (one.is_limit ? 0 : 9), one.label + 4,
                    one.is_limit ? "soft" : "unread", shorten(one.name));
}

}  // namespace

std::string draw_chart(const ChartView& view) {
  std::string svg = draw_axes(view);
  for (const ChartLine& line : view.lines) {
    for (const auto& part : line.parts) svg += draw_part(line, part);
  }
  for (const ChartLine& line : view.lines) {
    for (const auto& part : line.parts) svg += draw_markers(line, part);
    svg += draw_label(line);
  }
  return svg;
}

std::string chart_style() {
  return chart_css;
}

}  // namespace poetry_compare
