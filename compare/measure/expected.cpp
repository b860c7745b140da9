#include "compare/measure/expected.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

namespace poetry_compare {
namespace {

// In seconds; none if it is not known.
std::optional<double> pauses_of(const Poem& poem, double delay) {
  if (!poem.bytes || poem.num_bytes == 0 || delay <= 0) return std::nullopt;
  const auto bytes = static_cast<double>(*poem.bytes);
  return std::ceil(bytes / static_cast<double>(poem.num_bytes)) * delay;
}

// The tasks in the order in which they were connected, as indices.
std::vector<std::size_t> by_connection(const std::vector<Task>& tasks) {
  std::vector<std::size_t> order(tasks.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return tasks[a].connected < tasks[b].connected;
  });
  return order;
}

}  // namespace

// A task waits for those that had ended before it was connected; and for
// earlier ones of the same server, unless that is known to serve all of its
// clients at once.
std::optional<double> expected_wall(const Comparison& comparison,
                                    const std::vector<Task>& tasks) {
  if (tasks.empty()) return std::nullopt;
  const bool in_turn = comparison.settings.server != "reactor";
  std::vector<std::pair<const Task*, double>> ends;
  double last = 0;
  for (const std::size_t i : by_connection(tasks)) {
    const auto pauses =
        pauses_of(comparison.poems[tasks[i].poem], comparison.settings.delay);
    if (!pauses) return std::nullopt;
    double begin = 0;
    for (const auto& [task, end] : ends) {
      const bool before = task->end <= tasks[i].connected ||
                          (in_turn && task->poem == tasks[i].poem);
      if (before) begin = std::max(begin, end);
    }
    ends.emplace_back(&tasks[i], begin + *pauses);
    last = std::max(last, begin + *pauses);
  }
  return last;
}

}  // namespace poetry_compare
