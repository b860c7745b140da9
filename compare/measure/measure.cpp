#include "compare/measure/measure.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "compare/measure/numbers.h"
#include "compare/measure/open_tasks.h"
#include "compare/measure/where.h"

namespace poetry_compare {
namespace {

// A shorter call did not wait: the kernel was copying.
constexpr std::int64_t min_wait = 100'000;

// The newest numbers of a thread, in us.
struct Counters {
  std::uint32_t used = 0;
  std::uint32_t delayed = 0;
};

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
  int caller_of(const Event& event);
  int thread_of(const Event& event);
  void add_processor(const Event& event, Thread& thread);
  void add_select(const Event& event, int thread);
  void add_call(OpenTask& open, const Event& event, int thread);
  void add_read(OpenTask& open, const Event& event, int thread);
  void add_wait(const Event& event,
                WaitKind kind,
                int thread,
                std::size_t task,
                int set = -1);
  int index_of_set(const std::vector<std::size_t>& tasks);
  void resolve_waits(const std::vector<std::size_t>& places);

  Span span_;
  RunClock clock_;
  std::map<std::pair<int, int>, int> threads_;
  OpenTasks tasks_;
  std::map<std::ptrdiff_t, Counters> counters_;  // by thread
  std::map<std::vector<std::size_t>, int> sets_;
  std::set<int> waits_for_several_;  // threads that do it at least once
  std::map<int, std::size_t> empty_calls_;  // by caller
  Picture picture_;
};

// Whether the call could wait, and did. If there are bytes, a read copies them.
bool may_wait(const Event& event) {
  if (event.nonblocking || event.repeats > 0) return false;
  if (event.duration < min_wait) return false;
  if (event.call == "connect") return event.error != EINPROGRESS;
  return is_read(event) && (event.queued <= 0 || event.wait_all);
}

// A wait that is repeated in a circle, without a result.
bool is_empty(const Event& event) {
  return event.repeats > 10 && event.result <= 0;
}

// Says what the caller calls, too.
int Measurement::caller_of(const Event& event) {
  const auto index = static_cast<std::size_t>(event.site);
  if (event.site < 0 || index >= picture_.callers.size()) return -1;
  std::string& call = picture_.callers[index].call;
  if (call.empty()) call = event.call;
  return event.site;
}

int Measurement::thread_of(const Event& event) {
  // The end of the program is not a call: the thread may have made none.
  if (event.call == "exit" && !threads_.contains({event.pid, event.thread})) {
    return 0;
  }
  const auto next = static_cast<int>(picture_.threads.size());
  const auto [found, is_new] =
      threads_.try_emplace({event.pid, event.thread}, next);
  if (is_new) {
    picture_.threads.push_back(
        {event.pid, event.thread, clock_.called(event), 0, {}});
  }
  Thread& thread = picture_.threads[static_cast<std::size_t>(found->second)];
  thread.end = std::max(thread.end, clock_.returned(event));
  if (event.cpu >= 0) add_processor(event, thread);
  return found->second;
}

// The numbers of the trace begin again at 2^32.
void Measurement::add_processor(const Event& event, Thread& thread) {
  Counters& last = counters_[&thread - picture_.threads.data()];
  const auto used = static_cast<std::uint32_t>(event.cpu);
  const auto delayed =
      static_cast<std::uint32_t>(std::max<std::int64_t>(event.delayed, 0));
  Processor sample{clock_.called(event), 0, 0};
  if (!thread.processor.empty()) {
    sample.used = thread.processor.back().used + (used - last.used) / 1e6;
    sample.delayed =
        thread.processor.back().delayed + (delayed - last.delayed) / 1e6;
  }
  last = {used, delayed};
  thread.processor.push_back(sample);
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
  read.caller = caller_of(event);
  open.task.bytes += read.bytes;
  open.checksum = event.checksum;
  open.task.reads.push_back(read);
}

void Measurement::add_wait(
    const Event& event, WaitKind kind, int thread, std::size_t task, int set) {
  picture_.waits.push_back({clock_.called(event),
                            static_cast<double>(event.duration) / 1e9, thread,
                            kind, task, set, caller_of(event)});
}

int Measurement::index_of_set(const std::vector<std::size_t>& tasks) {
  if (tasks.empty()) return -1;
  return sets_.try_emplace(tasks, static_cast<int>(sets_.size())).first->second;
}

// A wait without any of the sockets is a way to sleep.
void Measurement::add_select(const Event& event, int thread) {
  if (event.sockets == 0) return;
  if (event.sockets != 1) {
    const auto tasks =
        event.sockets < 0 ? std::vector<std::size_t>() : tasks_.find_set(event);
    if (tasks.size() != 1) waits_for_several_.insert(thread);
    add_wait(event, WaitKind::any_task, thread, 0, index_of_set(tasks));
    return;
  }
  OpenTask* const open = tasks_.find_by_client(event);
  if (!open) return;
  const auto task = tasks_.index_of(*open);
  add_wait(event, WaitKind::one_task, thread, task, index_of_set({task}));
}

void Measurement::add_call(OpenTask& open, const Event& event, int thread) {
  if (is_read(event)) add_read(open, event, thread);
  if (event.call == "close") open.end(clock_.returned(event));
  if (event.received >= 0) {
    open.taken = std::max(open.taken, event.received - event.queued);
  }
  if (event.call == "connect") open.task.thread = thread;
  if (may_wait(event)) {
    if (is_read(event)) ++picture_.wakeups;
    add_wait(event, WaitKind::one_task, thread, tasks_.index_of(open));
  }
}

void Measurement::add_client(const Trace& client) {
  picture_.callers = list_callers(client);
  for (const Event& event : client.events) {
    const int thread = thread_of(event);
    if (is_wait(event) && event.sockets != 0) {
      picture_.wakeups += 1 + static_cast<std::size_t>(event.repeats);
    }
    if (is_empty(event)) {
      empty_calls_[caller_of(event)] += static_cast<std::size_t>(event.repeats);
      picture_.polls.push_back(
          {clock_.called(event), static_cast<double>(event.duration) / 1e9,
           thread, static_cast<std::size_t>(event.repeats)});
    } else if (is_wait(event)) {
      add_select(event, thread);
    } else if (OpenTask* open = tasks_.find_by_client(event)) {
      add_call(*open, event, thread);
    }
  }
}

void Measurement::add_server(const Trace& server) {
  for (const Event& event : server.events) {
    // An accept() may have begun before the client did.
    const auto end = event.time + event.duration;
    if (end < span_.begin || event.time > span_.end) continue;
    if (!tasks_.is_source(event.local) || event.peer == 0) continue;
    if (event.call.starts_with("accept") && end <= span_.end) {
      picture_.served = true;
    }
    OpenTask* open = tasks_.find_by_server(event);
    if (!open) continue;
    open->served = true;
    if (is_write(event) && event.result > 0) {
      open->task.sends.push_back(
          {clock_.returned(event), static_cast<std::size_t>(event.result)});
    }
  }
}

// A thread that waits for several tasks waits for whichever there are: at last
// only one may be left. With one task in all, there is no difference.
void Measurement::resolve_waits(const std::vector<std::size_t>& places) {
  picture_.sets.resize(sets_.size());
  for (const auto& [tasks, index] : sets_) {
    auto& set = picture_.sets[static_cast<std::size_t>(index)];
    for (const std::size_t task : tasks) set.push_back(places[task]);
  }
  for (Wait& wait : picture_.waits) {
    if (wait.kind != WaitKind::one_task) continue;
    wait.task = places[wait.task];
    const bool any_task =
        picture_.tasks.size() == 1 || waits_for_several_.contains(wait.thread);
    if (wait.set >= 0 && any_task) wait.kind = WaitKind::any_task;
  }
}

Picture Measurement::finish(int program) {
  std::vector<std::size_t> places;
  picture_.tasks = tasks_.finish(places);
  std::stable_sort(picture_.waits.begin(), picture_.waits.end(),
                   [](auto& a, auto& b) { return a.time < b.time; });
  resolve_waits(places);
  picture_.turns = find_turns(picture_, program, clock_.seconds(span_.end));
  picture_.empty_caller = most_frequent(empty_calls_);
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
