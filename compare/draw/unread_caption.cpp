#include "compare/draw/unread_caption.h"

#include <algorithm>

#include <fmt/format.h>

#include "compare/report/table.h"

namespace poetry_compare {
namespace {

// The activity of the thread during most of that time.
std::string culprit(const Finding& unread) {
  switch (unread.cause) {
    case Cause::stuck:
      return fmt::format("was stuck in reads of {}task {}",
                         unread.only_other ? "" : "other tasks, mostly ",
                         unread.other + 1);
    case Cause::computing:
      return "was away from any wait: it computed";
    case Cause::asleep:
      return "was away from any wait: it was asleep, or waited for something "
             "else than its sockets";
    case Cause::away:
      return "was busy and away from any wait";
    case Cause::machine:
      break;
  }
  return "was waiting for these bytes: the machine was late";
}

// From the first send to the last.
double sending(const Task& task) {
  return task.sends.empty() ? 0
                            : task.sends.back().time - task.sends.front().time;
}

// The largest number of bytes that lay unread at once.
double largest_pile(const Task& task) {
  double pile = 0;
  double most = 0;
  auto read = task.reads.begin();
  for (const Send& send : task.sends) {
    for (; read != task.reads.end() && read->time <= send.time; ++read) {
      pile -= static_cast<double>(read->bytes);
    }
    pile += static_cast<double>(send.bytes);
    most = std::max(most, pile);
  }
  return most;
}

// Whether a server needed longer to send its poem than in the other variant,
// and so many bytes lay unread that a buffer may have been full.
bool held_up(const Variant& variant, const Variant& other) {
  for (const Task& task : variant.picture.tasks) {
    for (const Task& same : other.picture.tasks) {
      constexpr double least = 2000;
      if (same.poem != task.poem || largest_pile(task) < least) continue;
      const double later = sending(task) - sending(same);
      if (later > 0.05 && later > 0.05 * sending(same)) return true;
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

}  // namespace

std::string caption_of_unread(const Comparison& comparison,
                              const Variant& variant) {
  const Finding& unread = *variant.overall.unread;
  return fmt::format(
      "Look at the wedge of task {}: its server had sent these bytes, and the "
      "client did not read them. The oldest byte lay unread for {:.2f} s, "
      "while the thread {}.{}",
      unread.poem + 1, unread.duration(), culprit(unread),
      in_wall_time(comparison, variant));
}

}  // namespace poetry_compare
