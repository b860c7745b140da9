#include "compare/measure/activities.h"

#include <algorithm>

namespace poetry_compare {
namespace {

// The system counts processor time in steps of a few milliseconds.
constexpr double min_idle = 0.005;

// The times between the waits of a thread, cut at the moments whose processor
// time is known.
std::vector<Away> find_gaps(const Picture& picture, std::size_t thread) {
  const Thread& self = picture.threads[thread];
  std::vector<Away> gaps;
  double now = self.begin;
  auto sample = self.processor.begin();
  const auto add_until = [&](double end) {
    for (; sample != self.processor.end() && sample->time < end; ++sample) {
      if (sample->time <= now) continue;
      gaps.push_back({now, sample->time});
      now = sample->time;
    }
    if (end > now) gaps.push_back({now, end});
  };
  for (const Wait& wait : picture.waits) {
    if (static_cast<std::size_t>(wait.thread) != thread) continue;
    add_until(wait.time);
    now = std::max(now, wait.time + wait.duration);
  }
  add_until(self.end);
  return gaps;
}

// How much of a time is covered by calls that asked in vain. Those of several
// sockets may overlap.
double polled(const std::vector<Poll>& polls, double begin, double end) {
  double sum = 0;
  double now = begin;
  for (const Poll& poll : polls) {
    const double to = std::min(end, poll.time + poll.duration);
    const double from = std::max(now, poll.time);
    if (to <= from) continue;
    sum += to - from;
    now = to;
  }
  return sum;
}

double sum_of_durations(std::vector<Away>::const_iterator first,
                        std::vector<Away>::const_iterator last) {
  double sum = 0;
  for (; first != last; ++first) sum += first->duration();
  return sum;
}

Activity activity_between(const Processor& before,
                          const Processor& after,
                          double away,
                          double polled) {
  const double delayed = after.delayed - before.delayed;
  const double idle = away - delayed - (after.used - before.used);
  if (idle > std::max(min_idle, away / 2)) return Activity::asleep;
  // The tracer does not see that a call is repeated after a delay.
  const bool polls = polled > 0 && polled > (away - delayed) / 2;
  return polls ? Activity::polling : Activity::computing;
}

std::vector<Poll> polls_of(const Picture& picture, std::size_t thread) {
  std::vector<Poll> polls;
  for (const Poll& poll : picture.polls) {
    if (static_cast<std::size_t>(poll.thread) == thread) polls.push_back(poll);
  }
  return polls;
}

}  // namespace

std::vector<Away> find_activities(const Picture& picture, std::size_t thread) {
  auto gaps = find_gaps(picture, thread);
  const auto polls = polls_of(picture, thread);
  const auto& samples = picture.threads[thread].processor;
  auto gap = gaps.begin();
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const double begin = samples[i - 1].time;
    const double end = samples[i].time;
    const auto first = std::find_if(
        gap, gaps.end(), [&](const Away& one) { return one.begin >= begin; });
    gap = std::find_if(first, gaps.end(),
                       [&](const Away& one) { return one.begin >= end; });
    const double away = sum_of_durations(first, gap);
    const auto activity = activity_between(samples[i - 1], samples[i], away,
                                           polled(polls, begin, end));
    std::for_each(first, gap, [&](Away& one) { one.activity = activity; });
  }
  return gaps;
}

double sum_of(const std::vector<Away>& activities,
              Activity activity,
              double begin,
              double end) {
  double sum = 0;
  for (const Away& away : activities) {
    if (away.activity != activity) continue;
    sum += std::max(0.0, std::min(end, away.end) - std::max(begin, away.begin));
  }
  return sum;
}

}  // namespace poetry_compare
