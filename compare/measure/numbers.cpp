#include "compare/measure/numbers.h"

#include <algorithm>
#include <map>

namespace poetry_compare {
namespace {

// The longest part of the turn in which one task was open.
double awaited(const Turn& turn, const std::vector<Task>& tasks) {
  double longest = 0;
  for (const Task& task : tasks) {
    const double begin = std::max(turn.time, task.connected);
    const double end = std::min(turn.time + turn.duration, task.end);
    longest = std::max(longest, end - begin);
  }
  return longest;
}

// By thread. The first turn begins with it.
std::map<int, double> first_connections(const Picture& picture) {
  std::map<int, double> connected;
  for (const Task& task : picture.tasks) {
    const auto first = connected.try_emplace(task.thread, task.connected).first;
    first->second = std::min(first->second, task.connected);
  }
  return connected;
}

// See find_turns().
void add_last_turns(const Picture& picture,
                    const std::map<int, double>& since,
                    int program,
                    double end,
                    std::vector<Turn>& turns) {
  for (const auto& [number, begin] : since) {
    const Thread& thread = picture.threads[static_cast<std::size_t>(number)];
    const bool whole = thread.pid == program && thread.id == program;
    const double last = whole ? end : thread.end;
    turns.push_back({begin, std::max(0.0, last - begin), number});
  }
}

}  // namespace

Unread worst_unread(const Task& task) {
  Unread worst;
  std::size_t sent = 0;
  std::size_t read = 0;
  auto next = task.reads.begin();
  for (const Send& send : task.sends) {
    // Of the bytes of one send, the last one is read last.
    sent += send.bytes;
    while (next != task.reads.end() && read + next->bytes < sent) {
      read += next->bytes;
      ++next;
    }
    const double taken = next == task.reads.end() ? task.end : next->time;
    if (taken - send.time > worst.duration()) worst = {send.time, taken};
  }
  return worst;
}

std::vector<Turn> find_turns(const Picture& picture, int program, double end) {
  std::vector<Turn> turns;
  const auto connected = first_connections(picture);
  std::map<int, double> since;  // when a thread's last wait returned
  for (const Wait& wait : picture.waits) {
    if (wait.kind != WaitKind::any_task) continue;
    const auto first = connected.find(wait.thread);
    if (first != connected.end() && first->second < wait.time) {
      since.insert(*first);
    }
    const auto found = since.find(wait.thread);
    if (found != since.end()) {
      const double away = std::max(0.0, wait.time - found->second);
      turns.push_back({found->second, away, wait.thread});
    }
    since[wait.thread] = wait.time + wait.duration;
  }
  add_last_turns(picture, since, program, end, turns);
  std::stable_sort(turns.begin(), turns.end(),
                   [](auto& a, auto& b) { return a.time < b.time; });
  return turns;
}

void add_numbers(const Picture& picture, Numbers& numbers) {
  if (picture.seen) {
    numbers.wakeups = picture.wakeups;
    numbers.threads = picture.threads.size();
  }
  for (const Turn& turn : picture.turns) {
    numbers.longest_turn =
        std::max(numbers.longest_turn.value_or(0), turn.duration);
    if (turn.duration <= numbers.awaited_turn) continue;
    numbers.awaited_turn = std::max(numbers.awaited_turn.value_or(0),
                                    awaited(turn, picture.tasks));
  }
  numbers.unread = find_unread(picture);
  numbers.late_turn = find_late_turn(picture);
  numbers.polled = find_polling(picture);
  numbers.polls = polls_busily(picture, numbers.polled);
  for (const Task& task : picture.tasks) {
    numbers.worst_unread = std::max(numbers.worst_unread, task.worst_unread);
  }
}

}  // namespace poetry_compare
