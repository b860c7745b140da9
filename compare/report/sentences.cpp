#include "compare/report/sentences.h"

#include <algorithm>

#include <fmt/format.h>

#include "compare/measure/reference.h"
#include "compare/report/blame.h"
#include "compare/report/format.h"
#include "compare/report/kinds.h"
#include "compare/report/machine.h"
#include "compare/report/table.h"
#include "compare/report/where.h"

namespace poetry_compare {
namespace {

// "it waited for all three servers at once"; empty if nothing so simple can be
// said.
std::string why(const Comparison& comparison, const Variant& variant) {
  const auto count = comparison.poems.size();
  const Shape shape = shape_of(variant.picture);
  if (shape.overlap < count) return {};
  switch (kind_of(comparison, variant)) {
    case Kind::threads:
    case Kind::several:
      if (shape.most_tasks > 1) return {};
      return fmt::format("each of its {} {} waited for one server",
                         shape.threads,
                         shape.processes > 1 ? "processes" : "threads");
    case Kind::any_task:
      if (count == 2) return "it waited for both servers at once";
      return fmt::format("it waited for all {} servers at once",
                         in_words(count));
    default:
      return {};
  }
}

// The sentence with its reason, if there is one.
std::string with_reason(const std::string& sentence, const std::string& why) {
  return why.empty() ? sentence + '.' : sentence + ": " + why + '.';
}

// A variant that is worth comparing with: it read every poem, and no bytes
// waited for it.
bool is_good(const Comparison& comparison, const Variant& variant) {
  return variant.name != comparison.settings.reference &&
         variant.picture.seen && !variant.failed() &&
         !alarming(comparison, variant) &&
         kind_of(comparison, variant) != Kind::read_unseen;
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
    if (!is_noise(variant, good)) continue;
    if (variant.overall.longest_turn) {
      names.push_back(variant.name);
    } else {
      lines.push_back(
          with_reason(variant.name + " was as fast", why(comparison, variant)));
    }
  }
  if (names.empty()) return lines;
  lines.insert(lines.begin(), fmt::format("{} {} as fast.", enumerate(names),
                                          names.size() == 1 ? "was" : "were"));
  return lines;
}

// Whether the time of the variant, or that of the reference, is not its own.
bool is_distorted(const Comparison& comparison, const Variant& variant) {
  return machine_was_late(comparison, variant) ||
         machine_was_late(comparison, *find_reference(comparison));
}

// "2.27", or "2.25 to 2.30" where several runs show the noise.
std::string ratio_in_words(const Variant& variant) {
  const auto [value, range] = *variant.vs_reference;
  const auto least = fmt::format("{:.2f}", range.least);
  const auto most = fmt::format("{:.2f}", range.most);
  if (variant.counted < 2 || least == most) return fmt::format("{:.2f}", value);
  return least + " to " + most;
}

std::string in_one_run(const Comparison& comparison) {
  return comparison.settings.runs == 1 ? " in this one run" : "";
}

std::vector<std::string> praise(const Comparison& comparison,
                                const Variant& good) {
  // With one poem, there is no other server to wait for.
  if (comparison.poems.size() < 2) return {};
  const Variant* reference = find_reference(comparison);
  if (!reference || !good.vs_reference || good.vs_reference->value < 1 ||
      is_noise(*reference, good)) {
    return {};
  }
  auto lines = as_fast(comparison, good);
  auto line = fmt::format("{} was {} times faster than {}{}", good.name,
                          ratio_in_words(good), reference->name,
                          in_one_run(comparison));
  if (is_distorted(comparison, good)) {
    line += ", on a busy machine.";
  } else {
    // The reason would not be the only one.
    const bool pure = !took_longer(good, 1.5) && !took_longer(*reference, 1.5);
    line = with_reason(line, pure ? why(comparison, good) : "");
  }
  lines.insert(lines.begin(), line);
  return lines;
}

// About runs whose times do not go with the others.
std::vector<std::string> tell_outliers(const Variant& variant) {
  std::vector<std::string> lines;
  for (const std::size_t index : variant.outliers) {
    lines.push_back(fmt::format("{}: run {} took {}, while the median is {}.",
                                variant.name, index + 1,
                                format_seconds(variant.runs[index].wall),
                                format_seconds(variant.overall.wall)));
  }
  return lines;
}

std::string tell_failure(const Variant& variant) {
  const auto& reason = variant.overall.complaint;
  if (variant.runs.size() == 1) {
    return fmt::format("{}: {}", variant.name, reason);
  }
  return fmt::format("{} of {} runs of {} failed: {}",
                     variant.runs.size() - variant.counted, variant.runs.size(),
                     variant.name, reason);
}

// The first task of each poem that was asked for, in the order of time.
std::vector<const Task*> first_tasks(const std::vector<Task>& tasks) {
  std::vector<const Task*> first;
  for (const Task& task : tasks) {
    // Tasks are in the order of the poems, then of time.
    if (first.empty() || first.back()->poem != task.poem) {
      first.push_back(&task);
    }
  }
  std::stable_sort(first.begin(), first.end(), [](auto* a, auto* b) {
    return a->connected < b->connected;
  });
  return first;
}

// A client may have no thread, or no place, left for its next poem.
std::string tell_late_task(const Comparison& comparison,
                           const Variant& variant) {
  const auto tasks = first_tasks(variant.picture.tasks);
  const Shape shape = shape_of(variant.picture);
  if (shape.overlap < 2 || shape.overlap >= tasks.size()) return {};
  const double late = tasks.back()->connected;
  if (!is_long(comparison.settings, late - tasks.front()->connected)) return {};
  const bool shared = kind_of(comparison, variant) == Kind::shared;
  return fmt::format(
      "{} has {} for {} servers: it did not ask for task {} before {:.1f} s.",
      variant.name,
      shared ? plural(shape.threads, "thread")
             : fmt::format("at most {} connections at a time", shape.overlap),
      tasks.size(), tasks.back()->poem + 1, late);
}

void add_faults(const Comparison& comparison,
                const Variant& variant,
                const Variant* good,
                std::vector<std::string>& lines) {
  if (alarming(comparison, variant)) {
    lines.push_back(blame(comparison, variant, good));
    lines.push_back(tell_fault(comparison, variant));
  }
  lines.push_back(tell_late_task(comparison, variant));
  if (kind_of(comparison, variant) != Kind::read_unseen) return;
  lines.push_back(variant.name +
                  " reads with calls that the tracer does not see, so its "
                  "poems are not checked.");
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
  text += ", " + plural(settings.runs, "run");
  if (settings.warmup > 0)
    text += fmt::format(" after {} to warm up", settings.warmup);
  return text;
}

std::vector<std::string> sentences(const Comparison& comparison) {
  const Variant* good = find_good(comparison);
  std::vector<std::string> lines;
  if (good) lines = praise(comparison, *good);
  for (const Variant& variant : comparison.variants) {
    if (variant.counted > 0) add_faults(comparison, variant, good, lines);
  }
  for (const Variant& variant : comparison.variants) {
    const auto more = tell_outliers(variant);
    lines.insert(lines.end(), more.begin(), more.end());
  }
  lines.push_back(tell_of_machine(comparison));
  lines.push_back(comparison.note_on_places);
  std::erase(lines, "");
  return lines;
}

std::vector<std::string> complaints(const Comparison& comparison) {
  std::vector<std::string> lines = comparison.complaints;
  for (const Variant& variant : comparison.variants) {
    if (variant.failed()) lines.push_back(tell_failure(variant));
  }
  return lines;
}

}  // namespace poetry_compare
