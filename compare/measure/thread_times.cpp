#include "compare/measure/thread_times.h"

#include <algorithm>
#include <numeric>

namespace poetry_compare {
namespace {

// The processor time up to this moment, between two samples by proportion.
// Before the first one and after the last one it does not change.
Processor at(const std::vector<Processor>& samples, double time) {
  const auto next = std::find_if(
      samples.begin(), samples.end(),
      [&](const Processor& sample) { return sample.time >= time; });
  if (next == samples.begin()) return samples.front();
  if (next == samples.end()) return samples.back();
  const Processor& before = *(next - 1);
  const double part = (time - before.time) / (next->time - before.time);
  return {time, before.used + part * (next->used - before.used),
          before.delayed + part * (next->delayed - before.delayed)};
}

void add_processor(const std::vector<Processor>& samples,
                   double begin,
                   double end,
                   ThreadTimes& times) {
  times.processor_known = samples.size() > 1;
  if (!times.processor_known) return;
  const Processor first = at(samples, begin);
  const Processor last = at(samples, end);
  times.computing = last.used - first.used;
  times.delayed = last.delayed - first.delayed;
}

// The tasks that the wait is for; empty: any task.
std::vector<std::size_t> tasks_of(const Wait& wait, const Picture& picture) {
  if (wait.set >= 0) return picture.sets[static_cast<std::size_t>(wait.set)];
  if (wait.kind == WaitKind::one_task) return {wait.task};
  return {};
}

void add_wait(const std::vector<std::size_t>& tasks,
              std::size_t task,
              double time,
              ThreadTimes& times) {
  const bool right = tasks.empty() ||
                     std::find(tasks.begin(), tasks.end(), task) != tasks.end();
  if (right) {
    times.waiting += time;
    return;
  }
  for (const std::size_t other : tasks) {
    times.stuck[other] += time / static_cast<double>(tasks.size());
  }
}

}  // namespace

double ThreadTimes::sum_stuck() const {
  return std::accumulate(stuck.begin(), stuck.end(), 0.0);
}

void ThreadTimes::add(const ThreadTimes& other) {
  waiting += other.waiting;
  away += other.away;
  stuck.resize(std::max(stuck.size(), other.stuck.size()));
  for (std::size_t i = 0; i < other.stuck.size(); ++i) {
    stuck[i] += other.stuck[i];
  }
  processor_known = processor_known && other.processor_known;
  computing += other.computing;
  delayed += other.delayed;
}

ThreadClocks::ThreadClocks(const Picture& picture)
    : picture_(picture),
      waits_(picture.threads.size()) {
  for (const Wait& wait : picture.waits) {
    waits_[static_cast<std::size_t>(wait.thread)].push_back(&wait);
  }
}

ThreadTimes ThreadClocks::times(int thread,
                                double begin,
                                double end,
                                std::size_t task) const {
  ThreadTimes times;
  times.stuck.resize(picture_.tasks.size());
  if (end <= begin) return times;
  const auto index = static_cast<std::size_t>(thread);
  const auto& waits = waits_[index];
  auto next = std::lower_bound(
      waits.begin(), waits.end(), begin,
      [](const Wait* wait, double time) { return wait->time < time; });
  if (next != waits.begin()) --next;
  double now = begin;
  for (; next != waits.end() && (*next)->time < end; ++next) {
    const Wait* const wait = *next;
    const double from = std::max(now, wait->time);
    const double to = std::min(end, wait->time + wait->duration);
    if (to <= from) continue;
    times.away += from - now;
    add_wait(tasks_of(*wait, picture_), task, to - from, times);
    now = to;
  }
  times.away += end - now;
  add_processor(picture_.threads[index].processor, begin, end, times);
  return times;
}

}  // namespace poetry_compare
