#include "cli/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/cfg/env.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "cli/print.h"
#include "net/socket.h"

namespace cli {
namespace {

// --- Printing ----------------------------------------------------------------

// Otherwise a socket would get the number of a standard stream, and printed
// lines would go to a server.
void open_missing_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) < 0) ::open("/dev/null", O_RDONLY);
  }
}

[[noreturn]] void cannot_print() {
  const std::string reason = std::strerror(errno);
  std::fputs((program_name() + ": cannot print: " + reason + '\n').c_str(),
             stderr);
  std::quick_exit(EXIT_FAILURE);  // does not flush stdout, which would fail
}

// All that is printed to stdout comes through here.
ssize_t write_all(void*, const char* data, std::size_t size) {
  std::size_t written = 0;
  while (written < size) {
    const ssize_t n = ::write(STDOUT_FILENO, data + written, size - written);
    if (n >= 0) {
      written += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN) {
      // Another program that uses this terminal made it non-blocking.
      pollfd room{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      cannot_print();
    }
  }
  return static_cast<ssize_t>(size);
}

void replace_stdout() {
  const cookie_io_functions_t functions{nullptr, write_all, nullptr, nullptr};
  std::FILE* stream = ::fopencookie(nullptr, "w", functions);
  if (!stream) cannot_print();
  static std::array<char, BUFSIZ> buffer;
  std::setvbuf(stream, buffer.data(), _IOLBF, buffer.size());
  stdout = stream;
}

// --- Logging -----------------------------------------------------------------

void set_up_log() {
  spdlog::set_default_logger(spdlog::stderr_logger_mt(program_name()));
  spdlog::set_pattern("%n: %l: %v");
  spdlog::set_level(spdlog::level::warn);
  spdlog::cfg::load_env_levels();
}

// --- Signals -----------------------------------------------------------------

// Built early, since a signal handler must not build strings. Never destroyed,
// since a signal may come while the program ends.
std::string& on_sigint = *new std::string;
std::string& on_sigterm = *new std::string;

// The handler may run in any thread, and any thread may read this.
std::atomic<bool> sigint = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void say(const std::string& line) {
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

// Called in the handler of that signal, it takes effect when the handler
// returns.
void die_of(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

// Without SA_RESTART: a call that waits fails with EINTR.
void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigaction(signal, &action, nullptr);
}

// The parent process may block them, and a child inherits that.
void unblock_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGALRM}) {
    ::sigaddset(&set, signal);
  }
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

// A signal that comes just before a call begins to wait does not interrupt it.
// This alarm, a second later and again and again, does.
void wake_again(int) {
  ::alarm(1);
}

void finish(int signal) {
  const int error = errno;
  if (interrupted()) {
    die_of(signal);
  } else {
    sigint = true;
    say(on_sigint);
    struct sigaction now {};
    ::sigaction(signal, nullptr, &now);
    // If a reactor's handler has called this one, it wakes the reactor itself.
    if (now.sa_handler == finish) {
      handle(SIGALRM, wake_again);
      ::alarm(1);
    }
  }
  errno = error;
}

void end(int signal) {
  say(signal == SIGINT ? on_sigint : on_sigterm);
  die_of(signal);
}

void set_up_signals(OnSignal on_signal) {
  // The parent process may ignore it, and a child inherits that.
  std::signal(SIGPIPE, SIG_DFL);

  if (on_signal != OnSignal::end) {
    on_sigint = program_name() +
                (on_signal == OnSignal::finish_callback
                     ? ": interrupted: stops once its callback returns; "
                     : ": interrupted: reports what it has, and ends; ") +
                "a second SIGINT ends it at once\n";
    net::set_stop_check(interrupted);
    handle(SIGINT, finish);
    return;
  }
  on_sigint = program_name() + ": " + ::strsignal(SIGINT) + '\n';
  on_sigterm = program_name() + ": " + ::strsignal(SIGTERM) + '\n';
  handle(SIGINT, end);
  handle(SIGTERM, end);
}

}  // namespace

void init_process(OnSignal on_signal) {
  open_missing_streams();
  replace_stdout();
  set_up_log();
  set_up_signals(on_signal);
  unblock_signals();
}

bool interrupted() {
  return sigint;
}

void end_if_interrupted() {
  if (!interrupted()) return;
  std::fflush(stdout);
  die_of(SIGINT);
}

}  // namespace cli
