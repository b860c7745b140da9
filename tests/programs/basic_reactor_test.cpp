// The first reactor programs, as a user sees them: behaviour.md, section 4.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "support/process.h"

namespace {

using namespace std::chrono_literals;
using rig::Process;

// "hello" stands for build/basic-reactor/hello.
rig::Command command(const std::string& name) {
  return {.words = {rig::program("basic-reactor/" + name)}};
}

bool waits_with_epoll(const Process& process) {
  const auto descriptors = process.descriptors();
  return std::find(descriptors.begin(), descriptors.end(),
                   "anon_inode:[eventpoll]") != descriptors.end();
}

// --- Those that run on -------------------------------------------------------

class RunsOn : public testing::TestWithParam<std::string> {};

TEST_P(RunsOn, J01_EndsCleanlyOnSIGINT) {
  Process program(command(GetParam()));
  program.wait_until_it_catches(SIGINT);
  // Until the reactor handles the signal, init_process() does.
  program.wait_until_it_sleeps();
  program.signal(SIGINT);
  // It does not die of the signal: the reactor has stopped.
  EXPECT_EQ(program.wait().status, 128 + SIGINT);
}

TEST_P(RunsOn, DiesOfSIGTERM) {
  Process program(command(GetParam()));
  program.wait_until_it_catches(SIGINT);
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait().status, -SIGTERM);
}

TEST_P(RunsOn, A12_WaitingCostsNothing) {
  Process program(command(GetParam()));
  program.wait_until_it_catches(SIGINT);
  // A program that polls would wake up in each of these windows.
  rig::eventually("300 ms without waking up", [&] {
    const long before = program.sleeps();
    for (int i = 0; i < 100; ++i) {
      program.signal(SIGWINCH);
    }
    std::this_thread::sleep_for(300ms);
    return before == program.sleeps();
  });
  EXPECT_FALSE(program.ended());
}

TEST_P(RunsOn, J04_StoppingAndContinuingItChangesNothing) {
  Process program(command(GetParam()));
  program.wait_until_it_catches(SIGINT);
  program.wait_until_it_sleeps();
  for (int i = 0; i < 50; ++i) {
    program.signal(SIGSTOP);
    program.signal(SIGCONT);
  }
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status, 128 + SIGINT);
}

INSTANTIATE_TEST_SUITE_P(
    Every,
    RunsOn,
    testing::Values("simple", "simple-poll", "hello", "stack"),
    [](const auto& test) {
      std::string name = test.param;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

class Simple : public testing::TestWithParam<std::string> {};

TEST_P(Simple, PrintsNothing) {
  Process program(command(GetParam()));
  program.wait_until_it_catches(SIGINT);
  program.wait_until_it_sleeps();
  program.signal(SIGINT);
  const auto outcome = program.wait();
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "");
}

INSTANTIATE_TEST_SUITE_P(Both,
                         Simple,
                         testing::Values("simple", "simple-poll"),
                         [](const auto& test) {
                           return test.param == "simple" ? "simple"
                                                         : "simple_poll";
                         });

TEST(BasicReactor, N03_SimplePollWaitsWithPollAndSimpleDoesNot) {
  Process simple(command("simple"));
  Process simple_poll(command("simple-poll"));
  simple.wait_until_it_catches(SIGINT);
  simple_poll.wait_until_it_catches(SIGINT);
  EXPECT_TRUE(waits_with_epoll(simple));
  EXPECT_FALSE(waits_with_epoll(simple_poll));
}

TEST(BasicReactor, HelloPrintsThreeLinesAndRunsOn) {
  Process program(command("hello"));
  program.wait_for_out("rut.\n");
  program.wait_until_it_sleeps();
  EXPECT_FALSE(program.ended());
  EXPECT_EQ(program.err(), "");
  EXPECT_EQ(program.out(),
            "Starting the reactor.\n"
            "Hello from the reactor loop!\n"
            "Lately I feel like I'm stuck in a rut.\n");
}

TEST(BasicReactor, K05_HelloEndsWhenStdoutFails) {
  auto full = command("hello");
  full.output = "/dev/full";
  const auto outcome = rig::run(full);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "hello: cannot print: No space left on device\n");
}

TEST(BasicReactor, J05_HelloDiesQuietlyWhenTheReaderOfStdoutIsGone) {
  auto unread = command("hello");
  unread.lines_wanted = 0;
  const auto outcome = rig::run(unread);
  EXPECT_EQ(outcome.status, -SIGPIPE);
  EXPECT_EQ(outcome.err, "");
}

TEST(BasicReactor, StackNamesTheReactorAndMainAndRunsOn) {
  Process program(command("stack"));
  program.wait_for_out("The stack:\n");
  program.wait_for_err("main\n");
  program.wait_for_err("reactor::Reactor::run()\n");
  program.wait_for_err("stack()\n");
  program.wait_until_it_sleeps();
  EXPECT_FALSE(program.ended());
  EXPECT_EQ(program.out(), "The stack:\n");
  const std::string err = program.err();
  EXPECT_LT(err.find("main\n"), err.find("reactor::Reactor::run()\n"));
  EXPECT_LT(err.find("reactor::Reactor::run()\n"), err.find("\nstack()\n"));
  // The innermost is the last one.
  EXPECT_TRUE(err.ends_with("\nstack()\n")) << err;
}

// --- Their command line ------------------------------------------------------

class CommandLine : public testing::TestWithParam<std::string> {
 protected:
  rig::Outcome run(const std::string& argument) const {
    auto with_argument = command(GetParam());
    with_argument.words.push_back(argument);
    return rig::run(with_argument);
  }
};

TEST_P(CommandLine, HelpBeginsWithAnExample) {
  const auto outcome = run("--help");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(outcome.out.starts_with("Example:\n  " + GetParam() + "\n"))
      << outcome.out;
  EXPECT_NE(outcome.out.find("\nExit status:\n"), std::string::npos);
  EXPECT_EQ(outcome.err, "");
}

TEST_P(CommandLine, VersionNamesTheProgram) {
  const auto outcome = run("--version");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(outcome.out.starts_with(GetParam() + ' ')) << outcome.out;
}

TEST_P(CommandLine, AnArgumentIsRefused) {
  const auto outcome = run("poem");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err,
            GetParam() + ": unexpected argument 'poem'\ntry --help\n");
}

INSTANTIATE_TEST_SUITE_P(Every,
                         CommandLine,
                         testing::Values("simple",
                                         "simple-poll",
                                         "hello",
                                         "stack",
                                         "countdown",
                                         "exception"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// --- Those that end by themselves --------------------------------------------

TEST(BasicReactor, CountdownCountsOneASecond) {
  const auto start = std::chrono::steady_clock::now();
  const auto outcome = rig::run(command("countdown"));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 5s);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "Start!\n5 ...\n4 ...\n3 ...\n2 ...\n1 ...\nStop!\n");
  EXPECT_EQ(outcome.err, "");
}

TEST(BasicReactor, CountdownPrintsEachNumberWhenItIsDue) {
  Process program(command("countdown"));
  program.wait_for_out("4 ...\n");
  EXPECT_EQ(program.out(), "Start!\n5 ...\n4 ...\n");
}

TEST(BasicReactor, CountdownEndsAtOnceOnSIGINT) {
  Process program(command("countdown"));
  program.wait_for_out("5 ...\n");
  program.signal(SIGINT);
  const auto outcome = program.wait();
  EXPECT_EQ(outcome.status, -SIGINT);
  EXPECT_EQ(outcome.out.find("Stop!"), std::string::npos) << outcome.out;
}

TEST(BasicReactor, A10_AFailingCallbackDoesNotStopTheLoop) {
  const auto outcome = rig::run(command("exception"));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "Starting the reactor.\nBut I get up again.\n");
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  EXPECT_NE(outcome.err.find("I fall down."), std::string::npos) << outcome.err;
}

}  // namespace
