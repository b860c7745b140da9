// Has a program traced, and collects what it noted.
//
//     Recorder recorder;
//     ... start a program whose environment is recorder.environment() ...
//     const Trace trace = recorder.collect();
//
// The events are those of the whole tree of processes, whether they have ended,
// were killed, or are still running.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compare/trace/trace.h"

namespace poetry_compare {

// Where the tracer is: beside this program, or where it is installed. Throws
// std::runtime_error where there is none.
std::filesystem::path tracer_library();

// Owns the directory that the traced programs write to, and removes it. What
// still runs then is not disturbed, but not traced any longer either.
class Recorder {
 public:
  // Throws std::system_error if the directory cannot be made.
  explicit Recorder(const std::filesystem::path& library = tracer_library());
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder();

  // This program's own environment, "NAME=value", made fit for a traced one.
  std::vector<std::string> environment() const;

  // What has been noted up to now. Program, arguments and pid are those of the
  // process that was started first. The complaint says, in one line, if nothing
  // was there to note anything, as in a statically linked program, or if events
  // were lost. Throws std::system_error.
  Trace collect() const;

 private:
  std::filesystem::path directory_;
  std::filesystem::path library_;
};

}  // namespace poetry_compare
