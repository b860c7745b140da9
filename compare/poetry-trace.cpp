// Runs a program, and notes what it does with its TCP sockets.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "cli/command_line.h"
#include "cli/tasks.h"
#include "compare/trace/recorder.h"
#include "compare/trace/writer.h"
#include "net/socket.h"

namespace {

constexpr int not_executable = 126;
constexpr int not_found = 127;

const cli::Manual manual = {
    "-o run.jsonl nc localhost 10000",
    "COMMAND [ARGUMENT...]",
    "Runs the command, and notes each call that it makes to a TCP socket, and\n"
    "each wait. The exit status is the command's; 126 if it cannot be\n"
    "executed, 127 if there is none.\n",
    {{"o,output", "FILE", "poetry-trace.jsonl", "Where the trace goes."}},
};

// How many words of the command line are ours: up to the command.
int count_own_words(int argc, char** argv) {
  int i = 1;
  for (; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--") return i + 1;
    if (word.size() < 2 || word[0] != '-') break;
    if (word == "-o" || word == "--output") ++i;
  }
  return std::min(i, argc);
}

void complain(const std::string& command, const std::string& what) {
  std::fputs(fmt::format("poetry-trace: {}: {}\n", command, what).c_str(),
             stderr);
}

// --- Signals -----------------------------------------------------------------

volatile std::sig_atomic_t child = 0;

void pass_on(int signal) {
  const int error = errno;
  ::kill(static_cast<pid_t>(child), signal);
  errno = error;
}

constexpr std::array<int, 4> ours = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};

sigset_t block_signals() {
  sigset_t set;
  sigset_t before;
  ::sigemptyset(&set);
  for (const int signal : ours) ::sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, &before);
  return before;
}

// A key at the terminal reaches the command as well as us: it decides. Who asks
// us to end by our number means the command.
void mind_signals(const sigset_t& before) {
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGQUIT, SIG_IGN);
  for (const int signal : {SIGTERM, SIGHUP}) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler == SIG_IGN) continue;
    action.sa_handler = pass_on;
    ::sigaction(signal, &action, nullptr);
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

// As the command died, so do we: a shell looks at that.
[[noreturn]] void die_of(int signal) {
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  std::signal(signal, SIG_DFL);
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, signal);
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
  std::raise(signal);
  std::_Exit(128 + signal);
}

// --- The command -------------------------------------------------------------

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) {
    result.push_back(const_cast<char*>(text.c_str()));
  }
  result.push_back(nullptr);
  return result;
}

// Returns 0, or why the command could not be started.
int start(char** command, const std::vector<std::string>& environment) {
  const auto variables = pointers(environment);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) net::throw_last_error("pipe");
  const net::Socket out(ends[0]);
  net::Socket in(ends[1]);

  const sigset_t before = block_signals();
  const pid_t pid = ::fork();
  if (pid < 0) net::throw_last_error("fork");
  if (pid == 0) {
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    ::execvpe(*command, command, variables.data());
    const int error = errno;
    const ssize_t told = ::write(in.fd(), &error, sizeof error);
    std::_Exit(told < 0 ? not_executable : not_found);
  }
  child = pid;
  mind_signals(before);
  in.close();

  int error = 0;
  ssize_t n = 0;
  do {
    n = ::read(out.fd(), &error, sizeof error);
  } while (n < 0 && errno == EINTR);
  return error;
}

int wait_for_child() {
  int status = 0;
  while (::waitpid(static_cast<pid_t>(child), &status, 0) < 0) {
    if (errno != EINTR) net::throw_last_error("waitpid");
  }
  return status;
}

poetry_compare::Trace trace_of(const poetry_compare::Recorder& recorder,
                               char** command) {
  poetry_compare::Trace trace = recorder.collect();
  trace.program = *command;
  trace.arguments.clear();
  while (*++command) trace.arguments.emplace_back(*command);
  trace.pid = static_cast<int>(child);
  return trace;
}

// Returns the command's status, as waitpid() has it.
int run(char** command, const std::string& file) {
  const poetry_compare::Recorder recorder;
  const int error = start(command, recorder.environment());
  const int status = wait_for_child();
  if (error != 0) {
    complain(*command, std::strerror(error));
    return W_EXITCODE(error == ENOENT ? not_found : not_executable, 0);
  }
  const poetry_compare::Trace trace = trace_of(recorder, command);
  if (!trace.complaint.empty()) complain(*command, trace.complaint);
  poetry_compare::write_trace(trace, file);
  return status;
}

}  // namespace

int main(int argc, char** argv) try {
  const int own = count_own_words(argc, argv);
  const cli::CommandLine line(own, argv, manual);
  char** const command = argv + own;
  if (!*command) cli::usage_error("a command is missing");
  const std::string file = *line.text("output");

  // Before the command has run for an hour.
  const net::Socket out(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (out.fd() < 0) net::throw_last_error("cannot write " + file);

  const int status = run(command, file);
  if (WIFSIGNALED(status)) die_of(WTERMSIG(status));
  return WEXITSTATUS(status);
} catch (const std::exception& error) {
  return cli::report(error);
}
