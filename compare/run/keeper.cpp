#include "compare/run/keeper.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <ctime>
#include <new>

#include "compare/run/clock.h"
#include "net/socket.h"

// After fork() all of this makes system calls only.

namespace poetry_compare {
namespace {

// --- Children ----------------------------------------------------------------

// Kills and reaps the children in a list "12 13 14 ". Returns how many.
int kill_listed(const char* list, const char* end) {
  int count = 0;
  pid_t pid = 0;
  for (; list != end; ++list) {
    if (*list != ' ') {
      pid = pid * 10 + (*list - '0');
      continue;
    }
    ::kill(pid, SIGKILL);
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid = 0;
    ++count;
  }
  return count;
}

// A process that is killed leaves its children to the keeper, so repeat. A list
// that does not fit is cut off, and the rest is in the next one.
void kill_children() {
  std::array<char, 4096> list;
  int killed = 1;
  while (killed > 0) {
    const int file = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    const ssize_t n = ::read(file, list.data(), list.size());
    ::close(file);
    killed = n > 0 ? kill_listed(list.data(), list.data() + n) : 0;
  }
}

// --- The keeper --------------------------------------------------------------

void note_stop(KeeperNotes& notes, bool is_stopped) {
  notes.is_stopped = is_stopped;
  notes.last_stop = now();
}

// A child that is continued at once no longer has the status "stopped", but the
// kernel keeps what the first pending SIGCHLD was about.
void note_signal(KeeperNotes& notes, const siginfo_t& info) {
  if (info.si_signo != SIGCHLD) return;
  if (info.si_code == CLD_STOPPED) note_stop(notes, true);
  if (info.si_code == CLD_CONTINUED) note_stop(notes, false);
}

// Notes what has happened to the children. Returns whether the command has
// ended.
bool note_children(pid_t command, KeeperNotes& notes) {
  int status = 0;
  rusage usage{};
  for (;;) {
    const pid_t pid =
        ::wait4(-1, &status, WNOHANG | WUNTRACED | WCONTINUED, &usage);
    if (pid <= 0) return false;
    if (WIFSTOPPED(status)) note_stop(notes, true);
    if (WIFCONTINUED(status)) note_stop(notes, false);
    const bool has_ended = WIFEXITED(status) || WIFSIGNALED(status);
    if (pid != command || !has_ended) continue;
    notes.wait_status = status;
    notes.usage = usage;
    notes.end = now();
    return true;
  }
}

[[noreturn]] void keep(pid_t command,
                       const sigset_t& signals,
                       KeeperNotes& notes) {
  while (!note_children(command, notes)) {
    siginfo_t info{};
    const int signal = ::sigwaitinfo(&signals, &info);
    note_signal(notes, info);
    if (signal == Keeper::terminate) ::kill(-command, SIGTERM);
    if (signal == Keeper::kill_all) ::kill(command, SIGKILL);
  }
  siginfo_t last{};
  const timespec no_time{};
  ::sigtimedwait(&signals, &last, &no_time);
  note_signal(notes, last);
  kill_children();
  ::_exit(0);
}

sigset_t block_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGCHLD, Keeper::terminate, Keeper::kill_all}) {
    ::sigaddset(&signals, signal);
  }
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

}  // namespace

Keeper::Keeper()
    : program_(::getpid()) {
  void* const memory =
      ::mmap(nullptr, sizeof(KeeperNotes), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) net::throw_last_error("mmap");
  notes_ = new (memory) KeeperNotes;
}

Keeper::~Keeper() {
  ::munmap(notes_, sizeof(KeeperNotes));
}

int Keeper::become_parent() const {
  const sigset_t signals = block_signals();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::prctl(PR_SET_PDEATHSIG, kill_all);
  // It may have ended before that.
  if (::getppid() != program_) ::_exit(0);
  const pid_t command = ::fork();
  if (command < 0) return errno;
  // Here and in the child: whichever comes first, the group exists then.
  ::setpgid(command, command);
  if (command > 0) {
    ::close_range(0, ~0U, 0);
    keep(command, signals, *notes_);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  notes_->copied_kib = usage.ru_maxrss;
  notes_->pid = ::getpid();
  return 0;
}

}  // namespace poetry_compare
