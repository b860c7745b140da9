// Which tasks are shown one by one where there are too many for that.
#pragma once

#include <cstddef>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// Up to `max_shown` tasks, threads or variants are shown one by one. More than
// that are a crowd, and only the worst few of a crowd are shown one by one.
constexpr std::size_t max_shown = 12, worst_shown = 5;

constexpr bool is_crowd(std::size_t count) {
  return count > max_shown;
}

// Whether a variant that is shown has too many tasks.
bool is_crowded(const Comparison& comparison);

// All tasks; of a crowd, those whose bytes lay unread longest, then those that
// ended last. As indices, in their order.
std::vector<std::size_t> shown_tasks(const Picture& picture);

// The variants that were seen; of a crowd, as many as are shown one by one: one
// of each kind, then those that failed or that raise an alarm. As indices, in
// their order.
std::vector<std::size_t> shown_variants(const Comparison& comparison);

}  // namespace poetry_compare
