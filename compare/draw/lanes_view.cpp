#include "compare/draw/lanes_view.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compare/draw/palette.h"
#include "compare/draw/xml.h"
#include "compare/report/format.h"

namespace poetry_compare {
namespace {

std::string look(const Picture& picture, std::size_t state) {
  if (state == working) return "work";
  if (state < stuck) return "any";
  return fmt::format("h{}", colour(picture.tasks[state - stuck].poem));
}

// The height of a tick grows with the logarithm of its bytes.
std::vector<TickView> view_ticks(const std::vector<Tick>& ticks,
                                 std::size_t poem_bytes,
                                 const Axis& axis) {
  const double most = std::log1p(static_cast<double>(poem_bytes));
  std::vector<TickView> views;
  for (const Tick& tick : ticks) {
    views.push_back({axis.x(tick.time),
                     std::log1p(static_cast<double>(tick.bytes)) / most});
  }
  return views;
}

// The label of the largest pile, where it begins to fall. None if the pile
// fills less than half of the lane.
std::optional<Label> label_pile(const std::vector<double>& pile, double full) {
  const auto peak = std::max_element(pile.begin(), pile.end());
  if (*peak < full / 2) return {};
  const auto end = std::find_if(
      peak, pile.end(), [&](double bytes) { return bytes <= *peak * 0.9; });
  const double cell = picture_width / static_cast<double>(pile.size());
  return Label{
      static_cast<double>(end - pile.begin()) * cell, true,
      format_count(static_cast<std::size_t>(std::lround(*peak))) + " B unread"};
}

// Where the lane has no room for the label on a screen of 400 pixels, the label
// stands behind the lane.
void add_unread(const Label& label, LaneView& lane) {
  constexpr double room = 250;
  const bool before = label.x >= room;
  if (before || lane.end - label.x >= room) {
    lane.unread = Label{label.x, before, label.text};
  } else {
    lane.size += ", " + label.text;
  }
}

std::string describe(const Poem& poem, const Task& task) {
  return fmt::format("{}: {} in {}, {} s to {} s", poem.name,
                     plural(task.bytes, "byte"),
                     plural(task.reads.size(), "read"),
                     number(task.connected, 3), number(task.end, 3));
}

LaneView view_lane(const Poem& poem,
                   const Task& task,
                   const TaskSamples& samples,
                   const Scale& scale) {
  LaneView lane;
  lane.poem = task.poem;
  lane.details = describe(poem, task);
  lane.begin = scale.axis.x(task.connected);
  lane.end = scale.axis.x(task.end);
  lane.size = format_count(task.bytes) + " B";
  lane.ticks = view_ticks(
      samples.ticks, std::max(task.bytes, poem.bytes.value_or(0)), scale.axis);
  const double full = scale.piles[task.poem];
  if (const auto label = label_pile(samples.pile, full)) {
    add_unread(*label, lane);
  }
  for (const double bytes : samples.pile) lane.pile.push_back(bytes / full);
  return lane;
}

OrderView view_order(const Picture& picture, double width) {
  const auto order = make_order(picture, width);
  if (order.empty()) return {};
  OrderView view;
  std::size_t reads = 0;
  for (const Task& task : picture.tasks) {
    view.rows.push_back({task.poem, {}});
    reads += task.reads.size();
  }
  for (const Interval& box : order) view.rows[box.what].boxes.push_back(box);
  view.width = width;
  view.end = order.back().end;
  view.label = plural(reads, "read");
  return view;
}

}  // namespace

std::vector<Segment> view_strip(const Picture& picture,
                                const std::vector<Interval>& strip) {
  std::vector<Segment> segments;
  for (const auto& [begin, end, state] : strip) {
    segments.push_back({begin, end, look(picture, state)});
  }
  return segments;
}

LanesView view_lanes(const std::vector<Poem>& poems,
                     const Picture& picture,
                     const Samples& samples,
                     const Scale& scale) {
  LanesView view;
  for (const auto& strip : samples.strips) {
    view.strips.push_back(view_strip(picture, strip));
  }
  for (std::size_t i = 0; i < picture.tasks.size(); ++i) {
    const Task& task = picture.tasks[i];
    view.lanes.push_back(
        view_lane(poems[task.poem], task, samples.tasks[i], scale));
  }
  view.order = view_order(picture, scale.read);
  return view;
}

}  // namespace poetry_compare
