// The tasks of a client, while the traces are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "compare/measure/measure.h"

namespace poetry_compare {

// The times of a trace, in seconds from the start of the run.
struct RunClock {
  std::int64_t begin = 0;  // in ns on CLOCK_MONOTONIC

  double seconds(std::int64_t time) const {
    return static_cast<double>(time - begin) / 1e9;
  }
  double called(const Event& event) const { return seconds(event.time); }
  double returned(const Event& event) const {
    return seconds(event.time + event.duration);
  }
};

struct OpenTask {
  Task task;
  std::uint64_t checksum = 0;  // of all bytes that were read
  bool ended = false;
  bool served = false;  // its server was traced
  int pid = 0;  // of the process that connected
  int fd = -1;
  std::int64_t taken = 0;  // bytes that the system has handed out

  void end(double time);
  // Sorts what was recorded, and decides what lay unread and what came of it.
  void finish(const Source& source);
};

// Finds the task of a call by its ports: they are all that the tracer sees of a
// connection. Pointers are valid until the next task begins.
class OpenTasks {
 public:
  OpenTasks(const std::vector<Source>& sources, const Span& span);

  // The task of a call of the client; a connect() may begin one. Null if no
  // source has the port, or if the connect() failed.
  OpenTask* find_by_client(const Event& event);

  // The tasks whose descriptors are in the set of the wait, in order. Empty:
  // not known.
  std::vector<std::size_t> find_set(const Event& event) const;

  // The task of a call of a server. Null if there is none.
  OpenTask* find_by_server(const Event& event);

  bool is_source(std::uint16_t port) const { return source_at(port); }
  std::size_t index_of(const OpenTask& task) const {
    return static_cast<std::size_t>(&task - tasks_.data());
  }

  // Finishes the tasks and moves them out, in the order of the poems. Task i
  // before is task places[i] then.
  std::vector<Task> finish(std::vector<std::size_t>& places);

 private:
  using Ports = std::pair<std::uint16_t, std::uint16_t>;  // client's, server's

  const Source* source_at(std::uint16_t port) const;
  OpenTask& begin_task(const Event& event, const Source& source);

  const std::vector<Source>& sources_;
  RunClock clock_;
  double end_;
  std::vector<OpenTask> tasks_;
  std::multimap<Ports, std::size_t> by_ports_;
};

}  // namespace poetry_compare
