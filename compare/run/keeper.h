// The parent process of a command and of all that the command starts.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <atomic>
#include <csignal>
#include <cstdint>

namespace poetry_compare {

// The notes of a keeper, for the program that has started it. Times are those
// of now(); 0: that has not happened.
struct KeeperNotes {
  std::atomic<pid_t> pid = 0;  // the command's
  // The last time when a child was stopped or continued.
  std::atomic<std::int64_t> last_stop = 0;
  std::atomic<bool> is_stopped = false;
  // The end of the command, when `end` is not 0.
  std::atomic<std::int64_t> end = 0;
  int wait_status = 0;
  rusage usage{};  // of the command and the processes that it waited for
  // Before the command is executed. The kernel counts the memory that fork()
  // has copied as used by the command: its peak is known if it is larger.
  long copied_kib = 0;
};

// A process between this program and a command. When a process ends, the kernel
// gives its children to the nearest ancestor that asks for them. That is the
// keeper: so it knows which processes the command has left behind, and they do
// not mix with children that this program had before it was executed.
//
// The keeper kills all of them when the command has ended, and when this
// program ends, however that comes. Then it ends itself.
class Keeper {
 public:
  // Signals for the keeper: the first is passed on to the command's process
  // group, the second kills the command and all that it has started.
  static constexpr int terminate = SIGTERM;
  static constexpr int kill_all = SIGUSR1;

  // Throws std::system_error.
  Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  ~Keeper();

  const KeeperNotes& notes() const { return *notes_; }

  // Called in the process that becomes the keeper. Returns in a child of it,
  // which is to execute the command: 0, or the errno of fork().
  int become_parent() const;

 private:
  KeeperNotes* notes_;  // in memory that it shares with this program
  pid_t program_;
};

}  // namespace poetry_compare
