#include "compare/draw/captions.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "compare/measure/numbers.h"
#include "compare/report/format.h"
#include "compare/report/table.h"

namespace poetry_compare {
namespace {

// --- The kinds of picture ----------------------------------------------------

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

// --- Bytes that lay unread ---------------------------------------------------

// The time for which the bytes lay unread, in seconds, by what the thread did
// that should have read them.
struct Meanwhile {
  double ready = 0;  // waited for these bytes, alone or among others
  std::vector<double> stuck;  // in reads of another task; an index into tasks
};

Meanwhile find_meanwhile(const Variant& variant, const Unread& unread) {
  const Task& task = variant.picture.tasks[variant.overall.worst_task];
  const int thread = task.reads.empty() ? 0 : task.reads.front().thread;
  Meanwhile meanwhile{0, std::vector<double>(variant.picture.tasks.size())};
  for (const Wait& wait : variant.picture.waits) {
    if (wait.thread != thread) continue;
    const double time = std::min(unread.end, wait.time + wait.duration) -
                        std::max(unread.begin, wait.time);
    if (time <= 0) continue;
    const bool elsewhere = wait.kind == WaitKind::one_task &&
                           wait.task < variant.picture.tasks.size() &&
                           wait.task != variant.overall.worst_task;
    (elsewhere ? meanwhile.stuck[wait.task] : meanwhile.ready) += time;
  }
  return meanwhile;
}

// Says what the thread did for most of that time.
std::string culprit(const Variant& variant) {
  const Unread unread =
      worst_unread(variant.picture.tasks[variant.overall.worst_task]);
  const Meanwhile meanwhile = find_meanwhile(variant, unread);
  if (meanwhile.ready > unread.duration() / 2) {
    return "was waiting for these bytes: the machine was late";
  }
  const auto& stuck = meanwhile.stuck;
  const double sum = std::accumulate(stuck.begin(), stuck.end(), 0.0);
  if (sum < unread.duration() / 2) return "was busy and away from any wait";
  const auto most = std::max_element(stuck.begin(), stuck.end());
  const auto index = static_cast<std::size_t>(most - stuck.begin());
  const bool only_one = *most > 0.95 * sum;
  return fmt::format("was stuck in reads of {}task {}",
                     only_one ? "" : "other tasks, mostly ",
                     variant.picture.tasks[index].poem + 1);
}

// From the first send to the last.
double sending(const Task& task) {
  return task.sends.empty() ? 0
                            : task.sends.back().time - task.sends.front().time;
}

// Whether a server needed longer to send its poem than in the other variant.
bool held_up(const Variant& variant, const Variant& other) {
  for (const Task& task : variant.picture.tasks) {
    for (const Task& same : other.picture.tasks) {
      if (same.poem != task.poem) continue;
      if (sending(task) > 1.05 * sending(same)) return true;
    }
  }
  return false;
}

// The fastest variant in which no bytes lay unread for long.
const Variant* find_best(const Comparison& comparison) {
  const Variant* best = nullptr;
  for (const Variant& variant : comparison.variants) {
    if (!variant.picture.seen || variant.failed() ||
        !variant.overall.worst_unread || unread_is_long(comparison, variant)) {
      continue;
    }
    if (!best || variant.overall.wall < best->overall.wall) best = &variant;
  }
  return best;
}

// Whether the wall time shows that bytes lay unread.
std::string in_wall_time(const Comparison& comparison, const Variant& variant) {
  const Variant* best = find_best(comparison);
  if (!best) return "";
  if (variant.overall.wall <= 1.05 * best->overall.wall) {
    return " The wall time does not show it, because the system's buffers were "
           "large enough to keep the bytes.";
  }
  if (!held_up(variant, *best)) return "";
  return " It also cost time: once the system's buffers were full, the servers "
         "could not go on sending.";
}

std::string unread_caption(const Comparison& comparison,
                           const Variant& variant) {
  return fmt::format(
      "Look at the wedge of task {}: its server had sent these bytes, and the "
      "client did not read them. The oldest byte lay unread for {:.2f} s, "
      "while the thread {}.{}",
      variant.overall.worst_task + 1, *variant.overall.worst_unread,
      culprit(variant), in_wall_time(comparison, variant));
}

// --- The other kinds ---------------------------------------------------------

std::string about(const Comparison& comparison,
                  const Variant& variant,
                  Kind kind) {
  const auto threads = in_words(variant.picture.threads.size(), true);
  switch (kind) {
    case Kind::unread:
      return unread_caption(comparison, variant);
    case Kind::threads:
      return threads +
             " strips, one hatch each: every thread is stuck in a read, but of "
             "its own poem, so no task waits for another. The price is a "
             "thread for each poem.";
    case Kind::several:
      return threads +
             " strips, all grey: every thread waits with select, poll or "
             "epoll, but only for its own tasks.";
    case Kind::one_by_one:
      return "One strip, one hatch after the other: while the thread is stuck "
             "in a read of one poem, it does not even ask for the next one. "
             "The turns keep one colour until a poem ends.";
    case Kind::any_task:
      return "The strip is grey: the thread waits for all tasks at once and "
             "reads from whichever has bytes first. There are no wedges, and "
             "the turns change their colour all the time.";
    case Kind::other:
      return "The strip is dark: the program was never seen to wait.";
    case Kind::unseen:
      break;
  }
  return "";
}

// Whether two pictures of this kind need one caption only.
bool looks_the_same(Kind kind) {
  return kind != Kind::unread && kind != Kind::other && kind != Kind::unseen;
}

}  // namespace

std::vector<Kind> kinds_of(const Comparison& comparison) {
  std::vector<Kind> kinds;
  for (const Variant& variant : comparison.variants) {
    kinds.push_back(kind_of(comparison, variant));
  }
  return kinds;
}

std::vector<std::string> captions(const Comparison& comparison,
                                  const std::vector<Kind>& kinds) {
  std::vector<std::string> captions;
  for (const Variant& variant : comparison.variants) {
    const Kind kind = kinds[captions.size()];
    const auto first = static_cast<std::size_t>(
        std::find(kinds.begin(), kinds.end(), kind) - kinds.begin());
    captions.push_back(
        first < captions.size() && looks_the_same(kind)
            ? fmt::format("The same picture as that of {}: the program is "
                          "written differently, but it waits in the same way.",
                          comparison.variants[first].name)
            : about(comparison, variant, kind));
  }
  return captions;
}

}  // namespace poetry_compare
