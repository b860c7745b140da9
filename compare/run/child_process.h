// One child process: starts a program, reads what it writes, and returns how it
// ended.
//
// The class is passive. It has no thread and no signal handler, and it waits
// only in wait() and stop(). Its owner waits for output(), errors() and ended()
// with poll() or a reactor, and calls the function for what is ready.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "net/socket.h"

namespace poetry_compare {

// Where a standard stream of the child leads, other than to a descriptor of
// this process.
constexpr int to_null = -1;  // /dev/null
constexpr int to_pipe = -2;  // a pipe that this process reads

struct ChildCommand {
  // The program, which is searched for in PATH, and its arguments.
  std::vector<std::string> words{};
  // "NAME=value", added to this process's environment. These values win.
  std::vector<std::string> environment{};
  int input = to_null;  // to_null, or a descriptor
  int output = to_null;
  int errors = to_null;
  // An isolated child is the leader of a new process group, has the default
  // action for every signal and blocks none, and is killed when this process
  // ends. Any other child shares the terminal, and inherits all of that.
  bool isolated = true;
  // Called in the child immediately before exec(). Makes system calls only;
  // returns 0, or the errno with which the start fails.
  std::function<int()> prepare{};
};

// How a child ended.
struct ChildExit {
  int wait_status = 0;  // as waitpid() returns it
  rusage usage{};  // of the child and of the processes that it waited for

  // The exit status, or 128 + n after death by signal n, as in a shell.
  int status() const;
  std::chrono::microseconds cpu() const;  // user and system
};

class ChildProcess {
 public:
  // Returns when the program runs. Throws std::system_error if it cannot be
  // started, with the errno of the call that failed, exec() included.
  explicit ChildProcess(const ChildCommand& command);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Kills the child and waits for it, unless wait() or stop() has returned.
  ~ChildProcess();

  pid_t pid() const { return pid_; }

  // Descriptors to wait for. A pipe is readable when the child has written
  // something, and at its end; -1 without a pipe, and once the end was read.
  // ended() is readable when the child has ended.
  int output() const { return output_.fd(); }
  int errors() const { return errors_.fd(); }
  int ended() const { return ended_.fd(); }

  // Appends a part of what the child has written, and does not wait. Closes
  // the pipe at its end. A process that the child has left behind may keep the
  // pipe open for longer than the child lives.
  void read_output(std::string& text);
  void read_errors(std::string& text);

  // Sends a signal to the child alone.
  void signal(int number);

  // Whether the child ends within this time. Returns early after a signal.
  bool ends_within(std::chrono::milliseconds timeout) const;

  // Waits until the child has ended. Then kills what is left of its group. To
  // be called once, or stop() instead.
  ChildExit wait();

  // Ends the child's group: with SIGTERM, and after `grace` with SIGKILL. With
  // no grace it is SIGKILL at once.
  ChildExit stop(std::chrono::milliseconds grace = {});

 private:
  ChildProcess() = default;
  void start(const ChildCommand& command);
  void watch(const net::Socket& failure);
  void signal_group(int number);

  pid_t pid_ = -1;
  bool has_group_ = false;
  net::Socket output_;  // a net::Socket owns any descriptor
  net::Socket errors_;
  net::Socket ended_;  // a pidfd
};

}  // namespace poetry_compare
