#include <fmt/format.h>

#include "compare/draw/captions.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "compare/draw/downsample.h"
#include "compare/draw/xml.h"
#include "compare/measure/numbers.h"
#include "compare/report/alarms.h"
#include "compare/report/format.h"
#include "compare/report/sentences.h"

namespace poetry_compare {
namespace {

std::string capital(std::string text) {
  if (text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

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

// What the thread that should have read them did, while the bytes lay there.
std::string culprit(const Variant& variant) {
  const Task& task = variant.picture.tasks[variant.overall.worst_task];
  const Unread unread = worst_unread(task);
  const int thread = task.reads.empty() ? 0 : task.reads.front().thread;
  std::vector<double> stuck(variant.picture.tasks.size());
  double ready = 0;  // to read what lay there
  for (const Wait& wait : variant.picture.waits) {
    if (wait.thread != thread) continue;
    const double time = std::min(unread.end, wait.time + wait.duration) -
                        std::max(unread.begin, wait.time);
    if (time <= 0) continue;
    const bool elsewhere = wait.kind == WaitKind::one_task &&
                           wait.task < stuck.size() &&
                           wait.task != variant.overall.worst_task;
    (elsewhere ? stuck[wait.task] : ready) += time;
  }

  const auto most = std::max_element(stuck.begin(), stuck.end());
  const double all = std::accumulate(stuck.begin(), stuck.end(), 0.0);
  if (ready > unread.duration() / 2) {
    return "was waiting for it: the machine was late";
  }
  if (all < unread.duration() / 2) return "was busy, and away from any wait";
  const auto index = static_cast<std::size_t>(most - stuck.begin());
  const auto poem = variant.picture.tasks[index].poem + 1;
  return *most > 0.95 * all
             ? fmt::format("was stuck in reads of task {}", poem)
             : fmt::format("was stuck in reads of others, of task {} most",
                           poem);
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
      if (same.poem == task.poem && sending(task) > 1.05 * sending(same)) {
        return true;
      }
    }
  }
  return false;
}

// Whether the time until the end gives away that bytes lay unread, compared
// with the fastest variant where they did not.
std::string in_wall_time(const Comparison& comparison, const Variant& variant) {
  const Variant* best = nullptr;
  for (const Variant& other : comparison.variants) {
    if (!other.picture.seen || other.failed() || !other.overall.worst_unread ||
        is_long(comparison, *other.overall.worst_unread)) {
      continue;
    }
    if (!best || other.overall.wall < best->overall.wall) best = &other;
  }
  if (!best) return "";
  if (variant.overall.wall <= 1.05 * best->overall.wall) {
    return " The wall time does not show it: the system kept the bytes, as "
           "its buffers were large enough.";
  }
  if (!held_up(variant, *best)) return "";
  return " It cost time, too: once the system's buffers were full, the "
         "servers could not go on sending.";
}

std::string about(const Comparison& comparison, const Variant& variant) {
  switch (kind_of(comparison, variant)) {
    case Kind::unread:
      return fmt::format(
          "The wedge of task {}: its server had sent, and nobody read. The "
          "oldest byte lay there for {:.2f} s, while the thread {}.{}",
          variant.overall.worst_task + 1, *variant.overall.worst_unread,
          culprit(variant), in_wall_time(comparison, variant));
    case Kind::threads:
      return fmt::format(
          "{} strips, one hatch each: every thread is stuck in a read, but of "
          "a poem of its own, and so nobody waits for anybody else. The price "
          "is a thread for each poem.",
          capital(in_words(variant.picture.threads.size())));
    case Kind::several:
      return fmt::format(
          "{} strips, all grey: every thread waits with select, poll or epoll, "
          "but only for what is its own.",
          capital(in_words(variant.picture.threads.size())));
    case Kind::one_by_one:
      return "One strip, one hatch after the other: while the thread is stuck "
             "in a read of the one poem, it does not even ask for the next. "
             "The turns keep one colour until a poem is over.";
    case Kind::anybody:
      return "The strip is grey: the thread waits for whoever comes first, and "
             "never for one alone. There are no wedges, and the turns change "
             "their colour all the time.";
    case Kind::other:
      break;
  }
  return "The strip is dark: the program was never seen to wait.";
}

std::string speed(const Variant& variant) {
  if (!variant.vs_blocking || variant.name == "blocking") return "";
  const double ratio = *variant.vs_blocking;
  if (ratio >= 0.995) {
    return fmt::format(", {:.2f}x faster than blocking", ratio);
  }
  return fmt::format(", {:.2f}x slower than blocking", 1 / ratio);
}

}  // namespace

Kind kind_of(const Comparison& comparison, const Variant& variant) {
  const double alone = waited(variant, WaitKind::one_task);
  const double anybody = waited(variant, WaitKind::anybody);
  if (is_long(comparison, variant.overall.worst_unread.value_or(0))) {
    return Kind::unread;
  }
  if (reading_threads(variant) > 1) {
    return alone > anybody ? Kind::threads : Kind::several;
  }
  if (alone > anybody) return Kind::one_by_one;
  return anybody > 0 ? Kind::anybody : Kind::other;
}

std::string headline(const Comparison& comparison) {
  const auto poems = comparison.poems.size();
  const auto ways = comparison.variants.size();
  return capital(fmt::format("{} {}, {} {} to wait", in_words(poems),
                             poems == 1 ? "poem" : "poems", in_words(ways),
                             ways == 1 ? "way" : "ways"));
}

std::string headline(const Comparison& comparison, const Variant& variant) {
  std::string text = format_seconds(variant.overall.wall);
  if (comparison.settings.runs > 1) {
    text += fmt::format(" \u00b1 {}", format_seconds(variant.wall_deviation));
  }
  text += speed(variant);
  text += fmt::format(", working {:.0f} ms", variant.overall.cpu * 1000);
  if (variant.overall.worst_unread) {
    text +=
        fmt::format(", worst unread {:.3f} s", *variant.overall.worst_unread);
  }
  return text;
}

std::string headline(const Comparison& comparison,
                     const Variant& variant,
                     const std::string& tag) {
  std::string text = headline(comparison, variant);
  const auto at = text.rfind(", worst") + 2;
  if (!is_long(comparison, variant.overall.worst_unread.value_or(0)))
    return text;
  return fmt::format("{0}<{1} class=\"alarm\">{2}</{1}>", text.substr(0, at),
                     tag, text.substr(at));
}

std::string complaint(const Variant& variant) {
  if (!variant.overall.complaint.empty()) return variant.overall.complaint;
  if (variant.overall.status != 0)
    return fmt::format("exit status {}", variant.overall.status);
  if (variant.picture.seen) return "";
  return "no picture: nothing was seen of its connections, as with programs "
         "that are statically linked or use io_uring";
}

std::string what_to_look_for(const Comparison& comparison,
                             std::size_t variant) {
  const Variant& self = comparison.variants[variant];
  if (!self.picture.seen) return "";
  const Kind kind = kind_of(comparison, self);
  for (std::size_t i = 0; i < variant; ++i) {
    const Variant& other = comparison.variants[i];
    if (kind == Kind::unread || kind == Kind::other || !other.picture.seen ||
        kind_of(comparison, other) != kind) {
      continue;
    }
    return fmt::format(
        "The same picture as that of {}: the program is written otherwise, but "
        "it waits in the same way.",
        other.name);
  }
  return about(comparison, self);
}

std::string description(const Comparison& comparison) {
  std::string text = summary(comparison) + '.';
  for (const auto& sentence : sentences(comparison)) text += ' ' + sentence;
  for (const auto& line : complaints(comparison)) text += ' ' + line + '.';
  return text;
}

}  // namespace poetry_compare
