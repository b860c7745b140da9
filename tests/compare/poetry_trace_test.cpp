// poetry-trace, as a user runs it.

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "compare/trace/reader.h"
#include "support/process.h"
#include "support/servers.h"

namespace {

class PoetryTrace : public testing::Test {
 protected:
  ~PoetryTrace() override { std::remove(file_.c_str()); }

  rig::Command command(const std::vector<std::string>& words) const {
    rig::Command command;
    command.words = {rig::program("compare/poetry-trace")};
    command.words.insert(command.words.end(), words.begin(), words.end());
    return command;
  }

  rig::Outcome run(std::vector<std::string> words) const {
    words.insert(words.begin(), {"-o", file_});
    return rig::run(command(words));
  }

  rig::Outcome run_shell(const std::string& script) const {
    return run({"sh", "-c", script});
  }

  std::string where() const {
    return "poetry-trace: the trace is in " + file_ + "\n";
  }

  const std::string no_socket =
      ": no TCP socket was seen; --help lists what cannot be\n";
  const std::string file_ =
      testing::TempDir() + "poetry_trace_test." + std::to_string(::getpid());
};

TEST_F(PoetryTrace, EndsAsTheCommandDoes) {
  EXPECT_EQ(run_shell("exit 0").status, 0);
  EXPECT_EQ(run_shell("exit 3").status, 3);
  EXPECT_EQ(run_shell("kill -TERM $$").status, -SIGTERM);
  EXPECT_EQ(run_shell("kill -INT $$").status, -SIGINT);
  EXPECT_EQ(run_shell("kill -KILL $$").status, -SIGKILL);
}

TEST_F(PoetryTrace, LeavesNothingBehind) {
  for (const std::string end : {"exit 3", "kill -TERM $$"}) {
    const auto directory =
        run_shell("echo $POETRY_TRACE_DIR; test -d $POETRY_TRACE_DIR; " + end)
            .out;
    EXPECT_TRUE(directory.starts_with('/'));
    EXPECT_FALSE(std::filesystem::exists(rig::lines(directory).at(0)));
  }
}

TEST_F(PoetryTrace, LetsTheCommandReadAndPrint) {
  rig::Command cat = command({"-o", file_, "sh", "-c", "cat; echo oh >&2"});
  cat.input = "a line\n";
  const rig::Outcome outcome = rig::run(std::move(cat));
  EXPECT_EQ(outcome.out, "a line\n");
  EXPECT_EQ(outcome.err, "oh\npoetry-trace: sh" + no_socket + where());
}

TEST_F(PoetryTrace, TheTraceNamesTheCommand) {
  run({"sh", "-c", "exit 0", "an argument"});
  const auto trace = poetry_compare::read_trace(file_);
  EXPECT_EQ(trace.program, "sh");
  EXPECT_EQ(trace.arguments,
            (std::vector<std::string>{"-c", "exit 0", "an argument"}));
  EXPECT_NE(trace.pid, 0);
  EXPECT_NE(trace.host, "");
}

TEST_F(PoetryTrace, KeepsOtherPreloadedLibrariesInFront) {
  rig::Command shell =
      command({"-o", file_, "sh", "-c", "echo $LD_PRELOAD >&2"});
  shell.environment.push_back("LD_PRELOAD=libc.so.6");
  const rig::Outcome outcome = rig::run(std::move(shell));
  EXPECT_TRUE(outcome.err.find("libc.so.6:/") == 0 &&
              outcome.err.find("/libpoetry-tracer.so\n") != outcome.err.npos)
      << outcome.err;
}

TEST_F(PoetryTrace, SaysThatThereIsNoSuchCommand) {
  const rig::Outcome outcome = run({"no-such-command"});
  EXPECT_EQ(outcome.status, 127);
  EXPECT_EQ(outcome.err,
            "poetry-trace: no-such-command: No such file or directory\n");
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(PoetryTrace, ACommandThatCannotStartLeavesAnOlderTraceAlone) {
  run({"sh", "-c", "exit 0", "older"});
  EXPECT_EQ(run({"no-such-command"}).status, 127);
  EXPECT_EQ(poetry_compare::read_trace(file_).arguments.back(), "older");
}

TEST_F(PoetryTrace, SaysWhereTheTraceIs) {
  for (const std::string end : {"exit 3", "kill -TERM $$"}) {
    EXPECT_EQ(run_shell(end).err, "poetry-trace: sh" + no_socket + where());
  }
}

TEST_F(PoetryTrace, SaysThatAFileCannotBeExecuted) {
  const rig::Outcome outcome = run({rig::poem_path("science")});
  EXPECT_EQ(outcome.status, 126);
  EXPECT_EQ(outcome.err, "poetry-trace: " + rig::poem_path("science") +
                             ": Permission denied\n");
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(PoetryTrace, SaysThatAProgramCannotBeTraced) {
  const rig::Outcome outcome = run({STATIC_PROGRAM});
  EXPECT_EQ(outcome.status, 7);
  EXPECT_EQ(outcome.out, "linked statically\n");
  EXPECT_EQ(outcome.err, "poetry-trace: " STATIC_PROGRAM
                         ": nothing was seen: it is statically linked\n" +
                             where());
  EXPECT_TRUE(poetry_compare::read_trace(file_).events.empty());
}

TEST_F(PoetryTrace, NamesTheStaticallyLinkedProgramThatAnotherStarts) {
  const std::string said = ": nothing was seen of " STATIC_PROGRAM
                           ", which it started: it is statically linked\n";
  EXPECT_EQ(run({"sh", "-c", STATIC_PROGRAM "; exit 0"}).err,
            "poetry-trace: sh" + said + where());
  EXPECT_EQ(run({"sh", "-c", "exec " STATIC_PROGRAM}).err,
            "poetry-trace: sh" + said + where());
}

TEST_F(PoetryTrace, SaysThatAnEnvironmentWasCleared) {
  const std::string why =
      ": its environment was cleared, and with it what loads the tracer\n";
  EXPECT_EQ(run({"env", "-i", CALLER, "pile-up"}).err,
            "poetry-trace: env: nothing was seen of " CALLER
            ", which it started" +
                why + where());
  const auto becomes = run({CALLER, "becomes", CALLER, "pile-up"}).err;
  EXPECT_TRUE(becomes.ends_with(why + where())) << becomes;
  const auto starts = run({CALLER, "starts", CALLER, "pile-up"}).err;
  EXPECT_TRUE(starts.ends_with(why + where())) << starts;
}

TEST_F(PoetryTrace, SaysThatAProgramGetsOtherRights) {
  const auto program = file_ + ".program";
  std::filesystem::copy_file(CALLER, program);
  const bool changed = ::chown(program.c_str(), 65534, 65534) == 0 &&
                       ::chmod(program.c_str(), 04755) == 0;
  const auto said = run({program, "pile-up"}).err;
  std::filesystem::remove(program);
  if (!changed) GTEST_SKIP() << "only root can make such a program";
  EXPECT_NE(said.find("nothing was seen: the system does not load other "
                      "libraries into a program that gets other rights"),
            said.npos)
      << said;
}

TEST_F(PoetryTrace, SaysThatAnotherUserCannotWriteTheTrace) {
  const std::string setpriv = rig::tool("setpriv");
  if (setpriv.empty() || ::geteuid() != 0) GTEST_SKIP() << "needs root";
  const auto said =
      run({setpriv, "--reuid=65534", "--clear-groups", "sh", "-c", "exit 0"})
          .err;
  EXPECT_NE(said.find("nothing was seen of sh, which it started: it runs as "
                      "another user, who cannot write the trace\n"),
            said.npos)
      << said;
}

TEST_F(PoetryTrace, SaysThatNoSocketWasSeen) {
  const auto said = run({CALLER, "loads", BOUND_DEEP}).err;
  EXPECT_EQ(said, "poetry-trace: " CALLER + no_socket + where());
}

TEST_F(PoetryTrace, SeesAProgramThatWasBuiltWithASanitizer) {
  const std::string programs = SANITIZED;
  if (programs.empty()) GTEST_SKIP() << "there is no sanitizer";
  std::istringstream names(programs);
  for (std::string name; std::getline(names, name, ':');) {
    const rig::Outcome outcome = run({name, "each-call"});
    EXPECT_EQ(outcome.status, 0) << name;
    EXPECT_EQ(outcome.err, where()) << name;
    EXPECT_GT(poetry_compare::read_trace(file_).events.size(), 20U) << name;
  }
}

TEST_F(PoetryTrace, PassesASignalOn) {
  rig::Process process(
      command({"-o", file_, "sh", "-c",
               "sleep 60 & trap 'kill $!; exit 5' TERM; echo on; wait"}));
  process.wait_for_out("on\n");
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait().status, 5);
}

TEST_F(PoetryTrace, LeavesCtrlCToTheCommand) {
  const std::string setsid = rig::tool("setsid");
  if (setsid.empty()) GTEST_SKIP() << "there is no setsid";
  rig::Command whole = command(
      {"-o", file_, "sh", "-c", "trap 'echo caught; exit 4' INT; kill -INT 0"});
  whole.words.insert(whole.words.begin(), {setsid, "--wait"});
  const rig::Outcome outcome = rig::run(std::move(whole));
  EXPECT_EQ(outcome.status, 4);
  EXPECT_EQ(outcome.out, "caught\n");
  EXPECT_EQ(poetry_compare::read_trace(file_).program, "sh");
}

TEST_F(PoetryTrace, PassesEachSignalOn) {
  for (const int signal : {SIGINT, SIGQUIT, SIGHUP}) {
    rig::Process process(
        command({"-o", file_, "sh", "-c",
                 "sleep 60 & trap 'kill $!; exit 5' INT QUIT HUP; echo on; "
                 "wait"}));
    process.wait_for_out("on\n");
    process.signal(signal);
    const rig::Outcome outcome = process.wait();
    EXPECT_EQ(outcome.status, 5) << signal;
    EXPECT_TRUE(outcome.err.ends_with(where())) << outcome.err;
  }
}

TEST_F(PoetryTrace, ReturnsTheStatusAlthoughSigchldIsIgnored) {
  const std::string ignore = "trap '' CHLD; exec \"$@\"";
  rig::Command inner = command({"-o", file_, "sh", "-c", "exit 3"});
  inner.words.insert(inner.words.begin(), {"bash", "-c", ignore, "bash"});
  const rig::Outcome outcome = rig::run(std::move(inner));
  EXPECT_EQ(outcome.status, 3);
  EXPECT_TRUE(outcome.err.ends_with(where())) << outcome.err;
  EXPECT_EQ(poetry_compare::read_trace(file_).program, "sh");
}

TEST_F(PoetryTrace, TheCommandIgnoresTheSignalsThatWereIgnored) {
  rig::Command inner = command(
      {"-o", file_, "grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"});
  inner.words.insert(inner.words.begin(),
                     {"sh", "-c", "trap '' HUP PIPE; exec \"$@\"", "sh"});
  EXPECT_EQ(rig::run(std::move(inner)).out,
            "SigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n");
}

TEST_F(PoetryTrace, EndsAsTheCommandDoesAlthoughStderrIsClosed) {
  rig::Command inner = command({"-o", file_, "sh", "-c", "exit 3"});
  inner.words.insert(inner.words.begin(),
                     {"bash", "-c", "\"$@\" 2> >(exec true); exit $?", "bash"});
  EXPECT_EQ(rig::run(std::move(inner)).status, 3);
}

TEST_F(PoetryTrace, SaysThatTheTraceCannotBeWritten) {
  for (const int status : {0, 3}) {
    const rig::Outcome outcome = rig::run(command(
        {"-o", "/dev/full", "sh", "-c", "exit " + std::to_string(status)}));
    EXPECT_EQ(outcome.status, status == 0 ? 1 : status);
    EXPECT_EQ(outcome.err,
              "poetry-trace: sh" + no_socket +
                  "poetry-trace: /dev/full: No space left on device\n");
  }
}

TEST_F(PoetryTrace, RefusesToOverwriteItsOutput) {
  rig::Command same = command({"-o", file_, "echo", "hello"});
  same.output = file_;
  const rig::Outcome outcome = rig::run(std::move(same));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, "poetry-trace: cannot write " + file_ +
                             ": standard output and --output are the same "
                             "file\n");
}

TEST_F(PoetryTrace, AWrongCommandLineIsRefused) {
  const auto refused = [&](const std::vector<std::string>& words) {
    const rig::Outcome outcome = rig::run(command(words));
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(rig::lines(outcome.err).size(), 2U);
    return rig::lines(outcome.err).at(0);
  };
  EXPECT_EQ(refused({}), "poetry-trace: a command is missing");
  EXPECT_EQ(refused({"-o", file_}), "poetry-trace: a command is missing");
  EXPECT_EQ(refused({"-o"}), "poetry-trace: a value is missing after '-o'");
  EXPECT_EQ(refused({"--frobnicate", "true"}),
            "poetry-trace: unknown option '--frobnicate'");
}

TEST_F(PoetryTrace, LeavesTheCommandItsOptions) {
  EXPECT_EQ(run({"sh", "--version-that-there-is-not"}).status, 2);
  EXPECT_EQ(run({"--", "sh", "-c", "exit 6"}).status, 6);
  EXPECT_EQ(
      rig::run(command({"--output=" + file_, "sh", "-c", "exit 6"})).status, 6);
  EXPECT_EQ(rig::run(command({"-o" + file_, "sh", "-c", "exit 6"})).status, 6);
  EXPECT_EQ(poetry_compare::read_trace(file_).program, "sh");
}

TEST_F(PoetryTrace, RefusesAMissingDirectoryBeforeTheCommandRuns) {
  const rig::Outcome outcome =
      rig::run(command({"-o", "/nonexistent/file", "echo", "hello"}));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "poetry-trace: cannot write /nonexistent/file: there is no "
            "directory /nonexistent\n");
}

}  // namespace
