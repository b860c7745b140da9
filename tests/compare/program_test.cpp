// A program with its keeper: what ends with it, what does not, and its stops.
#include "compare/run/program.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include "compare/run/inherited_signals.h"
#include "support/process.h"

namespace {

using namespace std::chrono_literals;
using poetry_compare::now;
using poetry_compare::Program;

constexpr double patience = 20;  // seconds
const auto no_tick = [] {};

Program shell(const std::string& script) {
  return Program({"sh", "-c", script}, {}, true);
}

// 'S' for a process that sleeps, 'T' for one that is stopped; 0: there is none.
char state(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string word;
  char state = 0;
  file >> word >> word >> state;
  return state;
}

bool is_alive(pid_t pid) {
  return state(pid) != 0 && state(pid) != 'Z';
}

// Until the keeper has noted it.
void wait_until_stopped(const Program& program) {
  for (int i = 0; i < 2000 && !program.was_stopped_since(now()); ++i) {
    std::this_thread::sleep_for(10ms);
  }
  ASSERT_EQ(state(program.pid()), 'T');
}

// The next line of the output, which is a number.
pid_t read_pid(Program& program) {
  return std::stoi(program.read_line(patience).value_or("0"));
}

// A child of this process that waits. Its own child has no parent.
struct OtherChild {
  OtherChild() {
    int fds[2];
    if (::pipe(fds) != 0) throw std::runtime_error("pipe");
    pid = ::fork();
    if (pid == 0) {
      const pid_t child = ::fork();
      if (child > 0) {
        (void)!::write(fds[1], &child, sizeof child);
        ::_exit(0);
      }
      ::pause();
      ::_exit(0);
    }
    EXPECT_EQ(::read(fds[0], &orphan, sizeof orphan), ssize_t{sizeof orphan});
    ::close(fds[0]);
    ::close(fds[1]);
  }
  ~OtherChild() {
    ::kill(orphan, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  pid_t pid = -1;
  pid_t orphan = -1;
};

// --- Processes ---------------------------------------------------------------

TEST(Program, EndsProcessesThatTheCommandHasLeftBehind) {
  Program program = shell("setsid env -i sleep 60 & echo $!; exit 3");
  const pid_t left = read_pid(program);
  EXPECT_EQ(program.wait(patience, no_tick).status, 3);
  EXPECT_FALSE(is_alive(left));
}

TEST(Program, EndsManyProcesses) {
  Program program = shell(
      "for i in 1 2 3 4 5 6 7 8 9; do (setsid sleep 60 & setsid sleep 60 &) & "
      "done; setsid sleep 60 & echo $!; wait");
  const pid_t last = read_pid(program);
  program.stop();
  EXPECT_FALSE(is_alive(last));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(Program, LeavesOtherChildrenOfThisProcessAlone) {
  const OtherChild other;
  shell("exit 0").wait(patience, no_tick);
  shell("sleep 60").stop();
  EXPECT_TRUE(is_alive(other.orphan));
  // Its exit status is still there.
  siginfo_t info{};
  EXPECT_EQ(
      ::waitid(P_PID, static_cast<id_t>(other.pid), &info, WEXITED | WNOWAIT),
      0);
  EXPECT_EQ(info.si_pid, other.pid);
}

TEST(Program, StopSendsSigtermToTheGroupFirst) {
  Program program =
      shell("trap 'exit 5' TERM; sleep 60 & echo on; wait; exit 6");
  program.read_line(patience);
  EXPECT_EQ(program.stop(20s).status, 5);
}

TEST(Program, StopKillsACommandThatIgnoresSigterm) {
  Program program = shell("trap '' TERM; echo on; while :; do sleep 1; done");
  program.read_line(patience);
  EXPECT_EQ(program.stop(50ms).status, 128 + SIGKILL);
}

TEST(Program, TheCommandHasThePidThatItIsKnownBy) {
  Program program = shell("echo $$");
  EXPECT_EQ(read_pid(program), program.pid());
}

TEST(Program, ThrowsIfTheCommandCannotBeExecuted) {
  EXPECT_THROW(Program({"/no/such/program"}, {}), std::system_error);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(Program, EndsIfItsKeeperIsKilled) {
  Program program = shell("echo $PPID; exec sleep 60");
  ::kill(read_pid(program), SIGKILL);
  EXPECT_EQ(program.wait(patience, no_tick).status, 128 + SIGKILL);
}

// --- Stops -------------------------------------------------------------------

TEST(Program, AStopByAnySignalIsNoted) {
  for (const int signal : {SIGSTOP, SIGTSTP, SIGTTIN}) {
    Program program = shell("kill -" + std::to_string(signal) + " $$; exit 4");
    wait_until_stopped(program);
    ::kill(program.pid(), SIGCONT);
    const auto ending = program.wait(patience, no_tick);
    EXPECT_TRUE(ending.stopped) << signal;
    EXPECT_EQ(ending.status, 4);
  }
}

TEST(Program, AShortStopIsNoted) {
  for (int i = 0; i < 20; ++i) {
    Program program = shell("kill -STOP $$; exec sleep 60");
    wait_until_stopped(program);
    ::kill(program.pid(), SIGCONT);
    ::kill(program.pid(), SIGTERM);
    EXPECT_TRUE(program.wait(patience, no_tick).stopped);
  }
}

TEST(Program, AStopOfAProcessThatTheCommandHasStartedIsNoted) {
  Program program = shell("sh -c 'echo $$; kill -STOP $$'; exit 4");
  const pid_t process = read_pid(program);
  int ticks = 0;
  const auto ending = program.wait(patience, [&] {
    if (state(process) == 'T' && ++ticks == 2) ::kill(process, SIGCONT);
  });
  EXPECT_TRUE(ending.stopped);
  EXPECT_EQ(ending.status, 4);
}

TEST(Program, AStopCountsUntilTheCommandIsContinued) {
  Program program = shell("echo on; exec sleep 60");
  program.read_line(patience);
  EXPECT_FALSE(program.was_stopped_since(program.begin()));
  ::kill(program.pid(), SIGSTOP);
  wait_until_stopped(program);
  ::kill(program.pid(), SIGCONT);
  while (program.was_stopped_since(now())) std::this_thread::sleep_for(10ms);
  EXPECT_TRUE(program.was_stopped_since(program.begin()));
  EXPECT_FALSE(program.was_stopped_since(now()));
  EXPECT_TRUE(program.stop().stopped);
}

// --- Signals -----------------------------------------------------------------

TEST(Program, TheCommandInheritsIgnoredAndBlockedSignals) {
  for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGCHLD, SIG_IGN);
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR2);
  ::sigprocmask(SIG_SETMASK, &blocked, nullptr);
  poetry_compare::take_over_signals();
  std::signal(SIGPIPE, SIG_IGN);  // by this program itself

  Program program({"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}, {},
                  true);
  EXPECT_EQ(program.read_line(patience), "SigBlk:\t0000000000000800");
  EXPECT_EQ(program.read_line(patience), "SigIgn:\t0000000000010001");
  EXPECT_EQ(program.wait(patience, no_tick).status, 0);

  std::signal(SIGHUP, SIG_DFL);
  std::signal(SIGPIPE, SIG_DFL);
  poetry_compare::take_over_signals();
}

TEST(Program, TheExitStatusIsKnownAlthoughSigchldWasIgnored) {
  std::signal(SIGCHLD, SIG_IGN);
  poetry_compare::take_over_signals();
  const auto ending = shell("exit 3").wait(patience, no_tick);
  EXPECT_EQ(ending.status, 3);
  EXPECT_GT(ending.cpu, 0);
  poetry_compare::take_over_signals();
}

// exec() does not reset the peak: the copy of this process counts.
TEST(Program, TheMemoryOfACommandIsNotThatOfThisProcess) {
  if (rig::is_sanitized) {
    GTEST_SKIP() << "a sanitizer allocates between fork() and exec()";
  }
  const std::string large(64 << 20, 'x');
  const auto ending = shell("exit 0").wait(patience, no_tick);
  EXPECT_EQ(large.back(), 'x');
  EXPECT_FALSE(ending.memory);
  EXPECT_TRUE(ending.switches);
}

}  // namespace
