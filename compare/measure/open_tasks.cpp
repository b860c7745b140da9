#include "compare/measure/open_tasks.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "compare/measure/numbers.h"

namespace poetry_compare {
namespace {

// A connect() that failed at once has no connection; one that goes on in the
// background has.
bool has_failed(const Event& event) {
  return event.result < 0 && event.error != EINPROGRESS &&
         event.error != EINTR && event.error != EISCONN &&
         event.error != EALREADY;
}

Outcome outcome_of(const OpenTask& open, const Source& source) {
  const std::size_t bytes = open.task.bytes;
  if (!source.bytes || open.task.read_unseen) return Outcome::unknown;
  if (bytes < *source.bytes) return Outcome::partial;
  if (bytes > *source.bytes) return Outcome::wrong;
  // Without a checksum, the program did not see the bytes either.
  if (bytes > 0 && open.checksum == 0 && source.checksum) {
    return Outcome::unknown;
  }
  const bool same =
      !source.checksum || bytes == 0 || *source.checksum == open.checksum;
  return same ? Outcome::complete : Outcome::wrong;
}

template <typename T>
void sort_by_time(std::vector<T>& items) {
  std::stable_sort(items.begin(), items.end(),
                   [](const T& a, const T& b) { return a.time < b.time; });
}

}  // namespace

void OpenTask::end(double time) {
  if (ended) return;
  task.end = time;
  ended = true;
}

void OpenTask::finish(const Source& source) {
  sort_by_time(task.reads);
  sort_by_time(task.sends);
  // The end of the stream may count as a byte.
  task.read_unseen = taken > static_cast<std::int64_t>(task.bytes) + 1;
  if (served && !task.read_unseen) {
    task.worst_unread = worst_unread(task).duration();
  }
  task.outcome = outcome_of(*this, source);
}

OpenTasks::OpenTasks(const std::vector<Source>& sources, const Span& span)
    : sources_(sources),
      clock_{span.begin},
      end_(clock_.seconds(span.end)) {}

const Source* OpenTasks::source_at(std::uint16_t port) const {
  const auto found =
      std::find_if(sources_.begin(), sources_.end(),
                   [&](const Source& source) { return source.port == port; });
  return found == sources_.end() ? nullptr : &*found;
}

OpenTask& OpenTasks::begin_task(const Event& event, const Source& source) {
  by_ports_.emplace(Ports(event.local, event.peer), tasks_.size());
  OpenTask& open = tasks_.emplace_back();
  open.task.poem = static_cast<std::size_t>(&source - sources_.data());
  open.task.connected = clock_.called(event);
  open.task.end = end_;
  open.pid = event.pid;
  open.fd = event.fd;
  return open;
}

OpenTask* OpenTasks::find_by_client(const Event& event) {
  const Source* source = source_at(event.peer);
  if (!source || event.local == 0) return nullptr;
  const bool connects = event.call == "connect";
  if (connects && has_failed(event)) return nullptr;

  const Ports ports(event.local, event.peer);
  const auto after = by_ports_.upper_bound(ports);
  if (after != by_ports_.begin() && std::prev(after)->first == ports) {
    // The client may use a port again, but not before another connect().
    OpenTask& newest = tasks_[std::prev(after)->second];
    if (!connects || !newest.ended) return &newest;
  }
  return &begin_task(event, *source);
}

std::vector<std::size_t> OpenTasks::find_set(const Event& event) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    const OpenTask& open = tasks_[i];
    if (open.ended || open.pid != event.pid || open.fd < 0) continue;
    if (event.set >> (open.fd % 64) & 1) found.push_back(i);
  }
  return found;
}

OpenTask* OpenTasks::find_by_server(const Event& event) {
  const auto [first, last] = by_ports_.equal_range({event.peer, event.local});
  // Of the tasks with the same ports, the last that was connected by then.
  OpenTask* found = nullptr;
  for (auto it = first; it != last; ++it) {
    OpenTask& candidate = tasks_[it->second];
    if (!found || candidate.task.connected <= clock_.called(event)) {
      found = &candidate;
    }
  }
  return found;
}

std::vector<Task> OpenTasks::finish(std::vector<std::size_t>& places) {
  for (OpenTask& open : tasks_) open.finish(sources_[open.task.poem]);
  std::vector<std::size_t> order(tasks_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    const Task& one = tasks_[a].task;
    const Task& two = tasks_[b].task;
    return std::pair(one.poem, one.connected) <
           std::pair(two.poem, two.connected);
  });
  places.resize(order.size());
  std::vector<Task> sorted;
  for (std::size_t i = 0; i < order.size(); ++i) {
    places[order[i]] = i;
    sorted.push_back(std::move(tasks_[order[i]].task));
  }
  return sorted;
}

}  // namespace poetry_compare
