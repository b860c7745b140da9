// Programs as a user sees them: their output, and how they end.
//
// Nothing here waits for ever. After `patience`, an exception that names the
// missing event ends the test.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "compare/run/child_process.h"
#include "net/socket.h"

namespace rig {

constexpr auto patience = std::chrono::seconds(20);

// The memory of a sanitizer cannot be told from the program's own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

// ThreadSanitizer delays a signal until the program makes a call that it
// intercepts. recv() and select() are not among those.
#ifdef __SANITIZE_THREAD__
constexpr bool are_signals_held_back = true;
#else
constexpr bool are_signals_held_back = false;
#endif

// Waits until the condition holds, asking again and again.
void eventually(const std::string& what, const std::function<bool()>& holds);

// A program of this project, "async-client/get-poetry", and a poem, "science".
std::string program(const std::string& name);
std::string poem_path(const std::string& name);
std::string contents(const std::string& path);

// The path of an optional tool; empty if it is missing.
std::string tool(const std::string& name);

// A minimal system may have none.
bool has_terminals();

bool has_ipv6();

// The text with every "in 0:00:02.020425" turned into "in TIME".
std::string masked(const std::string& text);

// The lines of a text, without their ends.
std::vector<std::string> lines(const std::string& text);

// Whether a process sleeps in a system call.
bool is_asleep(pid_t pid);

// --- Running a program -------------------------------------------------------

// A program to run, with its arguments and surroundings. It inherits no other
// descriptor, and every signal has its default action.
struct Command {
  std::vector<std::string> words{};  // the program, and its arguments
  std::vector<std::string> environment{};  // "NAME=value", besides ours
  std::string input{};  // on stdin, at most 64 KiB
  bool input_ends = true;  // or stdin stays open
  std::string output{};  // a file to be stdout; empty: a pipe
  bool terminal = false;  // or stdout is a raw terminal
  // The reader closes the pipe after so many lines, as head(1) does.
  std::size_t lines_wanted = std::numeric_limits<std::size_t>::max();
  std::optional<rlim_t> descriptors{};  // RLIMIT_NOFILE
  int inherited = 0;  // so many descriptors more are open
  bool as_nobody = false;  // without root's privileges
};

// The result of a program.
struct Outcome {
  std::string out;
  std::string err;
  int status = 0;  // or minus the signal that ended it, as in Python
};

// Owns the program, which ends no later than this object. A thread reads its
// output as it comes, so that the program never waits for the test.
class Process {
 public:
  explicit Process(Command command);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  pid_t pid() const { return pid_; }
  bool ended() const;
  void signal(int number);  // does nothing once it has ended

  // So far.
  std::string out() const;
  std::string err() const;
  bool reader_has_left() const { return reader_has_left_; }

  // These wait.
  void wait_for_out(const std::string& text) const;
  void wait_for_err(const std::string& text) const;
  void wait_until_it_catches(int signal) const;
  void wait_until_it_sleeps() const;
  Outcome wait() const;

  // How often it has gone to sleep since it was started.
  long sleeps() const;
  // How much memory it uses, in KiB.
  long memory() const;
  // The targets of its descriptors, as in "ls -l /proc/PID/fd".
  std::vector<std::string> descriptors() const;

 private:
  void start();
  void read_all();
  void read_out();
  void read_err();
  std::size_t lines_seen() const;

  const Command command_;
  pid_t pid_ = -1;
  net::Socket input_;  // a net::Socket owns any descriptor
  net::Socket out_;
  std::unique_ptr<poetry_compare::ChildProcess> child_;

  mutable std::mutex mutex_;  // for what follows
  std::string out_text_;
  std::string err_text_;
  std::optional<int> status_;
  std::atomic<bool> reader_has_left_ = false;
  std::thread thread_;
};

// Runs it to its end.
Outcome run(Command command);

}  // namespace rig
