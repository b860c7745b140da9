#include "compare/draw/captions.h"

#include <algorithm>

#include <fmt/format.h>

#include "compare/report/format.h"
#include "compare/report/table.h"

namespace poetry_compare {
namespace {

// --- Bytes that lay unread ---------------------------------------------------

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
      return "was away from any wait: it slept";
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

std::string unread_caption(const Comparison& comparison,
                           const Variant& variant) {
  const Finding& unread = *variant.overall.unread;
  return fmt::format(
      "Look at the wedge of task {}: its server had sent these bytes, and the "
      "client did not read them. The oldest byte lay unread for {:.2f} s, "
      "while the thread {}.{}",
      unread.poem + 1, unread.duration(), culprit(unread),
      in_wall_time(comparison, variant));
}

// --- The other kinds ---------------------------------------------------------

std::string one_by_one_caption(const Shape& shape) {
  if (shape.threads > 1) {
    return "One task after the other: each has a thread or a process of its "
           "own, but it does not begin before the last one has ended.";
  }
  return "One strip, hatched in the colour of one task until that has ended: "
         "while the thread is stuck in a read of one poem, it does not even "
         "ask for the next one. The order of the reads keeps one colour until "
         "a poem ends.";
}

// With several threads.
std::string threads_caption(const Shape& shape, Kind kind) {
  const auto threads = in_words(shape.threads, true);
  if (kind == Kind::several) {
    return threads +
           " strips, all grey: every thread waits with select, poll or epoll, "
           "but only for its own tasks.";
  }
  if (kind == Kind::shared) {
    return threads +
           " strips for more tasks: every thread reads one poem at a time, and "
           "asks for the next one when it is free.";
  }
  return fmt::format(
      "{} strips, one hatch each: every thread is stuck in a read, but of its "
      "own poem, so no task waits for another. The price is a {} for each "
      "poem.",
      threads, shape.processes > 1 ? "process" : "thread");
}

std::string about(const Comparison& comparison,
                  const Variant& variant,
                  Kind kind) {
  switch (kind) {
    case Kind::unread:
      return unread_caption(comparison, variant);
    case Kind::threads:
    case Kind::several:
    case Kind::shared:
      return threads_caption(shape_of(variant.picture), kind);
    case Kind::one_by_one:
      return one_by_one_caption(shape_of(variant.picture));
    case Kind::any_task:
      return "The strip is grey: the thread waits for all tasks at once and "
             "reads from whichever has bytes first. There are no wedges, and "
             "the order of the reads changes its colour all the time.";
    case Kind::busy:
      return "The strip is dark: the program never waits. It asks every socket "
             "again and again whether there are bytes, and takes all the "
             "processor time that it gets.";
    case Kind::read_unseen:
      return "The client reads with calls that the tracer does not see, so "
             "wedges and ticks are missing here.";
    case Kind::other:
      return "The strip is dark: the program was never seen to wait.";
    case Kind::unseen:
      break;
  }
  return "";
}

// Whether two pictures of this kind need one caption only.
bool looks_the_same(Kind kind) {
  return kind != Kind::unread && kind != Kind::other && kind != Kind::unseen &&
         kind != Kind::read_unseen;
}

// The first variant with the same picture. Without one, how many variants there
// are.
std::size_t find_same(const Comparison& comparison,
                      const std::vector<Kind>& kinds,
                      std::size_t index) {
  const auto& variants = comparison.variants;
  const Shape shape = shape_of(variants[index].picture);
  for (std::size_t i = 0; i < index; ++i) {
    if (kinds[i] == kinds[index] && looks_the_same(kinds[i]) &&
        shape_of(variants[i].picture) == shape) {
      return i;
    }
  }
  return variants.size();
}

}  // namespace

std::vector<std::string> captions(const Comparison& comparison,
                                  const std::vector<Kind>& kinds) {
  std::vector<std::string> captions;
  for (const Variant& variant : comparison.variants) {
    const Kind kind = kinds[captions.size()];
    const auto same = find_same(comparison, kinds, captions.size());
    captions.push_back(
        same < kinds.size()
            ? fmt::format("The same picture as that of {}: the program is "
                          "written differently, but it waits in the same way.",
                          comparison.variants[same].name)
            : about(comparison, variant, kind));
  }
  return captions;
}

}  // namespace poetry_compare
