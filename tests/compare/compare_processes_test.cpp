// poetry-compare among other processes: the children, signals and stops that it
// finds, and the directories that it leaves.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "compare/run/child_process.h"
#include "support/comparing.h"

namespace {

namespace fs = std::filesystem;

using poetry_compare::ChildCommand;
using poetry_compare::ChildProcess;
using rig::file_contents;
using rig::science;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;
using namespace std::string_literals;

class CompareProcesses : public rig::Comparing {
 protected:
  CompareProcesses() {
    command_.words = {
        rig::poetry_compare, "--variants", "simple",        "--delay", "0",
        "--no-timeline",     "--json",     directory / "j", science};
    command_.environment = {mark_, "TMPDIR=" + directory.string()};
    command_.errors = poetry_compare::to_pipe;
    command_.output = poetry_compare::to_pipe;
  }

  // Adds a client that is a shell's script, after the other variants.
  void with(const std::string& script) {
    command_.words.insert(command_.words.begin() + 1,
                          {"--with", "script=sh -c '" + script + "'"});
  }

  // The lines of all output, when it has ended.
  static std::string text_of(ChildProcess& child) {
    std::string text;
    while (child.output() >= 0) {
      child.read_output(text);
      std::this_thread::sleep_for(10ms);
    }
    child.read_errors(text);
    return text;
  }

  void run() {
    ChildProcess child(command_);
    result.text = text_of(child);
    result.status = child.wait().status();
  }

  static void wait_until(const std::function<bool()>& holds) {
    for (int i = 0; i < 2000 && !holds(); ++i)
      std::this_thread::sleep_for(10ms);
    ASSERT_TRUE(holds());
  }

  std::string path(const std::string& name) const { return directory / name; }

  pid_t pid_in(const std::string& name) const {
    wait_until([&] { return file_contents(path(name)).ends_with('\n'); });
    return std::stoi(file_contents(path(name)));
  }

  static bool is_in_state(pid_t pid, char state) {
    const auto text = file_contents("/proc/" + std::to_string(pid) + "/stat");
    return text.find(std::string(") ") + state) != std::string::npos;
  }

  static pid_t parent_of(pid_t pid) {
    const auto text = file_contents("/proc/" + std::to_string(pid) + "/stat");
    return std::stoi(text.substr(text.rfind(')') + 4));
  }

  // The processes that poetry-compare has started, and itself: each has the
  // mark in its environment.
  std::vector<fs::path> processes() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      const auto environment = file_contents(entry.path() / "environ");
      if (environment.find(mark_) != std::string::npos) {
        found.push_back(entry.path());
      }
    }
    return found;
  }

  // The directories of the traces of all those processes, and of the run.
  std::vector<fs::path> directories() const {
    std::vector<fs::path> found;
    for (const auto& process : processes()) {
      const auto text = file_contents(process / "environ");
      const std::string name = "POETRY_TRACE_DIR=";
      const auto at = text.find(name);
      if (at == text.npos) continue;
      found.emplace_back(text.c_str() + at + name.size());
    }
    for (const auto& entry : fs::directory_iterator(directory)) {
      if (entry.is_directory()) found.push_back(entry.path());
    }
    return found;
  }

  // Those of the server, the client and the run. A process that is just being
  // executed has no environment for a moment.
  std::vector<fs::path> three_directories() const {
    std::vector<fs::path> found;
    wait_until([&] {
      found = directories();
      return found.size() == 3;
    });
    return found;
  }

  const std::string mark_ = "COMPARE_TEST=" + std::to_string(::getpid());
  ChildCommand command_;
};

// --- Children of others ------------------------------------------------------

TEST_F(CompareProcesses, LeavesTheJobsOfItsShellAlone) {
  ChildCommand shell = command_;
  shell.words = {"sh", "-c",
                 "sleep 60 & echo $! > " + path("job") +
                     "; (sh -c \"echo \\$\\$ > " + path("orphan") +
                     "; exec sleep 60\" &); exec \"$@\"",
                 "sh"};
  shell.words.insert(shell.words.end(), command_.words.begin(),
                     command_.words.end());
  ChildProcess child(shell);
  wait_until([&] { return child.ends_within(10ms); });
  for (const std::string name : {"job", "orphan"}) {
    const pid_t pid = pid_in(name);
    wait_until([&] { return is_in_state(pid, 'S'); });
    ::kill(pid, SIGKILL);
  }
  EXPECT_EQ(child.wait().status(), 0);
}

TEST_F(CompareProcesses, PrintsToAProcessThatItsShellHasStarted) {
  if (std::system("bash -c : 2>/dev/null") != 0) GTEST_SKIP() << "no bash";
  ChildCommand shell = command_;
  shell.words = {"bash", "-c", "exec \"$@\" > >(cat; echo \"the end\")",
                 "bash"};
  shell.words.insert(shell.words.end(), command_.words.begin(),
                     command_.words.end());
  ChildProcess child(shell);
  EXPECT_THAT(text_of(child), AllOf(HasSubstr("simple"), HasSubstr("the end")));
  EXPECT_EQ(child.wait().status(), 0);
}

TEST_F(CompareProcesses, EndsProcessesThatAClientHasLeftBehind) {
  with("setsid env -i sleep 60 & echo $! > " + path("left"));
  run();
  EXPECT_FALSE(fs::exists("/proc/" + std::to_string(pid_in("left"))));
}

// --- Signals that it inherits ------------------------------------------------

TEST_F(CompareProcesses, KnowsAnExitStatusAlthoughSigchldIsIgnored) {
  command_.prepare = [] {
    return std::signal(SIGCHLD, SIG_IGN) == SIG_ERR ? errno : 0;
  };
  with("exit 3");
  run();
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.text, HasSubstr("script: exit status 3\n"));
}

TEST_F(CompareProcesses, EndsBySigintAlthoughEverySignalIsBlocked) {
  command_.prepare = [] {
    sigset_t all;
    ::sigfillset(&all);
    return ::sigprocmask(SIG_SETMASK, &all, nullptr);
  };
  with("echo $$ > " + path("client") + "; exec sleep 60");
  ChildProcess child(command_);
  pid_in("client");
  child.signal(SIGINT);
  EXPECT_EQ(child.wait().status(), 128 + SIGINT);
}

TEST_F(CompareProcesses, GoesOnAfterSighupUnderNohup) {
  command_.prepare = [] {
    return std::signal(SIGHUP, SIG_IGN) == SIG_ERR ? errno : 0;
  };
  with("echo $$ > " + path("client") + "; read go < " + path("fifo") +
       "; exit 3");
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  ChildProcess child(command_);
  pid_in("client");
  child.signal(SIGHUP);
  std::ofstream(path("fifo")) << "go\n";
  EXPECT_THAT(text_of(child), HasSubstr("script: exit status 3\n"));
  EXPECT_EQ(child.wait().status(), 1);
}

// --- Stops -------------------------------------------------------------------

TEST_F(CompareProcesses, SaysThatAClientWasStopped) {
  with("echo $$ > " + path("client") + "; kill -STOP $$");
  ChildProcess child(command_);
  const pid_t client = pid_in("client");
  wait_until([&] { return is_in_state(client, 'T'); });
  ::kill(client, SIGCONT);
  EXPECT_THAT(text_of(child),
              AllOf(HasSubstr("script: was stopped, so its time was not "
                              "measured\n"),
                    Not(HasSubstr("simple: "))));
  EXPECT_EQ(child.wait().status(), 1);
  const auto variants =
      nlohmann::json::parse(file_contents(path("j"))).at("variants");
  EXPECT_EQ(variants[0].at("variant"), "simple");
  EXPECT_TRUE(variants[0].at("wall_s").is_number());
  EXPECT_EQ(variants[1].at("variant"), "script");
  EXPECT_TRUE(variants[1].at("wall_s").is_null());
}

TEST_F(CompareProcesses, SaysThatAServerWasStopped) {
  with("echo $PPID > " + path("client") + "; read go < " + path("fifo"));
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  ChildProcess child(command_);
  pid_in("client");
  for (const auto& process : processes()) {
    const auto line = file_contents(process / "cmdline");
    if (line.find("slowpoetry\0--quiet"s) == line.npos) continue;
    const pid_t pid = std::stoi(process.filename());
    ::kill(pid, SIGSTOP);
    wait_until([&] { return is_in_state(pid, 'T'); });
    ::kill(pid, SIGCONT);
    wait_until([&] { return is_in_state(pid, 'S'); });
    // Its keeper was woken before that, and has noted it when it sleeps again.
    const auto keeper = parent_of(pid);
    wait_until([&] { return is_in_state(keeper, 'S'); });
  }
  std::ofstream(path("fifo")) << "go\n";
  EXPECT_THAT(text_of(child), HasSubstr("script: the server of task 1 was "
                                        "stopped, so its time was not"));
  EXPECT_EQ(child.wait().status(), 1);
}

TEST_F(CompareProcesses, SaysThatItWasStopped) {
  with("echo $$ > " + path("client") + "; read go < " + path("fifo"));
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  ChildProcess child(command_);
  pid_in("client");
  child.signal(SIGSTOP);
  wait_until([&] { return is_in_state(child.pid(), 'T'); });
  child.signal(SIGCONT);
  wait_until([&] { return is_in_state(child.pid(), 'S'); });
  std::ofstream(path("fifo")) << "go\n";
  EXPECT_THAT(text_of(child), HasSubstr("script: poetry-compare was stopped, "
                                        "so its time was not measured\n"));
  EXPECT_EQ(child.wait().status(), 1);
}

// --- Directories -------------------------------------------------------------

class CompareDirectories : public CompareProcesses,
                           public testing::WithParamInterface<int> {};

TEST_P(CompareDirectories, ASignalLeavesNone) {
  with("echo $$ > " + path("client") + "; exec sleep 60");
  ChildProcess child(command_);
  pid_in("client");
  const auto made = three_directories();
  child.signal(GetParam());
  EXPECT_EQ(child.wait().status(), 128 + GetParam());
  for (const auto& path : made) EXPECT_FALSE(fs::exists(path)) << path;
  EXPECT_TRUE(processes().empty());
}

INSTANTIATE_TEST_SUITE_P(BySignal,
                         CompareDirectories,
                         testing::Values(SIGINT, SIGTERM, SIGHUP, SIGQUIT));

TEST_F(CompareProcesses, TheNextRunRemovesTheDirectoriesOfAKilledOne) {
  with("echo $$ > " + path("client") + "; exec sleep 60");
  std::vector<fs::path> made;
  {
    ChildProcess child(command_);
    pid_in("client");
    made = three_directories();
    child.signal(SIGKILL);
  }
  // From here on, any other comparison on this machine removes them as well.
  wait_until([&] { return processes().empty(); });
  command_.words.erase(command_.words.begin() + 1, command_.words.begin() + 3);
  run();
  EXPECT_EQ(result.status, 0) << result.text;
  for (const auto& path : made) EXPECT_FALSE(fs::exists(path)) << path;
}

}  // namespace
