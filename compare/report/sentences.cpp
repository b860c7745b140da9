#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/core.h>
#include <fmt/format.h>

#include "compare/report/table.h"

namespace poetry_compare {
namespace {

// Times that a stopwatch in a hand would not tell apart.
bool about_equal(double one, double two) {
  return std::abs(one - two) <= 0.05 * std::max(one, two);
}

bool alarming(const Comparison& comparison, const Variant& variant) {
  return is_long(comparison, variant.worst_unread.value_or(0)) ||
         is_long(comparison, variant.awaited_turn.value_or(0));
}

// "each of its 3 threads", for those that share the reading; empty: one does it
// all.
std::string readers(const Variant& variant) {
  std::set<int> threads;
  std::set<int> processes;
  for (const Task& task : variant.tasks) {
    for (const Read& read : task.reads) {
      threads.insert(read.thread);
      processes.insert(
          variant.threads[static_cast<std::size_t>(read.thread)].pid);
    }
  }
  if (threads.size() < 2) return {};
  return fmt::format("each of its {} {}", threads.size(),
                     processes.size() > 1 ? "processes" : "threads");
}

std::string servers(std::size_t count) {
  if (count == 2) return "both servers";
  const char* const names[] = {"three", "four", "five", "six"};
  return count <= 6 ? fmt::format("all {} servers", names[count - 3])
                    : fmt::format("all {} servers", count);
}

std::string why(const Comparison& comparison, const Variant& variant) {
  const auto several = readers(variant);
  if (!several.empty()) return several + " waited for one server";
  return fmt::format("it waited for {} at once",
                     servers(comparison.poems.size()));
}

// "a", "a and b", "a, b and c".
std::string enumerate(const std::vector<std::string>& names) {
  if (names.size() == 1) return names.front();
  return fmt::format("{} and {}",
                     fmt::join(names.begin(), names.end() - 1, ", "),
                     names.back());
}

// Did what was to be done, and nobody had to wait.
bool is_good(const Comparison& comparison, const Variant& variant) {
  return variant.name != "blocking" && variant.seen && !variant.failed() &&
         !alarming(comparison, variant);
}

// The one to compare with: waits for anybody, for that is the tutorial's point.
const Variant* find_good(const Comparison& comparison) {
  const auto found = std::find_if(
      comparison.variants.begin(), comparison.variants.end(),
      [&](const Variant& variant) {
        return is_good(comparison, variant) && variant.longest_turn;
      });
  return found == comparison.variants.end() ? nullptr : &*found;
}

void praise(const Comparison& comparison,
            const Variant& good,
            std::vector<std::string>& lines) {
  if (comparison.poems.size() < 2) return;  // nobody else to wait for
  if (good.vs_blocking && *good.vs_blocking >= 1.05) {
    lines.push_back(fmt::format("{} was {:.2f} times faster than blocking: {}.",
                                good.name, *good.vs_blocking,
                                why(comparison, good)));
  }
  std::vector<std::string> others;
  std::vector<std::string> threaded;
  for (const Variant& variant : comparison.variants) {
    if (&variant == &good || !is_good(comparison, variant)) continue;
    if (!about_equal(variant.wall, good.wall)) continue;
    if (variant.longest_turn) {
      others.push_back(variant.name);
    } else {
      threaded.push_back(fmt::format("{} was as fast: {}.", variant.name,
                                     why(comparison, variant)));
    }
  }
  if (lines.empty()) return;
  if (!others.empty()) {
    lines.push_back(fmt::format(
        "So {} {}.", others.size() == 1 ? "was" : "were", enumerate(others)));
  }
  lines.insert(lines.end(), threaded.begin(), threaded.end());
}

// How it looks to who has no more than a stopwatch.
std::string appearance(const Variant& variant, const Variant* good) {
  if (!good)
    return fmt::format("{} took {:.2f} s, but", variant.name, variant.wall);
  if (about_equal(variant.wall, good->wall)) {
    return fmt::format("{} looks just as fast, but", variant.name);
  }
  if (variant.wall < good->wall) {
    return fmt::format("{} was faster still, but", variant.name);
  }
  return fmt::format("{} took {:.2f} times as long as {}, and", variant.name,
                     variant.wall / good->wall, good->name);
}

std::string blame(const Comparison& comparison,
                  const Variant& variant,
                  const Variant* good) {
  const double unread = variant.worst_unread.value_or(0);
  const double turn = variant.awaited_turn.value_or(0);
  std::string line = appearance(variant, good) + ' ';
  if (is_long(comparison, unread)) {
    line += fmt::format("bytes of task {} lay unread for {:.1f} s",
                        variant.worst_task + 1, unread);
    if (is_long(comparison, turn)) line += " while ";
  }
  if (is_long(comparison, turn)) {
    line += fmt::format("one turn took {:.1f} s", turn);
  }
  return line + '.';
}

}  // namespace

std::vector<std::string> sentences(const Comparison& comparison) {
  std::vector<std::string> lines;
  const Variant* good = find_good(comparison);
  if (good) praise(comparison, *good, lines);
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
    lines.push_back(fmt::format("{}: {}", variant.name, variant.complaint));
  }
  return lines;
}

}  // namespace poetry_compare
