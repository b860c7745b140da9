#include "compare/run/inherited_signals.h"

#include <cerrno>
#include <csignal>

namespace poetry_compare {
namespace {

sigset_t ignored;
sigset_t blocked;

}  // namespace

void take_over_signals() {
  ::sigemptyset(&ignored);
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler == SIG_IGN) ::sigaddset(&ignored, signal);
  }
  std::signal(SIGCHLD, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, &blocked);
}

bool is_ignored_by_parent(int signal) {
  return ::sigismember(&ignored, signal) == 1;
}

int restore_signals() {
  for (int signal = 1; signal < NSIG; ++signal) {
    std::signal(signal, is_ignored_by_parent(signal) ? SIG_IGN : SIG_DFL);
  }
  return ::sigprocmask(SIG_SETMASK, &blocked, nullptr) == 0 ? 0 : errno;
}

}  // namespace poetry_compare
