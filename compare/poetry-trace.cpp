// Runs a program, and records what it does with its TCP sockets.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/core.h>

#include "cli/command_line.h"
#include "cli/print.h"
#include "cli/tasks.h"
#include "compare/output_files.h"
#include "compare/run/child_process.h"
#include "compare/trace/recorder.h"
#include "compare/trace/temporary_directory.h"
#include "compare/trace/writer.h"

namespace {

using poetry_compare::ChildCommand;
using poetry_compare::ChildProcess;

constexpr int not_executable = 126;
constexpr int not_found = 127;

const cli::ProgramHelp program_help = {
    "-o run.jsonl nc localhost 10000",
    "COMMAND [ARGUMENT...]",
    "Runs the command, and records each call that it makes to a TCP socket, "
    "and\n"
    "each wait. Then a line on stderr says where the trace is.\n"
    "\n"
    "The exit status is the command's. It is 126 if the command cannot be\n"
    "executed, and 127 if it is not found; then no trace is written.\n",
    {{"o,output", "FILE", "poetry-trace.jsonl",
      "Write the trace to this file."}},
};

// How many words of the command line come before the command.
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

sigset_t block_signals() {
  sigset_t set;
  sigset_t before;
  ::sigemptyset(&set);
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) {
    ::sigaddset(&set, signal);
  }
  ::sigprocmask(SIG_BLOCK, &set, &before);
  return before;
}

// The keys of a terminal send SIGINT and SIGQUIT to the command, too, which
// decides what to do. SIGTERM and SIGHUP are sent to this process alone, and
// meant for the command.
void mind_signals(pid_t pid, const sigset_t& before) {
  child = pid;
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

// Dies by the signal that has ended the command, because a shell looks at that.
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

// The command shares our terminal, and inherits the signal mask and actions
// that we have inherited. The signals are blocked until there is a process to
// pass them on to.
std::unique_ptr<ChildProcess> start(
    char** command, const std::vector<std::string>& environment) {
  const sigset_t before = block_signals();
  ChildCommand child_command{.environment = environment,
                             .input = STDIN_FILENO,
                             .output = STDOUT_FILENO,
                             .errors = STDERR_FILENO,
                             .isolated = false};
  for (char** word = command; *word; ++word) {
    child_command.words.emplace_back(*word);
  }
  child_command.prepare = [&before] {
    return ::sigprocmask(SIG_SETMASK, &before, nullptr) == 0 ? 0 : errno;
  };
  auto process = std::make_unique<ChildProcess>(child_command);
  mind_signals(process->pid(), before);
  return process;
}

poetry_compare::Trace trace_of(const poetry_compare::Recorder& recorder,
                               char** command,
                               pid_t pid) {
  poetry_compare::Trace trace = recorder.collect();
  trace.program = *command;
  trace.arguments.clear();
  while (*++command) trace.arguments.emplace_back(*command);
  trace.pid = pid;
  return trace;
}

// Waits for the command and writes its trace. Returns the command's status, as
// waitpid() has it.
int finish(ChildProcess& process,
           const poetry_compare::Recorder& recorder,
           char** command,
           const std::string& file) {
  const pid_t pid = process.pid();
  const int status = process.wait().wait_status;
  const auto trace = trace_of(recorder, command, pid);
  if (!trace.complaint.empty()) complain(*command, trace.complaint);
  poetry_compare::write_trace(trace, file);
  std::fputs(
      fmt::format("poetry-trace: the trace is in {}\n", cli::escape(file))
          .c_str(),
      stderr);
  return status;
}

int run(char** command, const std::string& file) {
  const poetry_compare::Recorder recorder;
  std::unique_ptr<ChildProcess> process;
  try {
    process = start(command, recorder.environment());
  } catch (const std::system_error& error) {
    complain(*command, error.code().message());
    const bool found = error.code() != std::errc::no_such_file_or_directory;
    return W_EXITCODE(found ? not_executable : not_found, 0);
  }
  return finish(*process, recorder, command, file);
}

}  // namespace

int main(int argc, char** argv) try {
  const int own = count_own_words(argc, argv);
  const cli::CommandLine line(own, argv, program_help);
  char** const command = argv + own;
  if (!*command) cli::usage_error("a command is missing");
  const std::string file = *line.text("output");

  // Before the command runs, which may take an hour.
  poetry_compare::require_writable({{"--output", file}});
  poetry_compare::remove_abandoned_directories();

  const int status = run(command, file);
  if (WIFSIGNALED(status)) die_of(WTERMSIG(status));
  return WEXITSTATUS(status);
} catch (const std::exception& error) {
  return cli::report(error);
}
