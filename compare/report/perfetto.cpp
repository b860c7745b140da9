#include "compare/report/perfetto.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "compare/trace/json_line.h"

namespace poetry_compare {
namespace {

using Json = nlohmann::ordered_json;

class Events {
 public:
  // All rows and events from now on belong to this process.
  void begin_process(std::size_t process, const std::string& name) {
    process_ = process;
    process_name_ = name;
    add_name("process_name", 0, name);
  }

  // Viewers list the rows of all processes, so each has the process's name.
  void name_row(std::size_t row, const std::string& name) {
    add_name("thread_name", row, process_name_ + ": " + name);
  }

  // Times are rounded to ns, so that events that nest still do.
  void add(std::size_t row,
           const std::string& name,
           double begin,
           double end,
           std::optional<std::size_t> bytes = {}) {
    const auto from = std::llround(std::max(0.0, begin) * 1e9);
    const auto to = std::max(from, std::llround(std::max(0.0, end) * 1e9));
    add({{"ph", "X"},
         {"pid", process_},
         {"tid", row},
         {"name", as_utf8(name)},
         {"ts", static_cast<double>(from) / 1e3},
         {"dur", static_cast<double>(to - from) / 1e3},
         {"args", bytes ? Json{{"bytes", *bytes}} : Json::object()}});
  }

  std::string finish() const {
    return "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[" + text_ + "\n]}\n";
  }

 private:
  void add_name(const char* what, std::size_t row, const std::string& name) {
    add({{"ph", "M"},
         {"pid", process_},
         {"tid", row},
         {"name", what},
         {"args", {{"name", as_utf8(name)}}}});
  }

  // A large trace becomes text event by event.
  void add(const Json& event) {
    text_ += text_.empty() ? "\n" : ",\n";
    text_ += event.dump();
  }

  std::size_t process_ = 0;
  std::string process_name_;
  std::string text_;
};

// The row of a thread of the client.
std::size_t thread_row(int thread) {
  return static_cast<std::size_t>(thread) + 1;
}

void add_threads(Events& events, const Picture& picture) {
  for (std::size_t i = 0; i < picture.threads.size(); ++i) {
    events.name_row(i + 1, fmt::format("thread {}", i + 1));
  }
  for (const Turn& turn : picture.turns) {
    events.add(thread_row(turn.thread), "turn", turn.time,
               turn.time + turn.duration);
  }
  for (const Wait& wait : picture.waits) {
    if (wait.kind != WaitKind::any_task) continue;
    events.add(thread_row(wait.thread), "wait", wait.time,
               wait.time + wait.duration);
  }
  for (std::size_t i = 0; i < picture.tasks.size(); ++i) {
    for (const Read& read : picture.tasks[i].reads) {
      events.add(thread_row(read.thread), fmt::format("read task {}", i + 1),
                 read.time - read.duration, read.time, read.bytes);
    }
  }
}

void add_server(Events& events,
                std::size_t row,
                std::size_t index,
                const Task& task) {
  if (task.sends.empty()) return;
  events.name_row(row, fmt::format("server of task {}", index + 1));
  for (const Send& send : task.sends) {
    events.add(row, "send", send.time, send.time, send.bytes);
  }
}

void add_tasks(Events& events,
               const std::vector<Poem>& poems,
               const Picture& picture) {
  // The rows are threads, tasks and servers, in that order.
  const std::size_t first_task = picture.threads.size() + 1;
  const std::size_t first_server = first_task + picture.tasks.size();
  for (std::size_t i = 0; i < picture.tasks.size(); ++i) {
    const Task& task = picture.tasks[i];
    const std::size_t row = first_task + i;
    events.name_row(row, fmt::format("task {}", i + 1));
    events.add(row, poems[task.poem].name, task.connected, task.end,
               task.bytes);
    for (const Read& read : task.reads) {
      events.add(row, "read", read.time, read.time, read.bytes);
    }
    add_server(events, first_server + i, i, task);
  }
}

}  // namespace

std::string write_perfetto(const Comparison& comparison) {
  Events events;
  for (std::size_t i = 0; i < comparison.variants.size(); ++i) {
    const Variant& variant = comparison.variants[i];
    events.begin_process(i + 1, variant.name);
    add_threads(events, variant.picture);
    add_tasks(events, comparison.poems, variant.picture);
  }
  return events.finish();
}

}  // namespace poetry_compare
