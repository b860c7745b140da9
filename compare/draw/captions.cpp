#include "compare/draw/captions.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compare/draw/unread_caption.h"
#include "compare/report/format.h"

namespace poetry_compare {
namespace {

std::string one_by_one_caption(const Picture& picture, const Shape& shape) {
  if (shape.threads > 1) {
    return "One task after the other: each has a thread or a process of its "
           "own, but it does not begin before the last one has ended.";
  }
  if (picture.tasks.size() == 1) {
    return "One strip, hatched: the thread is stuck in a read of its only "
           "task, so no other one has to wait.";
  }
  return "One strip, hatched in the colour of one task until that has ended: "
         "while the thread is stuck in a read of one poem, it does not even "
         "ask for the next one. The order of the reads keeps one colour until "
         "a poem ends.";
}

std::string any_task_caption(const Picture& picture, const Shape& shape) {
  if (picture.tasks.size() == 1) {
    return "The strip is grey: the thread waits for any of its tasks. As it "
           "has one only, a read would wait just as well.";
  }
  if (shape.overlap < picture.tasks.size()) {
    return fmt::format(
        "The strip is grey: the thread waits for all open tasks at once. But "
        "there are never more than {} of them, so a task may have to wait "
        "before the client asks for it.",
        in_words(shape.overlap));
  }
  return "The strip is grey: the thread waits for all tasks at once and reads "
         "from whichever has bytes first. There are no wedges, and the order "
         "of the reads changes its colour all the time.";
}

// The threads that wait for one task at a time.
std::size_t count_stuck(const Picture& picture) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < picture.threads.size(); ++i) {
    const Shares shares = shares_of(picture, i);
    if (shares.one_task > shares.any_task) ++count;
  }
  return count;
}

std::string several_caption(const Picture& picture,
                            const std::string& threads) {
  if (const auto hatched = count_stuck(picture)) {
    return fmt::format(
        "{} strips, {} of them hatched: some threads wait with select, poll "
        "or epoll for their own tasks, and others are stuck in a read of one "
        "task.",
        threads, in_words(hatched));
  }
  return threads +
         " strips, all grey: every thread waits with select, poll or epoll, "
         "but only for its own tasks.";
}

// With several threads.
std::string threads_caption(const Picture& picture,
                            const Shape& shape,
                            Kind kind) {
  const auto threads = in_words(shape.threads, true);
  if (kind == Kind::several) return several_caption(picture, threads);
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

std::string busy_caption(const Variant& variant) {
  const Range time = time_of_tasks(variant.picture);
  if (variant.overall.polled > 0.9 * (time.most - time.least)) {
    return "The strip is chequered: the program never waits. It asks its "
           "sockets again and again whether there are bytes, and takes all "
           "the processor time that it gets.";
  }
  return fmt::format(
      "The strip is chequered for {:.1f} s: there the program does not wait, "
      "but asks its sockets again and again whether there are bytes, and "
      "takes all the processor time that it gets.",
      variant.overall.polled);
}

// Of the kinds that have one strip, or no picture of their own.
std::string about_thread(const Variant& variant, Kind kind) {
  switch (kind) {
    case Kind::one_by_one:
      return one_by_one_caption(variant.picture, shape_of(variant.picture));
    case Kind::by_turns:
      return "One strip, whose hatches alternate: the thread waits for one "
             "open task only, then for the next one. It never stays so long "
             "that bytes of another task lie unread for long.";
    case Kind::naps:
      return "The strip is dotted: the thread does not wait for its sockets. "
             "It sleeps, and asks in between whether there are bytes.";
    case Kind::any_task:
      return any_task_caption(variant.picture, shape_of(variant.picture));
    case Kind::busy:
      return busy_caption(variant);
    case Kind::read_unseen:
      return "The client reads with calls that the tracer does not see, so "
             "wedges and ticks are missing here.";
    case Kind::other:
      return "The strip is dark: the program was never seen to wait.";
    default:
      return "";
  }
}

// Where the kind does not say it.
std::string also_asleep(const Variant& variant, Kind kind) {
  constexpr double least = 0.1;
  if (kind == Kind::naps || kind == Kind::unseen) return "";
  if (shares_of_strips(variant.picture).asleep < least) return "";
  return " Where the strip is dotted, the thread is asleep, or waits for "
         "something else than its sockets.";
}

std::string about(const Comparison& comparison,
                  const Variant& variant,
                  Kind kind) {
  switch (kind) {
    case Kind::unread:
      return caption_of_unread(comparison, variant);
    case Kind::threads:
    case Kind::several:
    case Kind::shared:
      return threads_caption(variant.picture, shape_of(variant.picture), kind);
    default:
      return about_thread(variant, kind) + also_asleep(variant, kind);
  }
}

// Whether two pictures of this kind need one caption only.
bool looks_the_same(Kind kind) {
  return kind != Kind::unread && kind != Kind::other && kind != Kind::unseen &&
         kind != Kind::read_unseen;
}

// Whether threads spent about as long in each way.
bool are_close(const Shares& one, const Shares& other) {
  constexpr double most = 0.1;
  return std::abs(one.computing - other.computing) < most &&
         std::abs(one.asleep - other.asleep) < most &&
         std::abs(one.polling - other.polling) < most;
}

bool same_picture(const Variant& one, const Variant& other) {
  return !one.failed() && !other.failed() &&
         shape_of(one.picture) == shape_of(other.picture) &&
         are_close(shares_of_strips(one.picture),
                   shares_of_strips(other.picture));
}

// The first variant with the same picture. Without one, how many variants there
// are.
std::size_t find_same(const Comparison& comparison,
                      const std::vector<Kind>& kinds,
                      std::size_t index) {
  const auto& variants = comparison.variants;
  for (std::size_t i = 0; i < index; ++i) {
    if (kinds[i] == kinds[index] && looks_the_same(kinds[i]) &&
        same_picture(variants[i], variants[index])) {
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
