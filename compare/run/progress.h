// Shows the progress on stderr, if that is a terminal: a line, and a picture of
// the run below it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compare/measure/run_manifest.h"
#include "compare/run/live_text.h"
#include "compare/trace/trace.h"

namespace poetry_compare {

// A run that goes on, as far as it is recorded.
struct RunSoFar {
  const RunManifest& manifest;
  Span span;  // up to now
  std::vector<Trace> servers;
  Trace client;
};

// Draws a run: lines that end with '\n'.
using Draw = std::function<std::string(const RunSoFar&)>;

class Progress {
 public:
  // Without `draw` there is no picture.
  Progress(std::size_t steps, std::optional<double> seconds, Draw draw = {});
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Clears the line and the picture.
  ~Progress();

  // The common part of the next steps: "16 servers"; empty: there is none.
  void set_part(std::string part) { part_ = std::move(part); }

  // Begins the next step, without a picture.
  void next(const std::string& name);

  // Shows how much time has passed.
  void tick() { show({}); }

  // Draws the run, too, if there is a way to draw. Calls `collect` five times a
  // second at most, and less often where the pictures would take more than 2 %
  // of a processor.
  void tick(const std::function<RunSoFar()>& collect);

 private:
  void show(const std::string& picture);

  std::size_t steps_;
  std::optional<double> seconds_;
  Draw draw_;
  bool shown_;
  std::size_t step_ = 0;
  std::string part_;
  std::string name_;
  double begin_;
  LiveText text_;
  std::int64_t last_shown_ = 0;
  std::int64_t next_picture_ = 0;  // not before that time
};

}  // namespace poetry_compare
