#include "compare/draw/kinds.h"

#include <set>

#include "compare/report/table.h"

namespace poetry_compare {
namespace {

std::size_t reading_threads(const Variant& variant) {
  std::set<int> threads;
  for (const Task& task : variant.picture.tasks) {
    for (const Read& read : task.reads) threads.insert(read.thread);
  }
  return threads.size();
}

double waited(const Variant& variant, WaitKind kind) {
  double sum = 0;
  for (const Wait& wait : variant.picture.waits) {
    if (wait.kind == kind) sum += wait.duration;
  }
  return sum;
}

}  // namespace

Kind kind_of(const Comparison& comparison, const Variant& variant) {
  if (!variant.picture.seen) return Kind::unseen;
  if (unread_is_long(comparison, variant)) return Kind::unread;
  const double alone = waited(variant, WaitKind::one_task);
  const double any_task = waited(variant, WaitKind::any_task);
  if (reading_threads(variant) > 1) {
    return alone > any_task ? Kind::threads : Kind::several;
  }
  if (alone > any_task) return Kind::one_by_one;
  return any_task > 0 ? Kind::any_task : Kind::other;
}

std::vector<Kind> kinds_of(const Comparison& comparison) {
  std::vector<Kind> kinds;
  for (const Variant& variant : comparison.variants) {
    kinds.push_back(kind_of(comparison, variant));
  }
  return kinds;
}

}  // namespace poetry_compare
