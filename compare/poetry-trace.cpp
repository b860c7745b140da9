// Runs a program, and records what it does with its TCP sockets.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/core.h>

#include "cli/command_line.h"
#include "cli/print.h"
#include "cli/tasks.h"
#include "compare/output_files.h"
#include "compare/run/child_process.h"
#include "compare/run/inherited_signals.h"
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
    "Runs the command, and records each of its calls on a TCP socket, and "
    "each\n"
    "wait. Then a line on stderr says where the trace is.\n"
    "\n"
    "A signal that is sent to this program is passed on to the command.\n"
    "\n"
    "poetry-trace cannot see programs that are statically linked, have an\n"
    "environment of their own (env -i) or get other rights (sudo). It cannot\n"
    "see sockets that are used with io_uring, with stdio (fdopen) or with\n"
    "system calls that bypass the C library (Go), and libraries that are\n"
    "loaded with RTLD_DEEPBIND.",
    {{"o,output", "FILE", "poetry-trace.jsonl",
      "Write the trace to this file."}},
    "  0-255  that of the command\n"
    "  1      the trace cannot be written, and the command's status was 0\n"
    "  2      the command line makes no sense; nothing was run\n"
    "  126    the command cannot be executed; there is no trace\n"
    "  127    the command is not found; there is no trace\n"
    "  128+n  ended by signal n, as the command was\n",
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
  const auto line = cli::one_line(command + ": " + what);
  std::fputs(fmt::format("poetry-trace: {}\n", line).c_str(), stderr);
}

// --- Signals -----------------------------------------------------------------

sigset_t signals_of_users() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) {
    ::sigaddset(&set, signal);
  }
  return set;
}

// Until release_signals(), they wait for pass_signals_on().
void block_signals() {
  sigset_t set = signals_of_users();
  ::sigaddset(&set, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
}

// A signal that the kernel sends, as for a key of the terminal, goes to the
// command, too. One that a process sends to this program alone is meant for the
// command, unless the command itself sends it to its whole process group.
void pass_signals_on(ChildProcess& command) {
  sigset_t set = signals_of_users();
  ::sigaddset(&set, SIGCHLD);
  while (!command.ends_within({})) {
    siginfo_t info{};
    const int signal = ::sigwaitinfo(&set, &info);
    const bool from_process = signal > 0 && info.si_code <= 0;
    if (signal == SIGCHLD || !from_process) continue;
    if (info.si_pid != command.pid()) command.signal(signal);
  }
}

// From now on, a signal ends this program. Discards those that were meant for
// the command, which has ended.
void release_signals() {
  const sigset_t set = signals_of_users();
  const timespec no_time{};
  while (::sigtimedwait(&set, nullptr, &no_time) > 0) {
  }
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
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

// The command shares our terminal, and ignores and blocks the signals that this
// program was started with.
std::unique_ptr<ChildProcess> start(
    char** command, const std::vector<std::string>& environment) {
  ChildCommand child_command{.environment = environment,
                             .input = STDIN_FILENO,
                             .output = STDOUT_FILENO,
                             .errors = STDERR_FILENO,
                             .isolated = false,
                             .prepare = poetry_compare::restore_signals};
  for (char** word = command; *word; ++word) {
    child_command.words.emplace_back(*word);
  }
  return std::make_unique<ChildProcess>(child_command);
}

poetry_compare::Trace trace_of(const poetry_compare::Recorder& recorder,
                               char** command,
                               pid_t pid) {
  poetry_compare::Trace trace = recorder.collect(*command);
  trace.program = *command;
  trace.arguments.clear();
  while (*++command) trace.arguments.emplace_back(*command);
  trace.pid = pid;
  return trace;
}

void complain_about(const poetry_compare::Trace& trace,
                    const std::string& command) {
  if (!trace.unseen.empty()) {
    complain(command, trace.unseen);
  } else if (trace.events.empty()) {
    complain(command, "no TCP socket was seen; --help lists what cannot be");
  }
  if (!trace.complaint.empty()) complain(command, trace.complaint);
}

// How the command ended, as waitpid() has it, and what it did. No trace if it
// did not start.
struct Recorded {
  int status = 0;
  std::optional<poetry_compare::Trace> trace;
};

// The directory of the recorder is gone when this returns.
Recorded record(char** command) {
  const poetry_compare::Recorder recorder;
  std::unique_ptr<ChildProcess> process;
  try {
    process = start(command, recorder.environment());
  } catch (const std::system_error& error) {
    complain(*command, error.code().message());
    const bool found = error.code() != std::errc::no_such_file_or_directory;
    return {W_EXITCODE(found ? not_executable : not_found, 0), {}};
  }
  pass_signals_on(*process);
  const pid_t pid = process->pid();
  const int status = process->wait().wait_status;
  return {status, trace_of(recorder, command, pid)};
}

// Whether the trace could be written. If not, says why on stderr.
bool write(const poetry_compare::Trace& trace,
           const std::string& command,
           const std::string& file) try {
  complain_about(trace, command);
  poetry_compare::write_trace(trace, file);
  std::fputs(
      fmt::format("poetry-trace: the trace is in {}\n", cli::one_line(file))
          .c_str(),
      stderr);
  return true;
} catch (const std::exception& error) {
  cli::report(error);
  return false;
}

// Returns the exit status, as waitpid() has it. It is not 0 if there is no
// trace.
int run(char** command, const std::string& file) {
  block_signals();
  const Recorded recorded = record(command);
  release_signals();
  if (!recorded.trace) return recorded.status;
  const bool written = write(*recorded.trace, *command, file);
  if (!written && recorded.status == 0) return W_EXITCODE(EXIT_FAILURE, 0);
  return recorded.status;
}

}  // namespace

int main(int argc, char** argv) try {
  poetry_compare::take_over_signals();
  const int own = count_own_words(argc, argv);
  const cli::CommandLine line(own, argv, program_help);
  char** const command = argv + own;
  if (!*command) cli::usage_error("a command is missing");
  const std::string file = *line.text("output");

  // Before the command runs, which may take an hour.
  poetry_compare::require_writable({{"--output", file}});
  poetry_compare::remove_abandoned_directories();
  // A closed stderr costs neither the trace nor the exit status.
  std::signal(SIGPIPE, SIG_IGN);

  const int status = run(command, file);
  if (WIFSIGNALED(status)) die_of(WTERMSIG(status));
  return WEXITSTATUS(status);
} catch (const std::exception& error) {
  return cli::report(error);
}
