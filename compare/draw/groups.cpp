#include "compare/draw/groups.h"

#include <algorithm>

namespace poetry_compare {
namespace {

constexpr std::size_t max_groups = 5;
// Ticks of a group are that much wider apart than those of a task, in units.
constexpr double slot_width = 6;
// As for the piles.
constexpr std::size_t cells_per_unit = 4;
constexpr auto cells = static_cast<std::size_t>(picture_width) * cells_per_unit;

// Adds the value to the cells between two places on the axis.
void add(std::vector<double>& parts, double begin, double end, double value) {
  const auto cell_of = [](double x) {
    const double cell = std::max(0.0, x) * cells_per_unit;
    return std::min(static_cast<std::size_t>(cell), cells);
  };
  const std::size_t last = cell_of(end);
  for (std::size_t i = cell_of(begin); i < last; ++i) parts[i] += value;
}

// In the order of time, those of one slot together.
std::vector<Tick> merge(std::vector<Tick> ticks, const Axis& axis) {
  std::stable_sort(ticks.begin(), ticks.end(),
                   [](auto& a, auto& b) { return a.time < b.time; });
  std::vector<Tick> merged;
  for (const Tick& tick : ticks) {
    const bool apart =
        merged.empty() ||
        axis.x(tick.time) - axis.x(merged.back().time) >= slot_width;
    if (apart) merged.push_back({tick.time, 0, 0});
    merged.back().bytes += tick.bytes;
    merged.back().reads += tick.reads;
  }
  return merged;
}

void add_task(Group& group,
              const Task& task,
              const TaskSamples& samples,
              const Axis& axis) {
  group.begins = std::min(group.begins, task.connected);
  group.ends = std::max(group.ends, task.end);
  group.bytes += task.bytes;
  group.reads += task.reads.size();
  add(group.connected, axis.x(task.connected), axis.x(task.end),
      1 / static_cast<double>(group.end - group.first));
  auto& ticks = group.samples.ticks;
  ticks.insert(ticks.end(), samples.ticks.begin(), samples.ticks.end());
  for (std::size_t i = 0; i < samples.pile.size(); ++i) {
    group.samples.pile[i] += samples.pile[i];
  }
}

}  // namespace

std::vector<Group> make_groups(const Picture& picture,
                               const Samples& samples,
                               const Axis& axis) {
  const std::size_t count = picture.tasks.size();
  const std::size_t size = (count + max_groups - 1) / max_groups;
  std::vector<Group> groups;
  for (std::size_t first = 0; first < count; first += size) {
    Group group;
    group.first = first;
    group.end = std::min(first + size, count);
    group.begins = picture.tasks[first].connected;
    group.connected.resize(cells);
    group.samples.pile.resize(cells);
    for (std::size_t i = first; i < group.end; ++i) {
      add_task(group, picture.tasks[i], samples.tasks[i], axis);
    }
    group.samples.ticks = merge(std::move(group.samples.ticks), axis);
    groups.push_back(std::move(group));
  }
  return groups;
}

Crowd make_crowd(const std::vector<std::vector<Interval>>& strips) {
  Crowd crowd{std::vector<double>(cells), std::vector<double>(cells),
              std::vector<double>(cells)};
  const double one = 1 / static_cast<double>(strips.size());
  for (const auto& strip : strips) {
    for (const auto& [begin, end, state] : strip) {
      add(crowd.running, begin, end, one);
      if (state >= for_any_task) add(crowd.waiting, begin, end, one);
      if (state >= stuck) add(crowd.in_reads, begin, end, one);
    }
  }
  return crowd;
}

}  // namespace poetry_compare
