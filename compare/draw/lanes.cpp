#include "compare/draw/lanes.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compare/draw/palette.h"
#include "compare/draw/xml.h"

namespace poetry_compare {
namespace {

constexpr double strip_height = 12, row_height = 6, gap = 4;
constexpr double max_rows_height = 36;  // of all rows together

// A place on the axis as a part of it, without the "%".
std::string percent(double x) {
  return number(x * 100 / picture_width, 3);
}

// A horizontal bar with classes.
std::string bar(double from,
                double to,
                double y,
                double height,
                const std::string& classes) {
  return fmt::format(
      "<rect x=\"{}%\" y=\"{}\" width=\"{}%\" height=\"{}\" class=\"{}\"/>",
      percent(from), number(y), percent(std::max(0.0, to - from)),
      number(height), classes);
}

// To the left of the axis.
std::string row_label(double y, const std::string& text) {
  return fmt::format("<text x=\"-8\" y=\"{}\" class=\"label\">{}</text>",
                     number(y), text);
}

// Behind something that ends at x.
std::string end_label(double x, double y, const std::string& text) {
  return fmt::format("<text x=\"{}%\" dx=\"6\" y=\"{}\">{}</text>", percent(x),
                     number(y), text);
}

// A path in a colour; nothing if it is empty.
std::string shape(const std::string& classes, const std::string& path) {
  if (path.empty()) return "";
  return fmt::format("<path class=\"{}\" d=\"{}\"/>", classes, path);
}

// Shapes in units of the picture, stretched along the axis to the width that
// there is.
std::string stretched(const std::string& shapes, double y, double height) {
  return fmt::format(
      "<svg class=\"stretched\" y=\"{0}\" width=\"100%\" height=\"{1}\" "
      "viewBox=\"0 0 {2} {1}\" preserveAspectRatio=\"none\">{3}</svg>",
      number(y), number(height), picture_width, shapes);
}

std::string draw_axis(const std::vector<AxisMark>& marks,
                      double height,
                      bool with_times) {
  std::string text = fmt::format(
      "<g class=\"axis\" data-y=\"0\" data-height=\"{}\">", number(height));
  for (const AxisMark& mark : marks) {
    const auto x = percent(mark.x);
    text += fmt::format(
        "<line class=\"grid\" x1=\"{0}%\" x2=\"{0}%\" y1=\"0\" y2=\"{1}\"/>", x,
        number(height));
    if (!with_times) continue;
    text += fmt::format("<text class=\"tick\" x=\"{}%\" y=\"{}\">{}</text>", x,
                        number(height + 11), mark.text);
  }
  return text + "</g>";
}

// The outline of a pile. Steps are relative, which makes them short; they are
// quarters of a unit, so that nothing is rounded.
std::string wedge_path(const std::vector<double>& pile, double floor) {
  if (pile.empty()) return "";
  const double cell = picture_width / static_cast<double>(pile.size());
  std::string path;
  double last = 0, last_x = 0;
  for (std::size_t i = 0; i <= pile.size(); ++i) {
    const double part = i < pile.size() ? pile[i] : 0;
    const double height = visible_height(part) * lane_height;
    if (height == last) continue;
    const double x = static_cast<double>(i) * cell;
    path += last == 0 ? fmt::format("M{} {}", number(x, 2), number(floor))
                      : fmt::format("h{}", number(x - last_x, 2));
    path +=
        fmt::format("v{}{}", number(last - height, 2), height == 0 ? "z" : "");
    last = height;
    last_x = x;
  }
  return path;
}

// A line upwards for each tick. Moves are relative, which makes them short.
std::string ticks_path(const std::vector<TickView>& ticks, double floor) {
  std::string path, back;
  double last = 0;
  for (const TickView& tick : ticks) {
    const double x = std::round(tick.x * 10) / 10;
    path += path.empty() ? fmt::format("M{} {}", number(x), number(floor))
                         : fmt::format("m{} {}", number(x - last), back);
    back = number(std::round(lane_height * (0.3 + 0.7 * tick.size)));
    path += fmt::format("v-{}", back);
    last = x;
  }
  return path;
}

// The boxes of one row, to be drawn with a thick stroke.
std::string row_path(const OrderView::Row& row, double y) {
  std::string path;
  for (const Interval& box : row.boxes) {
    path += fmt::format("M{} {}H{}", number(box.begin, 2), number(y, 2),
                        number(box.end, 2));
  }
  return path;
}

// A path for each colour.
std::string order_boxes(const OrderView& order, double row) {
  std::vector<std::string> paths(colours + 1);
  double middle = row / 2;
  for (const OrderView::Row& boxes : order.rows) {
    paths[colour(boxes.poem)] += row_path(boxes, middle);
    if (!order.in_one_row) middle += row;
  }
  std::string svg;
  for (std::size_t i = 1; i <= colours; ++i) {
    if (paths[i].empty()) continue;
    svg += fmt::format("<path class=\"box s{}\" stroke-width=\"{}\" d=\"{}\"/>",
                       i, number(row, 2), paths[i]);
  }
  return svg;
}

// Lines between the boxes, as high as they are, if the boxes are wide enough.
std::string gaps(const OrderView& order, double height) {
  if (order.width < 2) return "";
  return fmt::format(
      "<path class=\"gaps\" stroke-width=\"{}\" stroke-dasharray=\"{} {}\" "
      "d=\"M{} {}H{}\"/>",
      number(height, 2), 0.6, number(order.width - 0.6, 4),
      number(order.width - 0.3, 4), number(height / 2, 2),
      number(order.end, 2));
}

// The shapes of a lane that may be stretched.
std::string lane_shapes(const LaneView& lane, double floor) {
  const auto draw = [&](const char* classes, const std::string& path) {
    return shape(fmt::format("{}{}", classes, lane.colour), path);
  };
  return draw("open f", wedge_path(lane.connected, floor)) +
         draw("wedge f", wedge_path(lane.pile, floor)) +
         draw("reads s", ticks_path(lane.ticks, floor));
}

std::string unread_label(const LaneView& lane, double floor) {
  if (!lane.unread) return "";
  const auto& [x, before, text] = *lane.unread;
  return fmt::format(
      "<text x=\"{}%\" dx=\"{}\" y=\"{}\" class=\"unread{}\">{}</text>",
      percent(x), before ? -5 : 5, number(floor - 5), before ? " before" : "",
      text);
}

// Says where the thread waits, if that is known.
std::string with_place(const StripView& strip, const std::string& bars) {
  if (strip.place.empty()) return bars;
  return fmt::format("<g><title>{} waits in {}</title>{}</g>", strip.label,
                     escape(strip.place), bars);
}

// Draws from top to bottom, in layers: shapes that may be stretched along the
// axis, and what lies below and above them.
class Painter {
 public:
  void crowd(const CrowdView& crowd) {
    const double floor = y_ + lane_height;
    labels_ += row_label(floor - 5, crowd.label);
    for (const auto& [classes, parts] : crowd.areas) {
      stretched_ += shape(classes, wedge_path(parts, floor));
    }
    y_ += lane_height + gap;
  }

  void strip(const StripView& strip) {
    labels_ += row_label(y_ + strip_height - 2, strip.label);
    std::string bars;
    for (const auto& [begin, end, classes] : strip.segments) {
      bars += bar(begin, end, y_, strip_height, classes);
    }
    below_ += with_place(strip, bars);
    y_ += strip_height + gap;
  }

  void lane(const LaneView& lane) {
    const double floor = y_ + lane_height;
    labels_ += row_label(floor - 5, lane.short_label);
    below_ += fmt::format(
        "<g class=\"lane\" data-task=\"{0}\" data-label=\"{1}\" "
        "data-place=\"{4}\">"
        "<title>{1}, {2}</title>{3}</g>",
        num_lanes_++, lane.label, escape(lane.details),
        bar(lane.begin, lane.end, y_, lane_height,
            lane.connected.empty() ? fmt::format("f{} pale", lane.colour)
                                   : "frame"),
        escape(lane.place));
    stretched_ += lane_shapes(lane, floor);
    above_ += unread_label(lane, floor);
    above_ += end_label(lane.end, floor - 5, lane.size);
    y_ += lane_height + gap;
  }

  void axis(const std::vector<AxisMark>& marks, bool with_times) {
    below_ = draw_axis(marks, y_, with_times) + below_;
    y_ += with_times ? 20 : 4;
  }

  void order(const OrderView& order) {
    const bool flat = order.in_one_row;
    const auto rows = static_cast<double>(flat ? 1 : order.rows.size());
    const double row =
        flat ? strip_height : std::min(row_height, max_rows_height / rows);
    const double height = row * rows;
    const auto boxes = order_boxes(order, row) + gaps(order, height);
    const double middle = y_ + height / 2 + 4;
    labels_ += row_label(middle, "order");
    order_ = stretched(boxes, y_, height) +
             end_label(order.end, middle, order.label);
    y_ += height;
  }

  Drawing finish() const {
    return {below_ + stretched(stretched_, 0, y_) + above_, order_, labels_,
            y_};
  }

 private:
  double y_ = 0;
  std::size_t num_lanes_ = 0;
  std::string below_, stretched_, above_, order_, labels_;
};

}  // namespace

Drawing draw_lanes(const LanesView& view,
                   const std::vector<AxisMark>& axis,
                   bool with_times) {
  Painter painter;
  for (const CrowdView& crowd : view.crowd) painter.crowd(crowd);
  for (const StripView& strip : view.strips) painter.strip(strip);
  for (const LaneView& lane : view.lanes) painter.lane(lane);
  painter.axis(axis, with_times);
  if (!view.order.rows.empty()) painter.order(view.order);
  return painter.finish();
}

}  // namespace poetry_compare
