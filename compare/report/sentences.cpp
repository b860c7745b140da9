#include "compare/report/sentences.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "compare/report/format.h"
#include "compare/report/table.h"

namespace poetry_compare {
namespace {

// Whether a stopwatch held by hand could not tell the times apart.
bool about_equal(double one, double two) {
  return std::abs(one - two) <= 0.05 * std::max(one, two);
}

bool alarming(const Comparison& comparison, const Variant& variant) {
  return unread_is_long(comparison, variant) ||
         turn_is_long(comparison, variant);
}

// "each of its 3 threads", if several threads read; empty if one thread does.
std::string readers(const Variant& variant) {
  std::set<int> threads;
  std::set<int> processes;
  for (const Task& task : variant.picture.tasks) {
    for (const Read& read : task.reads) {
      threads.insert(read.thread);
      processes.insert(
          variant.picture.threads[static_cast<std::size_t>(read.thread)].pid);
    }
  }
  if (threads.size() < 2) return {};
  return fmt::format("each of its {} {}", threads.size(),
                     processes.size() > 1 ? "processes" : "threads");
}

std::string why(const Comparison& comparison, const Variant& variant) {
  const auto several = readers(variant);
  if (!several.empty()) return several + " waited for one server";
  const auto count = comparison.poems.size();
  if (count == 2) return "it waited for both servers at once";
  return fmt::format("it waited for all {} servers at once", in_words(count));
}

// "a", "a and b", "a, b and c".
std::string enumerate(const std::vector<std::string>& names) {
  if (names.size() == 1) return names.front();
  return fmt::format("{} and {}",
                     fmt::join(names.begin(), names.end() - 1, ", "),
                     names.back());
}

// A variant that is worth comparing with: it read every poem, and no bytes
// waited for it.
bool is_good(const Comparison& comparison, const Variant& variant) {
  return variant.name != "blocking" && variant.picture.seen &&
         !variant.failed() && !alarming(comparison, variant);
}

// The first good variant that waits with select, poll or epoll: the tutorial's
// point is what such a wait saves.
const Variant* find_good(const Comparison& comparison) {
  const auto found = std::find_if(
      comparison.variants.begin(), comparison.variants.end(),
      [&](const Variant& variant) {
        return is_good(comparison, variant) && variant.overall.longest_turn;
      });
  return found == comparison.variants.end() ? nullptr : &*found;
}

// The other good variants that took as long as this one: first those that wait
// with select, poll or epoll, in one line, then the others.
std::vector<std::string> as_fast(const Comparison& comparison,
                                 const Variant& good) {
  std::vector<std::string> lines;
  std::vector<std::string> names;
  for (const Variant& variant : comparison.variants) {
    if (&variant == &good || !is_good(comparison, variant)) continue;
    if (!about_equal(variant.overall.wall, good.overall.wall)) continue;
    if (variant.overall.longest_turn) {
      names.push_back(variant.name);
    } else {
      lines.push_back(fmt::format("{} was as fast: {}.", variant.name,
                                  why(comparison, variant)));
    }
  }
  if (names.empty()) return lines;
  lines.insert(lines.begin(), fmt::format("{} {} as fast.", enumerate(names),
                                          names.size() == 1 ? "was" : "were"));
  return lines;
}

std::vector<std::string> praise(const Comparison& comparison,
                                const Variant& good) {
  // With one poem, there is no other server to wait for.
  if (comparison.poems.size() < 2) return {};
  if (!good.vs_blocking || *good.vs_blocking < 1.05) return {};
  auto lines = as_fast(comparison, good);
  lines.insert(
      lines.begin(),
      fmt::format("{} was {:.2f} times faster than blocking: {}.", good.name,
                  *good.vs_blocking, why(comparison, good)));
  return lines;
}

// How long the variant took, and how the sentence goes on.
std::string appearance(const Variant& variant, const Variant* good) {
  if (!good) {
    return fmt::format("{} took {:.2f} s, but", variant.name,
                       variant.overall.wall);
  }
  if (about_equal(variant.overall.wall, good->overall.wall)) {
    return fmt::format("{} looks just as fast, but", variant.name);
  }
  if (variant.overall.wall < good->overall.wall) {
    return fmt::format("{} was even faster, but", variant.name);
  }
  return fmt::format("{} took {:.2f} times as long as {}, and", variant.name,
                     variant.overall.wall / good->overall.wall, good->name);
}

std::string blame(const Comparison& comparison,
                  const Variant& variant,
                  const Variant* good) {
  const double unread = variant.overall.worst_unread.value_or(0);
  const double turn = variant.overall.awaited_turn.value_or(0);
  std::string line = appearance(variant, good) + ' ';
  if (unread_is_long(comparison, variant)) {
    line += fmt::format("bytes of task {} lay unread for {:.1f} s",
                        variant.overall.worst_task + 1, unread);
    if (turn_is_long(comparison, variant)) line += " while ";
  }
  if (turn_is_long(comparison, variant)) {
    line += fmt::format("one turn took {:.1f} s", turn);
  }
  return line + '.';
}

}  // namespace

std::string summary(const Comparison& comparison) {
  std::size_t bytes = 0;
  bool known = !comparison.poems.empty();
  for (const Poem& poem : comparison.poems) {
    known = known && poem.bytes;
    bytes += poem.bytes.value_or(0);
  }
  const Settings& settings = comparison.settings;
  std::string text = plural(comparison.poems.size(), "poem");
  if (known) text += fmt::format(", {} bytes", format_count(bytes));
  if (settings.delay > 0) text += fmt::format(", delay {} s", settings.delay);
  if (settings.rcvbuf) text += fmt::format(", rcvbuf {}", *settings.rcvbuf);
  if (settings.sndbuf) text += fmt::format(", sndbuf {}", *settings.sndbuf);
  return text + ", " + plural(settings.runs, "run");
}

std::vector<std::string> sentences(const Comparison& comparison) {
  const Variant* good = find_good(comparison);
  std::vector<std::string> lines;
  if (good) lines = praise(comparison, *good);
  for (const Variant& variant : comparison.variants) {
    if (variant.failed() || !alarming(comparison, variant)) continue;
    lines.push_back(blame(comparison, variant, good));
  }
  return lines;
}

std::vector<std::string> complaints(const Comparison& comparison) {
  std::vector<std::string> lines = comparison.complaints;
  for (const Variant& variant : comparison.variants) {
    if (!variant.failed()) continue;
    lines.push_back(
        fmt::format("{}: {}", variant.name, variant.overall.complaint));
  }
  return lines;
}

}  // namespace poetry_compare
