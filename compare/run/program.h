// A program of the comparison: a server or a client.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compare/run/child_process.h"
#include "compare/run/clock.h"
#include "compare/run/keeper.h"

namespace poetry_compare {

// How a program ended.
struct Ending {
  std::int64_t end = 0;  // when, on the clock of now()
  std::int64_t cpu = 0;  // user and system, in us, its children included
  std::optional<std::int64_t> switches;  // voluntary ones, likewise
  std::optional<std::int64_t> memory;  // the peak of its largest process, bytes
  int status = 0;  // as a shell has it: 128 + n for death by signal n
  bool timed_out = false;
  bool stopped = false;  // at some time, as by SIGSTOP
  std::string last_words;  // its last line on stderr, fit for a terminal
};

// A command and whatever it starts, with a keeper. It ignores and blocks the
// signals that this program was started with. Its errors are kept from the
// terminal, and so is its output, except for the lines that are read.
class Program {
 public:
  // `environment` is added to this program's: "NAME=value". Throws
  // std::system_error if the program cannot be started.
  Program(const std::vector<std::string>& words,
          const std::vector<std::string>& environment,
          bool keep_output = false);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Kills the program, and what it has started.
  ~Program();

  std::int64_t begin() const { return begin_; }
  pid_t pid() const { return keeper_.notes().pid; }

  // Whether it was stopped, as by SIGSTOP, at any moment after that time. The
  // keeper notes each stop of the command; of the processes that the command
  // has started, a stop is found that lasts longer than a tick of wait().
  bool was_stopped_since(std::int64_t time) const;

  // The next line of its output, with keep_output. None if the output ends
  // first, or if the program has run for `seconds`. Throws Interrupted.
  std::optional<std::string> read_line(double seconds);

  // Waits until the program ends, and kills it when it has run for `seconds`.
  // Then kills what it has started and left behind. Calls `tick` ten times a
  // second. Throws Interrupted, see interrupts.h.
  Ending wait(double seconds, const std::function<void()>& tick);

  // Ends the program: with SIGTERM first if there is a grace.
  Ending stop(std::chrono::milliseconds grace = {});

 private:
  bool has_run_for(double seconds) const;
  bool ends_within_a_tick();
  void read_errors();
  void add_usage(Ending& ending) const;
  Ending finish();

  const std::int64_t begin_;
  Keeper keeper_;
  ChildProcess child_;  // the keeper
  std::int64_t last_stop_ = 0;  // when a descendant was last found stopped
  std::string output_;  // what was not yet returned by read_line()
  std::string errors_;  // the last part
};

}  // namespace poetry_compare
