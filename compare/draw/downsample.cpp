#include <fmt/format.h>

#include "compare/draw/downsample.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace poetry_compare {
namespace {

constexpr double cell = 0.25;  // in units
const auto cells = static_cast<std::size_t>(picture_width / cell);

// Adds to each cell the part of it that lies between begin and end, times the
// weight. Cells go from 0 to the end of the picture.
void spread(std::vector<double>& amounts,
            double begin,
            double end,
            double weight) {
  begin = std::clamp(begin / cell, 0.0, static_cast<double>(cells));
  end = std::clamp(end / cell, begin, static_cast<double>(cells));
  while (begin < end) {
    const double next = std::min(std::floor(begin) + 1, end);
    amounts[static_cast<std::size_t>(begin)] += weight * (next - begin);
    begin = next;
  }
}

// Each cell belongs to what has most of it; [what][cell].
std::vector<Stretch> strongest(
    const std::vector<std::vector<double>>& amounts) {
  std::vector<Stretch> stretches;
  for (std::size_t i = 0; i < cells; ++i) {
    std::size_t best = idle;
    double most = 0.01;  // less is a matter of rounding
    for (std::size_t what = 0; what < amounts.size(); ++what) {
      if (amounts[what][i] > most) {
        most = amounts[what][i];
        best = what;
      }
    }
    const double x = static_cast<double>(i) * cell;
    if (stretches.empty() || stretches.back().what != best) {
      stretches.push_back({x, x, best});
    }
    stretches.back().end = x + cell;
  }
  std::erase_if(stretches, [](auto& s) { return s.what == idle; });
  return stretches;
}

struct Step {
  double time;
  double bytes;  // more; or fewer
};

// Sends and reads, in the order of time.
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

}  // namespace

Axis make_axis(const Comparison& comparison) {
  const double seconds = time_axis(comparison);
  return {seconds > 0 && std::isfinite(seconds) ? seconds : 1};
}

std::vector<double> marks(const Axis& axis) {
  const double power = std::pow(10, std::floor(std::log10(axis.seconds)) - 1);
  double step = power;
  for (const double factor : {1.0, 2.0, 5.0, 10.0, 20.0}) {
    step = factor * power;
    if (axis.seconds / step <= 7) break;
  }
  std::vector<double> times;
  for (int i = 0; i * step <= axis.seconds; ++i) times.push_back(i * step);
  return times;
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

std::vector<std::size_t> threads_by_poem(const Variant& variant) {
  std::vector<std::size_t> threads(variant.picture.threads.size());
  std::vector<std::size_t> poems(threads.size(), variant.picture.tasks.size());
  std::iota(threads.begin(), threads.end(), 0U);
  for (std::size_t task = variant.picture.tasks.size(); task-- > 0;) {
    for (const Read& read : variant.picture.tasks[task].reads) {
      const auto thread = static_cast<std::size_t>(read.thread);
      if (thread < poems.size()) poems[thread] = task;
    }
  }
  std::stable_sort(threads.begin(), threads.end(),
                   [&](auto one, auto two) { return poems[one] < poems[two]; });
  return threads;
}

std::vector<Stretch> make_strip(const Variant& variant,
                                std::size_t thread,
                                const Axis& axis) {
  std::vector<std::vector<double>> amounts(stuck + variant.picture.tasks.size(),
                                           std::vector<double>(cells));
  const Thread& self = variant.picture.threads[thread];
  double now = self.begin;
  for (const Wait& wait : variant.picture.waits) {
    if (wait.thread != static_cast<int>(thread)) continue;
    const bool alone = wait.kind == WaitKind::one_task &&
                       wait.task < variant.picture.tasks.size();
    const double end = wait.time + wait.duration;
    spread(amounts[working], axis.x(now), axis.x(wait.time), 1);
    spread(amounts[alone ? stuck + wait.task : for_anybody],
           axis.x(std::max(now, wait.time)), axis.x(end), 1);
    now = std::max(now, end);
  }
  spread(amounts[working], axis.x(now), axis.x(self.end), 1);
  return strongest(amounts);
}

std::vector<Stretch> make_turns(const Variant& variant, double width) {
  std::vector<std::pair<double, std::size_t>> reads;
  for (std::size_t i = 0; i < variant.picture.tasks.size(); ++i) {
    for (const Read& read : variant.picture.tasks[i].reads) {
      reads.emplace_back(read.time, i);
    }
  }
  std::stable_sort(reads.begin(), reads.end(),
                   [](auto& a, auto& b) { return a.first < b.first; });
  std::vector<Stretch> turns;
  for (std::size_t i = 0; i < reads.size(); ++i) {
    const double x = static_cast<double>(i) * width;
    const std::size_t task = reads[i].second;
    const bool same = !turns.empty() && turns.back().what == task;
    const bool hidden = !turns.empty() && x + width - turns.back().begin < cell;
    if (!same && !hidden) turns.push_back({x, x, task});
    turns.back().end = x + width;
  }
  return turns;
}

std::vector<double> make_pile(const Task& task, const Axis& axis) {
  std::vector<double> pile(cells);
  double level = 0;
  double now = task.connected;
  for (const Step& step : steps(task)) {
    const double next = std::min(step.time, task.end);
    // Who reads at once may be seen to read before the send returns.
    spread(pile, axis.x(now), axis.x(next), std::max(level, 0.0));
    now = std::max(now, next);
    level += step.bytes;
  }
  spread(pile, axis.x(now), axis.x(task.end), std::max(level, 0.0));
  return pile;
}

}  // namespace poetry_compare
