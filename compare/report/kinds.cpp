#include "compare/report/kinds.h"

#include <algorithm>
#include <map>
#include <set>

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

double waited(const Variant& variant, WaitKind kind) {
  double sum = 0;
  for (const Wait& wait : variant.picture.waits) {
    if (wait.kind == kind) sum += wait.duration;
  }
  return sum;
}

bool reads_unseen(const Variant& variant) {
  const auto& tasks = variant.picture.tasks;
  return std::any_of(tasks.begin(), tasks.end(),
                     [](const Task& task) { return task.read_unseen; });
}

Kind kind_of_waits(const Variant& variant) {
  const Shape shape = shape_of(variant.picture);
  const std::size_t tasks = variant.picture.tasks.size();
  const double alone = waited(variant, WaitKind::one_task);
  const double any_task = waited(variant, WaitKind::any_task);
  if (tasks > 1 && shape.overlap == 1) return Kind::one_by_one;
  if (shape.threads > 1) {
    if (shape.most_tasks > 1 && alone > any_task) return Kind::shared;
    return alone > any_task ? Kind::threads : Kind::several;
  }
  if (alone > any_task) return Kind::one_by_one;
  return any_task > 0 ? Kind::any_task : Kind::other;
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
