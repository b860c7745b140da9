#include "compare/report/blame.h"

#include <vector>

#include <fmt/format.h>

#include "compare/measure/reference.h"
#include "compare/report/format.h"
#include "compare/report/machine.h"
#include "compare/report/table.h"

namespace poetry_compare {
namespace {

// How long the variant took, and how the sentence goes on.
std::string appearance(const Comparison& comparison,
                       const Variant& variant,
                       const Variant* good) {
  if (!good || machine_was_late(comparison, *good)) {
    return fmt::format("{} took {}, but", variant.name,
                       format_seconds(variant.overall.wall));
  }
  if (is_noise(variant, *good)) {
    return fmt::format("{} was as fast as {}, but", variant.name, good->name);
  }
  if (variant.overall.wall < good->overall.wall) {
    return fmt::format("{} was faster than {}, but", variant.name, good->name);
  }
  return fmt::format("{} took {:.2f} times as long as {}, and", variant.name,
                     variant.overall.wall / good->overall.wall, good->name);
}

// "was asleep"; empty where the length of the turn says enough.
std::string activity(const Finding& finding) {
  if (finding.cause == Cause::computing) return "computed";
  return finding.cause == Cause::asleep ? "was asleep" : "";
}

// "2.0 s"; with a digit more if it is short: "0.06 s".
std::string format_lost(double seconds) {
  return fmt::format("{:.{}f} s", seconds, seconds < 0.0995 ? 2 : 1);
}

std::string blame_for_unread(const Comparison& comparison,
                             const Variant& variant) {
  const Finding& unread = *variant.overall.unread;
  auto line = fmt::format("bytes of task {} lay unread for {}", unread.poem + 1,
                          format_lost(unread.duration()));
  if (turn_is_long(comparison, variant)) return line;
  if (unread.cause != Cause::stuck) {
    const auto what = activity(unread);
    return what.empty() ? line : line + " while it " + what;
  }
  return line + fmt::format(" while it waited for task {}{}", unread.other + 1,
                            unread.only_other ? " only" : " and others");
}

std::string blame_for_turn(const Finding& turn) {
  const auto what = activity(turn);
  return fmt::format("one turn took {}{}", format_lost(turn.duration()),
                     what.empty() ? "" : ", in which it " + what);
}

}  // namespace

bool alarming(const Comparison& comparison, const Variant& variant) {
  return unread_is_long(comparison, variant) ||
         turn_is_long(comparison, variant) || variant.overall.polls;
}

std::string find_alarm(const Comparison& comparison, const Variant& variant) {
  const Numbers& overall = variant.overall;
  if (overall.polls) return "polls";
  if (unread_is_long(comparison, variant)) {
    return std::string(name_of(overall.unread->cause));
  }
  if (!turn_is_long(comparison, variant)) return {};
  return std::string(name_of(overall.late_turn->cause));
}

std::string blame(const Comparison& comparison,
                  const Variant& variant,
                  const Variant* good) {
  std::vector<std::string> parts;
  if (variant.overall.polls) {
    parts.push_back(
        fmt::format("for {} it asked again and again instead of waiting",
                    format_lost(variant.overall.polled)));
  }
  if (unread_is_long(comparison, variant)) {
    parts.push_back(blame_for_unread(comparison, variant));
  }
  if (turn_is_long(comparison, variant)) {
    parts.push_back(blame_for_turn(*variant.overall.late_turn));
  }
  return fmt::format("{} {}.", appearance(comparison, variant, good),
                     fmt::join(parts, " while "));
}

}  // namespace poetry_compare
