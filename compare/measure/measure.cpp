#include "compare/measure/measure.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>

#include "compare/measure/numbers.h"

namespace poetry_compare {
namespace {

// A shorter call did not wait: the kernel was copying.
constexpr std::int64_t least_wait = 100'000;

// All that the tracer sees of a connection; the client's port first.
using Ports = std::pair<std::uint16_t, std::uint16_t>;

class Measurement {
 public:
  Measurement(const std::vector<Source>& sources, const Span& span)
      : sources_(sources),
        span_(span) {}

  void add_client(const Trace& client);
  void add_server(const Trace& server);
  Picture finish(int program);

 private:
  // A task, and what is needed until it is finished.
  struct Open {
    Task task;
    Ports ports;
    std::uint64_t checksum = 0;
    bool ended = false;
    bool served = false;
  };

  double seconds(std::int64_t time) const {
    return static_cast<double>(time - span_.begin) / 1e9;
  }
  double returned(const Event& event) const {
    return seconds(event.time + event.duration);
  }
  const Source* source_at(std::uint16_t port) const;
  int thread_of(const Event& event);
  Open* task_of(const Event& event);
  Open* served_by(const Event& event);
  void add_read(Open& open, const Event& event, int thread);
  void add_wait(const Event& event,
                WaitKind kind,
                int thread,
                std::size_t task);
  void judge(Open& open) const;
  void sort_tasks();

  const std::vector<Source>& sources_;
  Span span_;
  std::map<std::pair<int, int>, int> threads_;
  std::vector<Open> open_;
  std::multimap<Ports, std::size_t> by_ports_;
  Picture picture_;
};

// A connect() that failed at once has no connection; one that goes on in the
// background has.
bool has_failed(const Event& event) {
  return event.result < 0 && event.error != EINPROGRESS &&
         event.error != EINTR && event.error != EISCONN &&
         event.error != EALREADY;
}

const Source* Measurement::source_at(std::uint16_t port) const {
  const auto found =
      std::find_if(sources_.begin(), sources_.end(),
                   [&](const Source& source) { return source.port == port; });
  return found == sources_.end() ? nullptr : &*found;
}

int Measurement::thread_of(const Event& event) {
  const auto next = static_cast<int>(picture_.threads.size());
  const auto [found, is_new] =
      threads_.try_emplace({event.pid, event.thread}, next);
  if (is_new) {
    picture_.threads.push_back(
        {event.pid, event.thread, seconds(event.time), 0});
  }
  Thread& thread = picture_.threads[static_cast<std::size_t>(found->second)];
  thread.end = std::max(thread.end, returned(event));
  return found->second;
}

// The newest task with these ports; null if no source has them. The client may
// use a port again, for another connect().
Measurement::Open* Measurement::task_of(const Event& event) {
  const Source* source = source_at(event.peer);
  if (!source || event.local == 0) return nullptr;
  const bool connects = event.call == "connect";
  if (connects && has_failed(event)) return nullptr;

  const Ports ports{event.local, event.peer};
  const auto found = by_ports_.upper_bound(ports);
  if (found != by_ports_.begin() && std::prev(found)->first == ports) {
    Open& open = open_[std::prev(found)->second];
    if (!connects || !open.ended) return &open;
  }
  by_ports_.emplace(ports, open_.size());
  Open& open = open_.emplace_back();
  open.ports = ports;
  open.task.poem = static_cast<std::size_t>(source - sources_.data());
  open.task.connected = seconds(event.time);
  open.task.end = seconds(span_.end);
  return &open;
}

void Measurement::add_read(Open& open, const Event& event, int thread) {
  if (event.result == 0 && !open.ended) {
    open.task.end = returned(event);
    open.ended = true;
  }
  if (event.result <= 0) return;
  Read read;
  read.time = returned(event);
  read.duration = static_cast<double>(event.duration) / 1e9;
  read.bytes = static_cast<std::size_t>(event.result);
  if (event.queued >= 0) read.queued = static_cast<std::size_t>(event.queued);
  read.thread = thread;
  open.task.bytes += read.bytes;
  open.checksum = event.checksum;
  open.task.reads.push_back(read);
}

void Measurement::add_wait(const Event& event,
                           WaitKind kind,
                           int thread,
                           std::size_t task) {
  picture_.waits.push_back({seconds(event.time),
                            static_cast<double>(event.duration) / 1e9, thread,
                            kind, task});
}

void Measurement::add_client(const Trace& client) {
  for (const Event& event : client.events) {
    const int thread = thread_of(event);
    if (is_wait(event)) {
      add_wait(event, WaitKind::any_task, thread, 0);
      continue;
    }
    Open* open = task_of(event);
    if (!open) continue;
    if (is_read(event)) add_read(*open, event, thread);
    if (event.call == "close" && !open->ended) {
      open->task.end = returned(event);
      open->ended = true;
    }
    const bool may_wait = is_read(event) || event.call == "connect";
    if (may_wait && event.duration >= least_wait) {
      add_wait(event, WaitKind::one_task, thread,
               static_cast<std::size_t>(open - open_.data()));
    }
  }
}

// The task whose server did this; null if there is none.
Measurement::Open* Measurement::served_by(const Event& event) {
  const auto [first, last] = by_ports_.equal_range({event.peer, event.local});
  // Of the tasks with the same ports, the last that was connected by then.
  Open* open = nullptr;
  for (auto it = first; it != last; ++it) {
    Open& candidate = open_[it->second];
    if (!open || candidate.task.connected <= seconds(event.time)) {
      open = &candidate;
    }
  }
  return open;
}

void Measurement::add_server(const Trace& server) {
  for (const Event& event : server.events) {
    if (event.time < span_.begin || event.time > span_.end) continue;
    if (!source_at(event.local) || event.peer == 0) continue;
    if (event.call.starts_with("accept")) picture_.served = true;
    Open* open = served_by(event);
    if (!open) continue;
    open->served = true;
    if (is_write(event) && event.result > 0) {
      open->task.sends.push_back(
          {returned(event), static_cast<std::size_t>(event.result)});
    }
  }
}

void Measurement::judge(Open& open) const {
  Task& task = open.task;
  std::stable_sort(task.reads.begin(), task.reads.end(),
                   [](auto& a, auto& b) { return a.time < b.time; });
  std::stable_sort(task.sends.begin(), task.sends.end(),
                   [](auto& a, auto& b) { return a.time < b.time; });
  if (open.served) task.worst_unread = worst_unread(task).duration();

  const Source& source = sources_[task.poem];
  if (!source.bytes) return;
  if (task.bytes < *source.bytes) {
    task.outcome = Outcome::partial;
  } else if (task.bytes > *source.bytes ||
             (source.checksum && task.bytes > 0 &&
              *source.checksum != open.checksum)) {
    task.outcome = Outcome::wrong;
  } else {
    task.outcome = Outcome::complete;
  }
}

// Puts the tasks in the order of the poems, and adapts the indices in the
// waits.
void Measurement::sort_tasks() {
  std::vector<std::size_t> order(open_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    const Task& one = open_[a].task;
    const Task& two = open_[b].task;
    return std::pair(one.poem, one.connected) <
           std::pair(two.poem, two.connected);
  });
  std::vector<std::size_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    picture_.tasks.push_back(std::move(open_[order[i]].task));
  }
  for (Wait& wait : picture_.waits) {
    if (wait.kind == WaitKind::one_task) wait.task = place[wait.task];
  }
}

Picture Measurement::finish(int program) {
  for (Open& open : open_) judge(open);
  std::stable_sort(picture_.waits.begin(), picture_.waits.end(),
                   [](auto& a, auto& b) { return a.time < b.time; });
  sort_tasks();
  picture_.turns = find_turns(picture_, program, seconds(span_.end));
  picture_.seen = !picture_.tasks.empty();
  return std::move(picture_);
}

}  // namespace

Picture measure(const Trace& client,
                const std::vector<Trace>& servers,
                const std::vector<Source>& sources,
                const Span& span) {
  Measurement measurement(sources, span);
  measurement.add_client(client);
  for (const Trace& server : servers) measurement.add_server(server);
  return measurement.finish(client.pid);
}

}  // namespace poetry_compare
