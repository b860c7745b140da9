#include "compare/draw/downsample.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "compare/measure/activities.h"

namespace poetry_compare {
namespace {

constexpr double cell = 0.25;  // in units
const auto cells = static_cast<std::size_t>(picture_width / cell);

// A quantity for each cell, from 0 to the end of the picture.
using Cells = std::vector<double>;

// Adds to each cell the part of it that lies between begin and end, times the
// weight.
void spread(Cells& amounts, double begin, double end, double weight) {
  begin = std::clamp(begin / cell, 0.0, static_cast<double>(cells));
  end = std::clamp(end / cell, begin, static_cast<double>(cells));
  while (begin < end) {
    const double next = std::min(std::floor(begin) + 1, end);
    amounts[static_cast<std::size_t>(begin)] += weight * (next - begin);
    begin = next;
  }
}

// The cells of each state that the thread is ever in. With many tasks, there
// are states that it is never in.
using States = std::map<std::size_t, Cells>;

Cells& cells_of(States& states, std::size_t state) {
  return states.try_emplace(state, cells).first->second;
}

// The state that takes most of a cell.
std::size_t strongest(const States& states, std::size_t index) {
  std::size_t best = idle;
  double most = 0.01;  // smaller amounts come from rounding
  for (const auto& [state, amounts] : states) {
    if (amounts[index] > most) {
      most = amounts[index];
      best = state;
    }
  }
  return best;
}

// The strongest states, without the idle ones.
std::vector<Interval> intervals(const States& states) {
  std::vector<Interval> intervals;
  for (std::size_t i = 0; i < cells; ++i) {
    const std::size_t state = strongest(states, i);
    const double x = static_cast<double>(i) * cell;
    if (intervals.empty() || intervals.back().what != state) {
      intervals.push_back({x, x, state});
    }
    intervals.back().end = x + cell;
  }
  std::erase_if(intervals, [](auto& i) { return i.what == idle; });
  return intervals;
}

std::size_t state_of(Activity activity) {
  if (activity == Activity::computing) return working;
  return activity == Activity::asleep ? sleeping : asking;
}

// A change of the number of unread bytes.
struct Step {
  double time;
  double bytes;  // negative: they were read
};

// Sends and reads in the order of time.
std::vector<Step> steps(const Task& task) {
  std::vector<Step> steps;
  for (const Send& send : task.sends) {
    steps.push_back({send.time, static_cast<double>(send.bytes)});
  }
  for (const Read& read : task.reads) {
    steps.push_back({read.time, -static_cast<double>(read.bytes)});
  }
  std::stable_sort(steps.begin(), steps.end(),
                   [](auto& a, auto& b) { return a.time < b.time; });
  return steps;
}

std::vector<Tick> make_ticks(const Task& task, const Axis& axis) {
  std::vector<Tick> ticks;
  double last = -1;
  for (const Read& read : task.reads) {
    const double slot = std::floor(axis.x(read.time) * 2);
    if (ticks.empty() || slot > last) {
      ticks.push_back({read.time, 0, 0});
      last = slot;
    }
    ticks.back().bytes += read.bytes;
    ++ticks.back().reads;
  }
  return ticks;
}

std::vector<double> make_pile(const Task& task, const Axis& axis) {
  std::vector<double> pile(cells);
  double level = 0;
  double now = task.connected;
  for (const Step& step : steps(task)) {
    const double next = std::min(step.time, task.end);
    // A client that reads at once may return from its read before the server
    // returns from its send.
    spread(pile, axis.x(now), axis.x(next), std::max(level, 0.0));
    now = std::max(now, next);
    level += step.bytes;
  }
  spread(pile, axis.x(now), axis.x(task.end), std::max(level, 0.0));
  return pile;
}

}  // namespace

std::vector<std::size_t> threads_by_poem(const Picture& picture) {
  std::vector<std::size_t> threads(picture.threads.size());
  std::vector<std::size_t> poems(threads.size(), picture.tasks.size());
  std::iota(threads.begin(), threads.end(), 0U);
  for (std::size_t task = picture.tasks.size(); task-- > 0;) {
    for (const Read& read : picture.tasks[task].reads) {
      const auto thread = static_cast<std::size_t>(read.thread);
      if (thread < poems.size()) poems[thread] = task;
    }
  }
  std::stable_sort(threads.begin(), threads.end(),
                   [&](auto one, auto two) { return poems[one] < poems[two]; });
  return threads;
}

std::vector<Interval> make_strip(const Picture& picture,
                                 std::size_t thread,
                                 const Axis& axis) {
  States states;
  const auto add = [&](std::size_t state, double begin, double end) {
    spread(cells_of(states, state), axis.x(begin), axis.x(end), 1);
  };
  for (const Away& away : find_activities(picture, thread)) {
    add(state_of(away.activity), away.begin, away.end);
  }
  double now = picture.threads[thread].begin;
  for (const Wait& wait : picture.waits) {
    if (wait.thread != static_cast<int>(thread)) continue;
    const bool alone =
        wait.kind == WaitKind::one_task && wait.task < picture.tasks.size();
    const double end = wait.time + wait.duration;
    add(alone ? stuck + wait.task : for_any_task, std::max(now, wait.time),
        end);
    now = std::max(now, end);
  }
  return intervals(states);
}

std::vector<OrderedRead> reads_in_order(const Picture& picture) {
  std::vector<OrderedRead> reads;
  for (std::size_t i = 0; i < picture.tasks.size(); ++i) {
    const Task& task = picture.tasks[i];
    for (const Read& read : task.reads) {
      reads.push_back(
          {read.time, i, task.poem, static_cast<std::size_t>(read.thread)});
    }
  }
  std::stable_sort(reads.begin(), reads.end(),
                   [](auto& a, auto& b) { return a.time < b.time; });
  return reads;
}

std::vector<Interval> make_order(const Picture& picture, double width) {
  const auto reads = reads_in_order(picture);
  std::vector<Interval> order;
  for (std::size_t i = 0; i < reads.size(); ++i) {
    const double x = static_cast<double>(i) * width;
    const std::size_t task = reads[i].task;
    const bool same = !order.empty() && order.back().what == task;
    const bool hidden = !order.empty() && x + width - order.back().begin < cell;
    if (!same && !hidden) order.push_back({x, x, task});
    order.back().end = x + width;
  }
  return order;
}

Samples downsample(const Picture& picture, const Axis& axis) {
  Samples samples;
  for (const std::size_t thread : threads_by_poem(picture)) {
    samples.strips.push_back(make_strip(picture, thread, axis));
  }
  for (const Task& task : picture.tasks) {
    samples.tasks.push_back({make_ticks(task, axis), make_pile(task, axis)});
  }
  return samples;
}

}  // namespace poetry_compare
