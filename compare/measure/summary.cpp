#include "compare/measure/summary.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace poetry_compare {
namespace {

using Runs = std::vector<const Numbers*>;

Runs runs_that_count(const Variant& variant) {
  Runs good, all;
  for (const Numbers& run : variant.runs) {
    all.push_back(&run);
    if (!run.failed()) good.push_back(&run);
  }
  return good.empty() ? all : good;
}

// The middle one of the runs, in the order of that value; the smaller one of
// two.
template <typename Value>
const Numbers& middle(Runs runs, Value value) {
  std::stable_sort(runs.begin(), runs.end(),
                   [&](const Numbers* one, const Numbers* other) {
                     return value(*one) < value(*other);
                   });
  return *runs[(runs.size() - 1) / 2];
}

double blamed(const std::optional<Finding>& finding) {
  return finding ? finding->blamed : 0;
}

void add_medians(const Runs& runs, Numbers& overall) {
  overall.wall = middle(runs, [](auto& run) { return run.wall; }).wall;
  overall.cpu = middle(runs, [](auto& run) { return run.cpu; }).cpu;
  const auto& unread = middle(runs, [](auto& run) { return run.worst_unread; });
  overall.worst_unread = unread.worst_unread;
  overall.worst_task = unread.worst_task;
  overall.longest_turn =
      middle(runs, [](auto& run) { return run.longest_turn; }).longest_turn;
  overall.awaited_turn =
      middle(runs, [](auto& run) { return run.awaited_turn; }).awaited_turn;
  overall.unread =
      middle(runs, [](auto& run) { return blamed(run.unread); }).unread;
  overall.late_turn =
      middle(runs, [](auto& run) { return blamed(run.late_turn); }).late_turn;
  overall.polls = middle(runs, [](auto& run) { return run.polls; }).polls;
}

double deviation(const Runs& runs) {
  if (runs.size() < 2) return 0;
  const auto count = static_cast<double>(runs.size());
  double mean = 0;
  for (const Numbers* run : runs) mean += run->wall / count;
  double squares = 0;
  for (const Numbers* run : runs) {
    squares += (run->wall - mean) * (run->wall - mean);
  }
  return std::sqrt(squares / (count - 1));
}

}  // namespace

void summarise(Variant& variant) {
  const Runs runs = runs_that_count(variant);
  add_medians(runs, variant.overall);
  variant.wall_deviation = deviation(runs);
  for (const Numbers& run : variant.runs) {
    Numbers& overall = variant.overall;
    overall.stopped = overall.stopped || run.stopped;
    if (overall.status == 0) overall.status = run.status;
    if (overall.complaint.empty()) overall.complaint = run.complaint;
  }
}

}  // namespace poetry_compare
