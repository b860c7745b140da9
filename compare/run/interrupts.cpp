#include "compare/run/interrupts.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "compare/run/clock.h"
#include "compare/run/inherited_signals.h"

namespace poetry_compare {
namespace {

volatile std::sig_atomic_t interrupt = 0;

std::atomic<std::int64_t> continued = 0;
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

void note_interrupt(int signal) {
  interrupt = signal;
}

void note_continuation(int) {
  continued = now();
}

}  // namespace

Interrupts::Interrupts() {
  // Without SA_RESTART, so that the signal ends a system call that waits.
  struct sigaction action {};
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCONT}) {
    const bool is_optional = signal == SIGHUP || signal == SIGQUIT;
    if (is_optional && is_ignored_by_parent(signal)) continue;
    action.sa_handler = signal == SIGCONT ? note_continuation : note_interrupt;
    ::sigaction(signal, &action, &before_[signal]);
  }
}

Interrupts::~Interrupts() {
  for (const auto& [signal, action] : before_) {
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

bool was_continued_since(std::int64_t time) {
  return continued >= time;
}

}  // namespace poetry_compare
