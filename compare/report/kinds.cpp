#include "compare/report/kinds.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "compare/measure/activities.h"
#include "compare/report/table.h"

namespace poetry_compare {
namespace {

std::size_t overlap_of(const std::vector<Task>& tasks) {
  std::size_t most = 0;
  for (const Task& task : tasks) {
    const auto open =
        std::count_if(tasks.begin(), tasks.end(), [&](const Task& other) {
          return other.connected <= task.connected &&
                 other.end > task.connected;
        });
    most = std::max(most, static_cast<std::size_t>(open));
  }
  return most;
}

bool reads_unseen(const Variant& variant) {
  const auto& tasks = variant.picture.tasks;
  return std::any_of(tasks.begin(), tasks.end(),
                     [](const Task& task) { return task.read_unseen; });
}

Shares shares_within(const Picture& picture,
                     std::size_t thread,
                     const Range& time) {
  const auto [begin, end] = time;
  const auto activities = find_activities(picture, thread);
  Shares shares;
  for (const Wait& wait : picture.waits) {
    if (static_cast<std::size_t>(wait.thread) != thread) continue;
    (wait.kind == WaitKind::one_task ? shares.one_task : shares.any_task) +=
        wait.duration;
  }
  shares.computing = sum_of(activities, Activity::computing, begin, end);
  shares.asleep = sum_of(activities, Activity::asleep, begin, end);
  shares.polling = sum_of(activities, Activity::polling, begin, end);
  return shares;
}

Shares sum_of_shares(const Picture& picture, const Range& time) {
  Shares sum;
  for (std::size_t i = 0; i < picture.threads.size(); ++i) {
    const Shares one = shares_within(picture, i, time);
    sum.one_task += one.one_task;
    sum.any_task += one.any_task;
    sum.computing += one.computing;
    sum.asleep += one.asleep;
    sum.polling += one.polling;
  }
  return sum;
}

// With one thread.
Kind kind_of_thread(const Shape& shape, const Shares& shares) {
  if (shares.asleep > shares.one_task + shares.any_task) return Kind::naps;
  if (shares.one_task > shares.any_task) {
    return shape.overlap > 1 ? Kind::by_turns : Kind::one_by_one;
  }
  return shares.any_task > 0 ? Kind::any_task : Kind::other;
}

Kind kind_of_waits(const Variant& variant) {
  const Shape shape = shape_of(variant.picture);
  if (variant.picture.tasks.size() > 1 && shape.overlap == 1) {
    return Kind::one_by_one;
  }
  const Shares shares = shares_of(variant.picture);
  if (shape.threads < 2) return kind_of_thread(shape, shares);
  if (shares.one_task <= shares.any_task) return Kind::several;
  return shape.most_tasks > 1 ? Kind::shared : Kind::threads;
}

}  // namespace

Shape shape_of(const Picture& picture) {
  std::map<int, std::set<std::size_t>> tasks;  // by thread
  std::set<int> processes;
  for (std::size_t i = 0; i < picture.tasks.size(); ++i) {
    for (const Read& read : picture.tasks[i].reads) {
      tasks[read.thread].insert(i);
      const auto thread = static_cast<std::size_t>(read.thread);
      if (thread < picture.threads.size()) {
        processes.insert(picture.threads[thread].pid);
      }
    }
  }
  Shape shape{tasks.size(), processes.size(), 0, overlap_of(picture.tasks)};
  for (const auto& [thread, its_tasks] : tasks) {
    shape.most_tasks = std::max(shape.most_tasks, its_tasks.size());
  }
  return shape;
}

Shares shares_of(const Picture& picture, std::size_t thread) {
  return shares_within(picture, thread, time_of_tasks(picture));
}

Shares shares_of(const Picture& picture) {
  return sum_of_shares(picture, time_of_tasks(picture));
}

Shares shares_of_strips(const Picture& picture) {
  constexpr double end = std::numeric_limits<double>::max();
  return sum_of_shares(picture, {0, end});
}

Kind kind_of(const Comparison& comparison, const Variant& variant) {
  if (!variant.picture.seen) return Kind::unseen;
  if (reads_unseen(variant)) return Kind::read_unseen;
  if (variant.overall.polls) return Kind::busy;
  if (unread_is_long(comparison, variant)) return Kind::unread;
  return kind_of_waits(variant);
}

std::vector<Kind> kinds_of(const Comparison& comparison) {
  std::vector<Kind> kinds;
  for (const Variant& variant : comparison.variants) {
    kinds.push_back(kind_of(comparison, variant));
  }
  return kinds;
}

}  // namespace poetry_compare
