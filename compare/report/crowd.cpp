#include "compare/report/crowd.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "compare/report/blame.h"
#include "compare/report/kinds.h"

namespace poetry_compare {
namespace {

// Keeps the first few, in their order.
void keep_first(std::vector<std::size_t>& indices, std::size_t count) {
  indices.resize(std::min(indices.size(), count));
  std::sort(indices.begin(), indices.end());
}

// 0 is the most interesting.
int rank_of(const Comparison& comparison,
            const std::vector<Kind>& kinds,
            std::size_t index) {
  const auto first = std::find(kinds.begin(), kinds.end(), kinds[index]);
  if (static_cast<std::size_t>(first - kinds.begin()) == index) return 0;
  const Variant& variant = comparison.variants[index];
  return variant.failed() || alarming(comparison, variant) ? 1 : 2;
}

}  // namespace

bool is_crowded(const Comparison& comparison) {
  return std::any_of(
      comparison.variants.begin(), comparison.variants.end(),
      [](auto& variant) { return is_crowd(variant.picture.tasks.size()); });
}

std::vector<std::size_t> shown_tasks(const Picture& picture) {
  const auto& tasks = picture.tasks;
  std::vector<std::size_t> indices(tasks.size());
  std::iota(indices.begin(), indices.end(), 0U);
  if (!is_crowd(tasks.size())) return indices;
  const auto badness = [&](std::size_t i) {
    return std::tuple(tasks[i].worst_unread.value_or(0), tasks[i].end);
  };
  std::stable_sort(indices.begin(), indices.end(), [&](auto one, auto two) {
    return badness(one) > badness(two);
  });
  keep_first(indices, worst_shown);
  return indices;
}

std::vector<std::size_t> shown_variants(const Comparison& comparison) {
  const auto kinds = kinds_of(comparison);
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < comparison.variants.size(); ++i) {
    if (comparison.variants[i].picture.seen) indices.push_back(i);
  }
  if (!is_crowd(indices.size())) return indices;
  std::stable_sort(indices.begin(), indices.end(), [&](auto one, auto two) {
    return rank_of(comparison, kinds, one) < rank_of(comparison, kinds, two);
  });
  keep_first(indices, max_shown);
  return indices;
}

}  // namespace poetry_compare
