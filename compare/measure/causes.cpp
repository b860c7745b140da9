#include "compare/measure/causes.h"

#include <algorithm>
#include <utility>

#include "compare/measure/activities.h"
#include "compare/measure/model.h"
#include "compare/measure/thread_times.h"

namespace poetry_compare {
namespace {

// Shorter times need no reason.
constexpr double min_time = 0.02;

// The parts of the time that are the client's, by cause.
struct Parts {
  double stuck = 0;
  double computing = 0;
  double asleep = 0;
  double away = 0;

  double sum() const { return stuck + computing + asleep + away; }
};

Cause largest(const Parts& parts) {
  const double most =
      std::max({parts.stuck, parts.computing, parts.asleep, parts.away});
  if (most == parts.stuck) return Cause::stuck;
  if (most == parts.computing) return Cause::computing;
  return most == parts.asleep ? Cause::asleep : Cause::away;
}

// A thread without a processor comes back late from any call. That time is
// taken from its times away, and then from those in which it was stuck.
Parts parts_of(const ThreadTimes& times) {
  Parts parts;
  parts.stuck = times.sum_stuck();
  if (!times.processor_known) {
    parts.away = times.away;
    return parts;
  }
  parts.computing = std::min(times.away, times.computing);
  const double idle = times.away - parts.computing;
  parts.asleep = std::max(0.0, idle - times.delayed);
  const double late = std::max(0.0, times.delayed - idle);
  parts.stuck = std::max(0.0, parts.stuck - late);
  return parts;
}

void add(const ThreadTimes& times, const Picture& picture, Finding& finding) {
  const Parts parts = parts_of(times);
  finding.blamed = parts.sum();
  if (times.processor_known) finding.delayed = times.delayed;
  if (finding.blamed >= min_time) finding.cause = largest(parts);
  if (times.stuck.empty()) return;
  const auto most = std::max_element(times.stuck.begin(), times.stuck.end());
  const auto other = static_cast<std::size_t>(most - times.stuck.begin());
  finding.other = picture.tasks[other].poem;
  finding.only_other = *most > 0.95 * times.sum_stuck();
}

// Keeps the worse one.
void keep(const Finding& finding, std::optional<Finding>& worst) {
  const auto badness = [](const Finding& one) {
    return std::pair(one.blamed >= min_time ? one.blamed : 0, one.duration());
  };
  if (!worst || badness(finding) > badness(*worst)) worst = finding;
}

// The times of the thread that reads the bytes. Before that thread has begun,
// those of the thread that connected the task.
ThreadTimes times_of_reader(const ThreadClocks& clocks,
                            const Picture& picture,
                            std::size_t index,
                            const Finding& finding,
                            int reader) {
  const Task& task = picture.tasks[index];
  const auto& thread = picture.threads[static_cast<std::size_t>(reader)];
  const double change =
      reader == task.thread
          ? finding.begin
          : std::clamp(thread.begin, finding.begin, finding.end);
  auto times = clocks.times(task.thread, finding.begin, change, index);
  times.add(clocks.times(reader, change, finding.end, index));
  return times;
}

class UnreadFinder {
 public:
  explicit UnreadFinder(const Picture& picture)
      : picture_(picture),
        clocks_(picture) {}

  void examine(std::size_t index);
  std::optional<Finding> worst;

 private:
  void judge(std::size_t index, double begin, double end, int reader);

  const Picture& picture_;
  ThreadClocks clocks_;
};

void UnreadFinder::judge(std::size_t index,
                         double begin,
                         double end,
                         int reader) {
  if (end - begin < min_time) return;
  Finding finding;
  finding.begin = begin;
  finding.end = end;
  finding.poem = picture_.tasks[index].poem;
  add(times_of_reader(clocks_, picture_, index, finding, reader), picture_,
      finding);
  keep(finding, worst);
}

// For each read, the oldest of the bytes that it took.
void UnreadFinder::examine(std::size_t index) {
  const Task& task = picture_.tasks[index];
  if (task.read_unseen) return;
  std::size_t sent = 0;
  std::size_t read = 0;
  auto send = task.sends.begin();
  int reader = task.thread;
  for (const Read& one : task.reads) {
    reader = one.thread;
    if (send == task.sends.end()) return;
    judge(index, send->time, one.time, reader);
    read += one.bytes;
    for (; send != task.sends.end() && sent + send->bytes <= read; ++send) {
      sent += send->bytes;
    }
  }
  if (send != task.sends.end()) judge(index, send->time, task.end, reader);
}

// The longest part of the turn in which a task was open, and which one.
std::pair<Finding, std::size_t> find_open(const Turn& turn,
                                          const Picture& picture) {
  std::pair<Finding, std::size_t> longest;
  for (std::size_t i = 0; i < picture.tasks.size(); ++i) {
    const Task& task = picture.tasks[i];
    Finding finding;
    finding.poem = task.poem;
    finding.begin = std::max(turn.time, task.connected);
    finding.end = std::min(turn.time + turn.duration, task.end);
    if (finding.duration() > longest.first.duration()) longest = {finding, i};
  }
  return longest;
}

// Whether a thread computed, or could have, for most of its time.
bool is_mostly_runnable(const Picture& picture) {
  return std::any_of(
      picture.threads.begin(), picture.threads.end(), [](const Thread& thread) {
        if (thread.processor.empty()) return false;
        const Processor& first = thread.processor.front();
        const Processor& last = thread.processor.back();
        const double runnable =
            last.used - first.used + last.delayed - first.delayed;
        return runnable > 0.5 * (last.time - first.time);
      });
}

}  // namespace

std::string_view name_of(Cause cause) {
  constexpr std::string_view names[] = {"machine", "stuck", "computing",
                                        "asleep", "away"};
  return names[static_cast<std::size_t>(cause)];
}

bool is_long(const Settings& settings, double seconds) {
  return seconds > std::max(0.05, 2 * settings.delay);
}

std::optional<Finding> find_unread(const Picture& picture) {
  UnreadFinder finder(picture);
  for (std::size_t i = 0; i < picture.tasks.size(); ++i) finder.examine(i);
  return finder.worst;
}

std::optional<Finding> find_unread(const Picture& picture, std::size_t task) {
  UnreadFinder finder(picture);
  finder.examine(task);
  return finder.worst;
}

std::optional<Finding> find_late_turn(const Picture& picture) {
  const ThreadClocks clocks(picture);
  std::optional<Finding> worst;
  for (const Turn& turn : picture.turns) {
    if (turn.duration < min_time) continue;
    auto [finding, task] = find_open(turn, picture);
    if (finding.duration() < min_time) continue;
    add(clocks.times(turn.thread, finding.begin, finding.end, task), picture,
        finding);
    keep(finding, worst);
  }
  return worst;
}

double find_polling(const Picture& picture) {
  if (picture.polls.empty()) return 0;
  const auto [begin, end] = time_of_tasks(picture);
  double most = 0;
  for (std::size_t i = 0; i < picture.threads.size(); ++i) {
    const auto activities = find_activities(picture, i);
    most = std::max(most, sum_of(activities, Activity::polling, begin, end));
  }
  return most;
}

bool polls_busily(const Picture& picture, double polled) {
  const auto [begin, end] = time_of_tasks(picture);
  if (polled > std::max(0.05, 0.1 * (end - begin))) return true;
  // Without a processor, a call that does not wait takes as long as one that
  // does.
  constexpr std::size_t many = 500;
  std::size_t calls = 0;
  for (const Poll& poll : picture.polls) calls += poll.calls;
  return calls > many && is_mostly_runnable(picture);
}

}  // namespace poetry_compare
