#include "compare/measure/measure.h"

#include <algorithm>
#include <map>
#include <utility>

#include "compare/measure/numbers.h"
#include "compare/measure/open_tasks.h"

namespace poetry_compare {
namespace {

// A shorter call did not wait: the kernel was copying.
constexpr std::int64_t min_wait = 100'000;

class Measurement {
 public:
  Measurement(const std::vector<Source>& sources, const Span& span)
      : span_(span),
        clock_{span.begin},
        tasks_(sources, span) {}

  void add_client(const Trace& client);
  void add_server(const Trace& server);
  Picture finish(int program);

 private:
  int thread_of(const Event& event);
  void add_call(OpenTask& open, const Event& event, int thread);
  void add_read(OpenTask& open, const Event& event, int thread);
  void add_wait(const Event& event,
                WaitKind kind,
                int thread,
                std::size_t task);

  Span span_;
  RunClock clock_;
  std::map<std::pair<int, int>, int> threads_;
  OpenTasks tasks_;
  Picture picture_;
};

int Measurement::thread_of(const Event& event) {
  const auto next = static_cast<int>(picture_.threads.size());
  const auto [found, is_new] =
      threads_.try_emplace({event.pid, event.thread}, next);
  if (is_new) {
    picture_.threads.push_back(
        {event.pid, event.thread, clock_.called(event), 0});
  }
  Thread& thread = picture_.threads[static_cast<std::size_t>(found->second)];
  thread.end = std::max(thread.end, clock_.returned(event));
  return found->second;
}

void Measurement::add_read(OpenTask& open, const Event& event, int thread) {
  if (event.result == 0) open.end(clock_.returned(event));
  if (event.result <= 0) return;
  Read read;
  read.time = clock_.returned(event);
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
  picture_.waits.push_back({clock_.called(event),
                            static_cast<double>(event.duration) / 1e9, thread,
                            kind, task});
}

void Measurement::add_call(OpenTask& open, const Event& event, int thread) {
  if (is_read(event)) add_read(open, event, thread);
  if (event.call == "close") open.end(clock_.returned(event));
  const bool may_wait = is_read(event) || event.call == "connect";
  if (may_wait && event.duration >= min_wait) {
    add_wait(event, WaitKind::one_task, thread, tasks_.index_of(open));
  }
}

void Measurement::add_client(const Trace& client) {
  for (const Event& event : client.events) {
    const int thread = thread_of(event);
    if (is_wait(event)) {
      add_wait(event, WaitKind::any_task, thread, 0);
    } else if (OpenTask* open = tasks_.find_by_client(event)) {
      add_call(*open, event, thread);
    }
  }
}

void Measurement::add_server(const Trace& server) {
  for (const Event& event : server.events) {
    if (event.time < span_.begin || event.time > span_.end) continue;
    if (!tasks_.is_source(event.local) || event.peer == 0) continue;
    if (event.call.starts_with("accept")) picture_.served = true;
    OpenTask* open = tasks_.find_by_server(event);
    if (!open) continue;
    open->served = true;
    if (is_write(event) && event.result > 0) {
      open->task.sends.push_back(
          {clock_.returned(event), static_cast<std::size_t>(event.result)});
    }
  }
}

Picture Measurement::finish(int program) {
  std::vector<std::size_t> places;
  picture_.tasks = tasks_.finish(places);
  std::stable_sort(picture_.waits.begin(), picture_.waits.end(),
                   [](auto& a, auto& b) { return a.time < b.time; });
  for (Wait& wait : picture_.waits) {
    if (wait.kind == WaitKind::one_task) wait.task = places[wait.task];
  }
  picture_.turns = find_turns(picture_, program, clock_.seconds(span_.end));
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
