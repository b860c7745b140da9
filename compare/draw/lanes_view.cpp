#include "compare/draw/lanes_view.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "compare/draw/groups.h"
#include "compare/draw/palette.h"
#include "compare/draw/where_view.h"
#include "compare/draw/xml.h"
#include "compare/report/crowd.h"
#include "compare/report/format.h"

namespace poetry_compare {
namespace {

std::string look(const Picture& picture, std::size_t state) {
  constexpr const char* looks[] = {"", "work", "asleep", "polling", "any"};
  if (state < stuck) return looks[state];
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

// Of a lane's pile. Within one step of its outline, the largest number.
std::vector<Level> find_levels(const std::vector<double>& pile, double full) {
  std::vector<Level> levels;
  double last = 0;
  for (std::size_t i = 0; i < pile.size(); ++i) {
    const double height = visible_height(pile[i] / full);
    const auto bytes =
        static_cast<std::size_t>(height > 0 ? std::lround(pile[i]) : 0);
    if (height != last) levels.push_back({i, bytes});
    last = height;
    if (!levels.empty()) {
      levels.back().bytes = std::max(levels.back().bytes, bytes);
    }
  }
  return levels;
}

void add_pile(const std::vector<double>& pile, double full, LaneView& lane) {
  if (const auto label = label_pile(pile, full)) add_unread(*label, lane);
  for (const double bytes : pile) lane.pile.push_back(bytes / full);
  lane.levels = find_levels(pile, full);
}

LaneView view_lane(const Poem& poem,
                   const Task& task,
                   const TaskSamples& samples,
                   const Scale& scale) {
  LaneView lane;
  lane.label = lane.short_label = fmt::format("task {}", task.poem + 1);
  lane.colour = colour(task.poem);
  lane.details = describe(poem, task);
  lane.begin = scale.axis.x(task.connected);
  lane.end = scale.axis.x(task.end);
  lane.size = format_count(task.bytes) + " B";
  lane.ticks = view_ticks(
      samples.ticks, std::max(task.bytes, poem.bytes.value_or(0)), scale.axis);
  lane.reads = samples.ticks;
  add_pile(samples.pile, scale.piles[task.poem], lane);
  return lane;
}

LaneView view_group(const Picture& picture,
                    const Group& group,
                    const Scale& scale) {
  LaneView lane;
  double full = 0;
  for (std::size_t i = group.first; i < group.end; ++i) {
    full += scale.piles[picture.tasks[i].poem];
  }
  lane.short_label = fmt::format("{}-{}", group.first + 1, group.end);
  lane.label = "tasks " + lane.short_label;
  lane.details = fmt::format("{} in {}", plural(group.bytes, "byte"),
                             plural(group.reads, "read"));
  lane.begin = scale.axis.x(group.begins);
  lane.end = scale.axis.x(group.ends);
  lane.size = format_count(group.bytes) + " B";
  lane.connected = group.connected;
  lane.ticks = view_ticks(group.samples.ticks, group.bytes, scale.axis);
  lane.reads = group.samples.ticks;
  add_pile(group.samples.pile, full, lane);
  return lane;
}

void add_groups(const Picture& picture,
                const Samples& samples,
                const Scale& scale,
                LanesView& view) {
  for (const Group& group : make_groups(picture, samples, scale.axis)) {
    view.lanes.push_back(view_group(picture, group, scale));
  }
}

CrowdView view_crowd(const std::vector<std::vector<Interval>>& strips) {
  Crowd crowd = make_crowd(strips);
  return {plural(strips.size(), "thread"),
          {{"work", std::move(crowd.running)},
           {"any", std::move(crowd.waiting)},
           {"h0", std::move(crowd.in_reads)}}};
}

// Whether a thread reads one of the tasks.
bool reads_any(const Picture& picture,
               const std::vector<std::size_t>& tasks,
               std::size_t thread) {
  return std::any_of(tasks.begin(), tasks.end(), [&](std::size_t task) {
    const auto& reads = picture.tasks[task].reads;
    return !reads.empty() &&
           static_cast<std::size_t>(reads.front().thread) == thread;
  });
}

// Of many threads, those are shown that read the tasks that are shown.
void add_strips(const Picture& picture,
                const std::vector<std::size_t>& tasks,
                const Samples& samples,
                LanesView& view) {
  const auto& strips = samples.strips;
  const auto threads = threads_by_poem(picture);
  const bool many = is_crowd(strips.size());
  if (many) view.crowd.push_back(view_crowd(strips));
  for (std::size_t i = 0; i < strips.size(); ++i) {
    if (many && !reads_any(picture, tasks, threads[i])) continue;
    view.strips.push_back(
        {strips.size() == 1 ? "thread" : fmt::format("thread {}", i + 1),
         place_of_thread(picture, threads[i]), view_strip(picture, strips[i])});
  }
}

// As many reads as there is room for.
OrderView view_order(const Picture& picture, double width) {
  auto order = make_order(picture, width);
  std::erase_if(order, [](auto& box) { return box.begin >= picture_width; });
  if (order.empty()) return {};
  order.back().end = std::min(order.back().end, picture_width);
  OrderView view;
  view.in_one_row = is_crowd(picture.tasks.size());
  std::size_t reads = 0;
  for (const Task& task : picture.tasks) {
    view.rows.push_back({task.poem, {}});
    reads += task.reads.size();
  }
  for (const Interval& box : order) view.rows[box.what].boxes.push_back(box);
  view.width = width;
  view.end = order.back().end;
  const auto shown = static_cast<std::size_t>(std::lround(view.end / width));
  view.label =
      shown < reads ? "first " + format_count(shown) : plural(reads, "read");
  return view;
}

}  // namespace

double visible_height(double part) {
  return std::floor(part * lane_height * 2 + 0.25) / 2 / lane_height;
}

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
  const auto shown = shown_tasks(picture);
  add_strips(picture, shown, samples, view);
  if (shown.size() < picture.tasks.size()) {
    add_groups(picture, samples, scale, view);
  }
  for (const std::size_t i : shown) {
    const Task& task = picture.tasks[i];
    view.lanes.push_back(
        view_lane(poems[task.poem], task, samples.tasks[i], scale));
    view.lanes.back().place = place_of_task(picture, task);
  }
  view.order = view_order(picture, scale.read);
  return view;
}

}  // namespace poetry_compare
