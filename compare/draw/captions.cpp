#include "compare/draw/captions.h"

#include <algorithm>

#include <fmt/format.h>

#include "compare/draw/kinds.h"
#include "compare/draw/unread_caption.h"
#include "compare/report/table.h"
#include "compare/report/format.h"

namespace poetry_compare {
namespace {

std::string capital(std::string text) {
  if (text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

std::string about_threads(const Variant& variant) {
  return fmt::format(
      "{} strips, one hatch each: every thread is stuck in a read, but of its "
      "own poem, so no task waits for another. The price is a thread for each "
      "poem.",
      capital(in_words(variant.picture.threads.size())));
}

std::string about_several(const Variant& variant) {
  return fmt::format(
      "{} strips, all grey: every thread waits with select, poll or epoll, but "
      "only for its own tasks.",
      capital(in_words(variant.picture.threads.size())));
}

constexpr auto about_one_by_one =
    "One strip, one hatch after the other: while the thread is stuck in a read "
    "of one poem, it does not even ask for the next one. The turns keep one "
    "colour until a poem ends.";

constexpr auto about_any_task =
    "The strip is grey: the thread waits for all tasks at once and reads from "
    "whichever has bytes first. There are no wedges, and the turns change "
    "their colour all the time.";

std::string about(const Comparison& comparison,
                  const Variant& variant,
                  Kind kind) {
  switch (kind) {
    case Kind::unread:
      return unread_caption(comparison, variant);
    case Kind::threads:
      return about_threads(variant);
    case Kind::several:
      return about_several(variant);
    case Kind::one_by_one:
      return about_one_by_one;
    case Kind::any_task:
      return about_any_task;
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

std::string same_picture(const Variant& other) {
  return fmt::format(
      "The same picture as that of {}: the program is written differently, but "
      "it waits in the same way.",
      other.name);
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

std::string title(const Comparison& comparison) {
  const auto poems = comparison.poems.size();
  const auto ways = comparison.variants.size();
  return capital(fmt::format("{} {}, {} {} to wait", in_words(poems),
                             poems == 1 ? "poem" : "poems", in_words(ways),
                             ways == 1 ? "way" : "ways"));
}

Headline headline(const Comparison& comparison, const Variant& variant) {
  Headline headline;
  headline.text = format_seconds(variant.overall.wall);
  if (comparison.settings.runs > 1) {
    headline.text +=
        fmt::format(" \u00b1 {}", format_seconds(variant.wall_deviation));
  }
  headline.text += speed(variant);
  headline.text +=
      fmt::format(", working {:.0f} ms", variant.overall.cpu * 1000);
  if (!variant.overall.worst_unread) return headline;
  headline.text += ", ";
  (unread_is_long(comparison, variant) ? headline.alarm : headline.text) +=
      fmt::format("worst unread {:.3f} s", *variant.overall.worst_unread);
  return headline;
}

std::string complaint(const Variant& variant) {
  if (!variant.overall.complaint.empty()) return variant.overall.complaint;
  if (variant.overall.status != 0)
    return fmt::format("exit status {}", variant.overall.status);
  if (variant.picture.seen) return "";
  return "no picture: its connections were not seen, as with programs that are "
         "statically linked or use io_uring";
}

std::vector<std::string> captions(const Comparison& comparison) {
  const auto kinds = kinds_of(comparison);
  std::vector<std::string> captions;
  for (const Variant& variant : comparison.variants) {
    const Kind kind = kinds[captions.size()];
    const auto self =
        kinds.begin() + static_cast<std::ptrdiff_t>(captions.size());
    const auto first = std::find(kinds.begin(), self, kind);
    captions.push_back(
        first != self && looks_the_same(kind)
            ? same_picture(comparison.variants[static_cast<std::size_t>(
                  first - kinds.begin())])
            : about(comparison, variant, kind));
  }
  return captions;
}

}  // namespace poetry_compare
