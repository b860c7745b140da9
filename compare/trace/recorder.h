// Traces a program, and collects the events.
//
//     Recorder recorder;
//     ... start a program whose environment is recorder.environment() ...
//     const Trace trace = recorder.collect();
//
// The events are those of the program and of all processes that it has started,
// whether they have ended, were killed, or are still running.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compare/trace/temporary_directory.h"
#include "compare/trace/trace.h"

namespace poetry_compare {

// The tracer's file: beside this program, or where it is installed. Throws
// std::runtime_error if there is none.
std::filesystem::path tracer_library();

// Owns the directory that the traced programs write to, and removes it.
// Programs that still run then go on undisturbed, but are no longer traced.
class Recorder {
 public:
  // Throws std::runtime_error if the directory cannot be made.
  explicit Recorder(const std::filesystem::path& library = tracer_library());
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // The environment for a traced program, "NAME=value": this program's own, and
  // what the tracer needs.
  std::vector<std::string> environment() const;

  // The events up to now. Program, arguments and pid are those of the process
  // that was started first. `program` is the one that was to be traced; the
  // trace says why, if it was not. The complaint says, in one line, if events
  // were lost. Throws std::system_error.
  Trace collect(const std::string& program = {}) const;

 private:
  TemporaryDirectory directory_;
  std::filesystem::path library_;
};

}  // namespace poetry_compare
