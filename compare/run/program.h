// Programs that are started here, and ended here.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/socket.h"

namespace poetry_compare {

// CLOCK_MONOTONIC, in ns: the clock of the traces.
std::int64_t now();

// What became of a program that has ended.
struct Ending {
  std::int64_t end = 0;  // when, on the clock of now()
  std::int64_t cpu = 0;  // user and system, in us, its children included
  int status = 0;  // as the shell has it: 128 + n for death by signal n
  bool timed_out = false;
  std::string last_words;  // its last line on stderr, fit for a terminal
};

// A program and whatever it starts, in a process group of its own, without
// input. Its errors are kept from the terminal; its output too, but for the
// lines that are asked for.
class Process {
 public:
  // The environment of the program is ours, and what is given: "NAME=value".
  // Throws std::system_error if it cannot be started.
  Process(const std::vector<std::string>& words,
          const std::vector<std::string>& environment,
          bool keep_output = false);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Kills what is left.
  ~Process();

  std::int64_t begin() const { return begin_; }
  pid_t pid() const { return pid_; }

  // The next line of its output, with keep_output; none if it ends before, or
  // `seconds` pass. Throws Interrupted.
  std::optional<std::string> read_line(double seconds);

  // Until it ends; then what it started and left behind is killed. So is
  // everything after so many seconds. Calls `tick` ten times a second. Throws
  // Interrupted, see child_reaper.h.
  Ending wait(double seconds, const std::function<void()>& tick);

  // Kills it. Nothing is thrown.
  Ending stop();

 private:
  bool poll_once(int milliseconds);
  void hear_errors();
  Ending reap(bool timed_out);

  std::int64_t begin_ = 0;
  pid_t pid_ = -1;
  net::Socket exit_;  // a pidfd, readable when the program has ended
  net::Socket output_;
  net::Socket errors_;
  std::string line_;  // of the output, as far as it is there
  std::string words_;  // the end of the errors
};

}  // namespace poetry_compare
