#include <fmt/format.h>

#include "compare/draw/lanes.h"

#include <algorithm>
#include <cmath>

#include "compare/draw/palette.h"
#include "compare/draw/xml.h"
#include "compare/report/format.h"

namespace poetry_compare {
namespace {

constexpr double strip_height = 12, lane_height = 18, row_height = 6, gap = 4;

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

std::string label(double y, const std::string& text) {
  return fmt::format("<text x=\"-8\" y=\"{}\" class=\"label\">{}</text>",
                     number(y), text);
}

// Shapes in units of the picture, made as wide as there is room.
std::string stretched(const std::string& shapes, double y, double height) {
  return fmt::format(
      "<svg class=\"stretched\" y=\"{0}\" width=\"100%\" height=\"{1}\" "
      "viewBox=\"0 0 {2} {1}\" preserveAspectRatio=\"none\">{3}</svg>",
      number(y), number(height), picture_width, shapes);
}

// Two layers: shapes that may be stretched along the axis, and all others.
class Painter {
 public:
  Painter(const Comparison& comparison,
          const Variant& variant,
          const Scale& scale)
      : comparison_(comparison),
        variant_(variant),
        scale_(scale) {}

  void strips();
  void lanes();
  void axis(bool with_times);
  void turns();
  Drawing finish();

 private:
  void lane(std::size_t index);
  void wedge(const Task& task, std::size_t hue);
  void ticks(const Task& task, std::size_t hue);

  const Comparison& comparison_;
  const Variant& variant_;
  const Scale& scale_;
  double y_ = 0;
  std::string below_, stretched_, above_, turns_, labels_;
};

void Painter::strips() {
  const auto threads = threads_by_poem(variant_);
  for (std::size_t i = 0; i < threads.size(); ++i) {
    labels_ +=
        label(y_ + strip_height - 2,
              threads.size() == 1 ? "thread" : fmt::format("thread {}", i + 1));
    for (const Stretch& s : make_strip(variant_, threads[i], scale_.axis)) {
      below_ += bar(s.begin, s.end, y_, strip_height, look(variant_, s));
    }
    y_ += strip_height + gap;
  }
}

void Painter::lanes() {
  for (std::size_t i = 0; i < variant_.picture.tasks.size(); ++i) {
    lane(i);
    y_ += lane_height + gap;
  }
}

void Painter::lane(std::size_t index) {
  const Task& task = variant_.picture.tasks[index];
  const std::size_t hue = colour(task.poem);
  const Axis& axis = scale_.axis;
  const auto& poem = comparison_.poems[task.poem];
  labels_ += label(y_ + lane_height - 5, fmt::format("task {}", task.poem + 1));
  below_ += fmt::format(
      "<g class=\"lane\" data-task=\"{0}\" data-label=\"task {1}\">"
      "<title>task {1}, {2}: {3} in {4}, {5} s to {6} s</title>",
      index, task.poem + 1, escape(poem.name), plural(task.bytes, "byte"),
      plural(task.reads.size(), "read"), number(task.connected, 3),
      number(task.end, 3));
  below_ += bar(axis.x(task.connected), axis.x(task.end), y_, lane_height,
                fmt::format("f{} pale", hue));
  below_ += "</g>";
  wedge(task, hue);
  ticks(task, hue);
  above_ += fmt::format("<text x=\"{}%\" dx=\"6\" y=\"{}\">{} B</text>",
                        percent(axis.x(task.end)), number(y_ + lane_height - 5),
                        format_count(task.bytes));
}

void Painter::wedge(const Task& task, std::size_t hue) {
  const auto pile = make_pile(task, scale_.axis);
  const double full = scale_.piles[task.poem];
  const double cell = picture_width / static_cast<double>(pile.size());
  const double floor = y_ + lane_height;
  std::string path;
  double last = 0;
  std::size_t peak = 0;
  for (std::size_t i = 0; i <= pile.size(); ++i) {
    const double bytes = i < pile.size() ? pile[i] : 0;
    double height = std::round(bytes / full * lane_height * 4) / 4;
    if (height < 0.5) height = 0;  // would not show
    if (i < pile.size() && pile[i] > pile[peak]) peak = i;
    if (height == last) continue;
    const std::string x = number(static_cast<double>(i) * cell, 2);
    if (last == 0) path += fmt::format("M{} {}", x, number(floor));
    path += height == 0 ? fmt::format("H{}V{}z", x, number(floor))
                        : fmt::format("H{}V{}", x, number(floor - height, 2));
    last = height;
  }
  if (path.empty()) return;
  stretched_ += fmt::format("<path class=\"wedge f{}\" d=\"{}\"/>", hue, path);
  if (pile[peak] < full / 2) return;
  // The top of the pile: from where it is as high to where it falls.
  std::size_t end = peak;
  while (end < pile.size() && pile[end] > pile[peak] * 0.9) ++end;
  above_ += fmt::format(
      "<text x=\"{}%\" dx=\"-5\" y=\"{}\" class=\"unread\">{} B unread</text>",
      percent(static_cast<double>(end) * cell), number(floor - 5),
      format_count(static_cast<std::size_t>(std::lround(pile[peak]))));
}

void Painter::ticks(const Task& task, std::size_t hue) {
  const double most = std::log1p(static_cast<double>(
      std::max(task.bytes, comparison_.poems[task.poem].bytes.value_or(0))));
  std::string path, back;
  double last = 0;
  for (const Tick& tick : make_ticks(task, scale_.axis)) {
    const double part = std::log1p(static_cast<double>(tick.bytes)) / most;
    const double height = lane_height * (0.3 + 0.7 * part);
    const double x = std::round(scale_.axis.x(tick.time) * 10) / 10;
    path += path.empty()
                ? fmt::format("M{} {}", number(x), number(y_ + lane_height))
                : fmt::format("m{} {}", number(x - last), back);
    back = number(height);
    path += fmt::format("v-{}", back);
    last = x;
  }
  if (path.empty()) return;
  stretched_ += fmt::format("<path class=\"reads s{}\" d=\"{}\"/>", hue, path);
}

void Painter::axis(bool with_times) {
  below_ = draw_axis(scale_.axis, 0, y_, with_times) + below_;
  y_ += with_times ? 20 : 4;
}

// Coloured boxes in a row for each task, and gaps across all of them.
void Painter::turns() {
  const auto turns = make_turns(variant_, scale_.turn);
  if (turns.empty()) return;
  const auto rows = static_cast<double>(variant_.picture.tasks.size());
  const double row = std::min(row_height, 24 / rows);
  const double end = turns.back().end;
  std::string boxes;
  for (std::size_t i = 0; i < variant_.picture.tasks.size(); ++i) {
    const double y = (static_cast<double>(i) + 0.5) * row;
    std::string path;
    for (const Stretch& turn : turns) {
      if (turn.what != i) continue;
      path += fmt::format("M{} {}H{}", number(turn.begin, 2), number(y, 2),
                          number(turn.end, 2));
    }
    boxes += fmt::format(
        "<path class=\"box s{}\" stroke-width=\"{}\" d=\"{}\"/>",
        colour(variant_.picture.tasks[i].poem), number(row, 2), path);
  }
  if (scale_.turn >= 2) {
    boxes += fmt::format(
        "<path class=\"gaps\" stroke-dasharray=\"{} {}\" d=\"M{} {}H{}\"/>",
        0.6, number(scale_.turn - 0.6, 4), number(scale_.turn - 0.3, 4),
        number(row * rows / 2, 2), number(end, 2));
  }
  turns_ = stretched(boxes, y_, row * rows);
  const double middle = y_ + row * rows / 2 + 4;
  labels_ += label(middle, "turns");
  std::size_t reads = 0;
  for (const Task& task : variant_.picture.tasks) reads += task.reads.size();
  turns_ += fmt::format("<text x=\"{}%\" dx=\"6\" y=\"{}\">{}</text>",
                        percent(end), number(middle), plural(reads, "read"));
  y_ += row * rows;
}

Drawing Painter::finish() {
  return {below_ + stretched(stretched_, 0, y_) + above_, turns_, labels_, y_};
}

}  // namespace

Drawing draw_lanes(const Comparison& comparison,
                   const Variant& variant,
                   const Scale& scale,
                   bool with_times) {
  Painter painter(comparison, variant, scale);
  painter.strips();
  painter.lanes();
  painter.axis(with_times);
  painter.turns();
  return painter.finish();
}

}  // namespace poetry_compare
