// One child process: its start, its output, its end, and what it inherits.
#include "compare/run/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using poetry_compare::ChildCommand;
using poetry_compare::ChildProcess;
using poetry_compare::to_pipe;

constexpr auto patience = 20s;

ChildCommand shell(const std::string& script) {
  ChildCommand command;
  command.words = {"sh", "-c", script};
  command.output = to_pipe;
  return command;
}

// Reads until `wanted` is there, or to the end of the output.
std::string read_until(ChildProcess& child, const std::string& wanted) {
  std::string text;
  while (child.output() >= 0 && text.find(wanted) == text.npos) {
    pollfd fd{child.output(), POLLIN, 0};
    if (::poll(&fd, 1, -1) > 0) child.read_output(text);
  }
  return text;
}

std::string read_all(ChildProcess& child) {
  return read_until(child, "no program prints this");
}

std::string output_of(const ChildCommand& command) {
  ChildProcess child(command);
  const std::string text = read_all(child);
  EXPECT_EQ(child.wait().status(), 0);
  return text;
}

int error_of_start(const ChildCommand& command) {
  try {
    ChildProcess child(command);
  } catch (const std::system_error& error) {
    return error.code().value();
  }
  return 0;
}

// A pipe whose reader is a child's input.
struct Input {
  Input() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) == 0) {
      reader = net::Socket(fds[0]);
      writer = net::Socket(fds[1]);
    }
  }
  void send(const std::string& line) const {
    EXPECT_EQ(::write(writer.fd(), line.data(), line.size()),
              static_cast<ssize_t>(line.size()));
  }
  net::Socket reader;
  net::Socket writer;
};

bool has_no_children() {
  return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD;
}

std::string status_field(pid_t pid, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":\t")) return line.substr(name.size() + 2);
  }
  return "";
}

// --- The start ---------------------------------------------------------------

TEST(ChildProcess, TheConstructorThrowsTheErrnoOfExec) {
  EXPECT_EQ(error_of_start({.words = {"no-such-program"}}), ENOENT);
  EXPECT_EQ(error_of_start({.words = {"/no/such/program"}}), ENOENT);
  EXPECT_EQ(error_of_start({.words = {"/proc/self/status"}}), EACCES);
  EXPECT_TRUE(has_no_children());
}

TEST(ChildProcess, TheConstructorThrowsTheErrnoOfPrepare) {
  EXPECT_EQ(
      error_of_start({.words = {"true"}, .prepare = [] { return EPERM; }}),
      EPERM);
  EXPECT_TRUE(has_no_children());
}

TEST(ChildProcess, PrepareRunsInTheChild) {
  ChildCommand command = shell("pwd");
  command.prepare = [] { return ::chdir("/usr") == 0 ? 0 : errno; };
  EXPECT_EQ(output_of(command), "/usr\n");
}

TEST(ChildProcess, TheGivenEnvironmentReplacesOurs) {
  ::setenv("CHILD_TEST_OURS", "ours", 1);
  ::setenv("CHILD_TEST_BOTH", "ours", 1);
  ChildCommand command = shell("echo $CHILD_TEST_OURS $CHILD_TEST_BOTH");
  command.environment = {"CHILD_TEST_BOTH=given"};
  EXPECT_EQ(output_of(command), "ours given\n");
}

TEST(ChildProcess, InputAndOutputAreNullByDefault) {
  EXPECT_EQ(output_of(shell("cat; readlink /proc/self/fd/0")), "/dev/null\n");
  ChildProcess child({.words = {"sh", "-c", "echo lost; echo lost >&2"}});
  EXPECT_EQ(child.output(), -1);
  EXPECT_EQ(child.errors(), -1);
  EXPECT_EQ(child.wait().status(), 0);
}

TEST(ChildProcess, AStreamMayLeadToADescriptor) {
  Input pipe;
  ChildCommand command = shell("echo both >&2");
  command.errors = pipe.writer.fd();
  EXPECT_EQ(output_of(command), "");
  char text[6] = "";
  EXPECT_EQ(::read(pipe.reader.fd(), text, 5), 5);
  EXPECT_STREQ(text, "both\n");
}

// The lowest numbers are free then, and the pipes get them.
TEST(ChildProcess, StartsWhenOurStandardStreamsAreClosed) {
  const net::Socket in(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  const net::Socket out(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  ::close(STDIN_FILENO);
  ::close(STDOUT_FILENO);
  ChildCommand command = shell("cat; echo out");
  const std::string text = output_of(command);
  const int error = error_of_start({.words = {"no-such-program"}});
  ::dup2(in.fd(), STDIN_FILENO);
  ::dup2(out.fd(), STDOUT_FILENO);
  EXPECT_EQ(text, "out\n");
  EXPECT_EQ(error, ENOENT);
}

TEST(ChildProcess, AClosedStreamIsClosedInTheChildToo) {
  const net::Socket in(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  ::close(STDIN_FILENO);
  ChildCommand command = shell("[ -e /proc/self/fd/0 ] || echo closed");
  command.input = STDIN_FILENO;
  const std::string text = output_of(command);
  ::dup2(in.fd(), STDIN_FILENO);
  EXPECT_EQ(text, "closed\n");
}

// --- What it inherits --------------------------------------------------------

std::set<int> inheritable() {
  std::set<int> result = {0, 1, 2};
  for (int fd = 3; fd < 1024; ++fd) {
    const int flags = ::fcntl(fd, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) result.insert(fd);
  }
  return result;
}

TEST(ChildProcess, TheChildInheritsNoPipeOfOurs) {
  const Input input;
  ChildCommand command{.words = {"cat"},
                       .input = input.reader.fd(),
                       .output = to_pipe,
                       .errors = to_pipe};
  const ChildProcess first({.words = {"cat"}, .output = to_pipe});
  ChildProcess second(command);
  input.send("on\n");  // what cat repeats when it has started completely
  EXPECT_EQ(read_until(second, "on\n"), "on\n");
  std::set<int> inherited;
  const auto directory = "/proc/" + std::to_string(second.pid()) + "/fd";
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    inherited.insert(std::stoi(entry.path().filename()));
  }
  EXPECT_EQ(inherited, inheritable());
}

class ChildSignals : public testing::Test {
 protected:
  ChildSignals() {
    std::signal(SIGUSR1, SIG_IGN);
    sigset_t blocked;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGUSR2);
    ::sigprocmask(SIG_BLOCK, &blocked, &before_);
  }
  ~ChildSignals() override {
    std::signal(SIGUSR1, SIG_DFL);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  static bool has(const std::string& field, int signal, bool isolated) {
    const Input input;
    ChildProcess child(
        {.words = {"cat"}, .input = input.reader.fd(), .isolated = isolated});
    const auto set = std::stoull(status_field(child.pid(), field), nullptr, 16);
    return (set >> (signal - 1) & 1) != 0;
  }
  sigset_t before_{};
};

TEST_F(ChildSignals, AnIsolatedChildHasDefaultSignals) {
  EXPECT_FALSE(has("SigIgn", SIGUSR1, true));
  EXPECT_FALSE(has("SigBlk", SIGUSR2, true));
}

TEST_F(ChildSignals, AnyOtherChildInheritsThem) {
  EXPECT_TRUE(has("SigIgn", SIGUSR1, false));
  EXPECT_TRUE(has("SigBlk", SIGUSR2, false));
}

TEST(ChildProcess, AnIsolatedChildLeadsAGroup) {
  const Input input;
  ChildCommand command{.words = {"cat"}, .input = input.reader.fd()};
  const ChildProcess leader(command);
  EXPECT_EQ(::getpgid(leader.pid()), leader.pid());
  command.isolated = false;
  const ChildProcess member(command);
  EXPECT_EQ(::getpgid(member.pid()), ::getpgrp());
}

// --- Output ------------------------------------------------------------------

TEST(ChildProcess, OutputArrivesInPieces) {
  const Input input;
  ChildCommand command = shell("echo one; read go; echo two");
  command.input = input.reader.fd();
  ChildProcess child(command);
  EXPECT_EQ(read_until(child, "one\n"), "one\n");
  EXPECT_FALSE(child.ends_within(0ms));
  std::string nothing;
  child.read_output(nothing);
  EXPECT_EQ(nothing, "");
  input.send("go\n");
  EXPECT_EQ(read_all(child), "two\n");
  EXPECT_EQ(child.wait().status(), 0);
}

TEST(ChildProcess, MoreOutputThanAPipeHoldsIsReadWhole) {
  EXPECT_EQ(output_of(shell("head -c 1000000 /dev/zero")).size(), 1'000'000U);
}

TEST(ChildProcess, ErrorsAreReadSeparately) {
  ChildCommand command = shell("echo out; echo err >&2");
  command.errors = to_pipe;
  ChildProcess child(command);
  EXPECT_EQ(read_all(child), "out\n");
  ASSERT_TRUE(child.ends_within(patience));
  std::string errors;
  child.read_errors(errors);
  EXPECT_EQ(errors, "err\n");
  child.read_errors(errors);
  EXPECT_EQ(child.errors(), -1);
}

TEST(ChildProcess, AChildThatClosesItsOutputLivesOn) {
  const Input input;
  ChildCommand command = shell("exec >&-; read go; exit 3");
  command.input = input.reader.fd();
  ChildProcess child(command);
  EXPECT_EQ(read_all(child), "");
  EXPECT_EQ(child.output(), -1);
  EXPECT_FALSE(child.ends_within(0ms));
  input.send("go\n");
  EXPECT_EQ(child.wait().status(), 3);
}

// --- The end -----------------------------------------------------------------

TEST(ChildProcess, TheStatusIsAShells) {
  EXPECT_EQ(ChildProcess(shell("exit 3")).wait().status(), 3);
  EXPECT_EQ(ChildProcess(shell("exit 143")).wait().status(), 143);
  const auto killed = ChildProcess(shell("kill -TERM $$")).wait();
  EXPECT_EQ(killed.status(), 143);
  EXPECT_TRUE(WIFSIGNALED(killed.wait_status));
  EXPECT_TRUE(has_no_children());
}

TEST(ChildProcess, TheExitTellsTimeAndMemory) {
  const auto exit = ChildProcess(shell("i=0; while [ $i -lt 20000 ]; do "
                                       "i=$((i+1)); done"))
                        .wait();
  EXPECT_GT(exit.cpu(), 0us);
  EXPECT_GT(exit.usage.ru_maxrss, 0);
}

TEST(ChildProcess, TheRestOfTheGroupIsKilledByWait) {
  ChildProcess child(shell("sleep 600 & exit 0"));
  EXPECT_TRUE(child.ends_within(patience));
  EXPECT_EQ(child.wait().status(), 0);
  EXPECT_EQ(read_all(child), "");  // ends, as the last writer was killed
}

TEST(ChildProcess, ASignalGoesToTheChildAlone) {
  ChildProcess child(
      shell("trap 'wait; exit 5' USR1;"
            "sh -c 'trap \"echo no\" USR1; echo on; sleep .1' & wait; exit 6"));
  EXPECT_EQ(read_until(child, "on\n"), "on\n");
  child.signal(SIGUSR1);
  EXPECT_EQ(read_all(child), "");
  EXPECT_EQ(child.wait().status(), 5);
}

TEST(ChildProcess, StopSendsSigtermFirst) {
  ChildProcess child(
      shell("trap 'exit 4' TERM; echo on; while :; do sleep .01; done"));
  read_until(child, "on\n");
  EXPECT_EQ(child.stop(patience).status(), 4);
}

TEST(ChildProcess, StopKillsAChildThatIgnoresSigterm) {
  ChildProcess child(
      shell("trap '' TERM; echo on; while :; do sleep .01; done"));
  read_until(child, "on\n");
  EXPECT_EQ(child.stop(50ms).status(), 128 + SIGKILL);
  EXPECT_EQ(read_all(child), "");
}

TEST(ChildProcess, StopWithoutGraceKillsAtOnce) {
  ChildProcess child(
      shell("trap 'exit 4' TERM; echo on; while :; do sleep .01; done"));
  read_until(child, "on\n");
  EXPECT_EQ(child.stop().status(), 128 + SIGKILL);
}

TEST(ChildProcess, StopKeepsTheStatusOfAChildThatHasEnded) {
  ChildProcess child(shell("exit 3"));
  ASSERT_TRUE(child.ends_within(patience));
  EXPECT_EQ(child.stop(patience).status(), 3);
}

TEST(ChildProcess, TheDestructorKillsTheChild) {
  pid_t pid = 0;
  {
    const ChildProcess child(shell("sleep 600"));
    pid = child.pid();
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_TRUE(has_no_children());
}

// --- Signals meanwhile -------------------------------------------------------

void ignore_alarm(int) {}

// Every system call that waits may fail with EINTR here.
class ChildInterrupted : public testing::Test {
 protected:
  ChildInterrupted() {
    struct sigaction action {};
    action.sa_handler = ignore_alarm;
    ::sigaction(SIGALRM, &action, nullptr);
    const itimerval often{{0, 500}, {0, 500}};
    ::setitimer(ITIMER_REAL, &often, nullptr);
  }
  ~ChildInterrupted() override {
    const itimerval never{};
    ::setitimer(ITIMER_REAL, &never, nullptr);
    std::signal(SIGALRM, SIG_DFL);
  }
};

TEST_F(ChildInterrupted, TheStartIsReportedAllTheSame) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(error_of_start({.words = {"no-such-program"}}), ENOENT);
  }
}

TEST_F(ChildInterrupted, WaitReturnsTheStatus) {
  ChildProcess child(shell("sleep .05; exit 3"));
  EXPECT_EQ(child.wait().status(), 3);
}

TEST_F(ChildInterrupted, StopWaitsForTheWholeGrace) {
  ChildProcess child(shell(
      "trap 'sleep .05; exit 4' TERM; echo on; while :; do sleep .01; done"));
  read_until(child, "on\n");
  EXPECT_EQ(child.stop(patience).status(), 4);
}

}  // namespace
