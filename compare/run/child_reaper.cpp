#include "compare/run/child_reaper.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>
#include <string>

namespace poetry_compare {
namespace {

volatile std::sig_atomic_t interrupt = 0;

std::set<pid_t> registered;

void note_interrupt(int signal) {
  interrupt = signal;
}

std::set<pid_t> orphans() {
  std::ifstream file("/proc/thread-self/children");
  std::set<pid_t> found;
  for (pid_t pid = 0; file >> pid;) {
    if (!registered.contains(pid)) found.insert(pid);
  }
  return found;
}

}  // namespace

void adopt_orphans() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  struct sigaction action {};
  // Without SA_RESTART, so that the signal ends a system call that waits.
  action.sa_handler = note_interrupt;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    ::sigaction(signal, &action, nullptr);
  }
}

void check_interrupted() {
  if (interrupt != 0) throw Interrupted();
}

void die_of_interrupt() {
  const int signal = interrupt;
  const std::string line = std::string(program_invocation_short_name) + ": " +
                           ::strsignal(signal) + '\n';
  std::fputs(line.c_str(), stderr);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::abort();
}

void register_child(pid_t pid) {
  registered.insert(pid);
}

void unregister_child(pid_t pid) {
  registered.erase(pid);
}

void kill_orphans() {
  // A process that is killed may leave orphans of its own, so repeat.
  for (auto pids = orphans(); !pids.empty(); pids = orphans()) {
    for (const pid_t pid : pids) {
      ::kill(pid, SIGKILL);
      while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
  }
}

}  // namespace poetry_compare
