// Shows the progress on stderr, if that is a terminal.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace poetry_compare {

class Progress {
 public:
  Progress(std::size_t steps, std::optional<double> seconds);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Clears the line.
  ~Progress();

  // The common part of the next steps: "16 servers"; empty: there is none.
  void set_part(std::string part) { part_ = std::move(part); }

  // Begins the next step.
  void next(const std::string& name);

  // Shows how much time has passed.
  void tick();

 private:
  std::size_t steps_;
  std::optional<double> seconds_;
  bool shown_;
  std::size_t step_ = 0;
  std::string part_;
  std::string name_;
  double begin_;
};

}  // namespace poetry_compare
