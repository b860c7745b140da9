// poetry-compare, run as a user runs it: its measurements and its processes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

#include "compare/run/child_process.h"
#include "support/comparing.h"

namespace {

namespace fs = std::filesystem;

using rig::file_contents;
using rig::poetry_compare;
using rig::run_compare;
using rig::science;
using testing::HasSubstr;
using namespace std::chrono_literals;

using CompareRun = rig::Comparing;

TEST_F(CompareRun, ShowsEveryVariant) {
  const auto comparison =
      compare_with("--delay .005 " + science + ' ' + science);
  EXPECT_EQ(result.status, 0) << result.text;
  ASSERT_EQ(comparison.variants.size(), 9u);
  for (const auto& variant : comparison.variants) {
    EXPECT_EQ(variant.overall.complaint, "") << variant.name;
    ASSERT_EQ(variant.picture.tasks.size(), 2u) << variant.name;
    for (const auto& task : variant.picture.tasks) {
      EXPECT_EQ(task.outcome, poetry_compare::Outcome::complete)
          << variant.name;
      EXPECT_EQ(task.bytes, 653u);
    }
  }
  // Only the blocking client waits for the end of a poem before the next.
  for (const auto& variant : comparison.variants) {
    const auto& tasks = variant.picture.tasks;
    EXPECT_EQ(tasks[1].connected >= tasks[0].end, variant.name == "blocking")
        << variant.name;
  }
  EXPECT_FALSE(comparison.variants[0].overall.longest_turn);
  EXPECT_GT(*comparison.variants[4].overall.longest_turn, 0.1);
}

TEST_F(CompareRun, StartsTheNamedServers) {
  for (const std::string name : {"blocking", "reactor"}) {
    compare_with("--server " + name + " --variants async --delay 0 " + science);
    EXPECT_EQ(result.status, 0) << result.text;
    EXPECT_THAT(file_contents(directory / "t" / "server-1.jsonl"),
                HasSubstr(name + "-server/slowpoetry"));
  }
}

TEST_F(CompareRun, ReportsTheSameFromTheTracesAgain) {
  const std::string traces = (directory / "t").string();
  const std::string outputs = " --color always --html " + traces + "/p.html" +
                              " --json " + traces + "/p.json ";
  const auto first =
      run_compare("--variants async,broken --delay .002 --traces " + traces +
                  outputs + science);
  const auto html = file_contents(traces + "/p.html");
  const auto json = file_contents(traces + "/p.json");
  EXPECT_EQ(first.status, 0) << first.text;
  EXPECT_NE(html, "");
  const auto again = run_compare("report " + traces + outputs);
  // Except the lines that are printed before the report.
  EXPECT_EQ("2 variants, about 1 s.\n" + again.text, first.text);
  EXPECT_EQ(file_contents(traces + "/p.html"), html);
  EXPECT_EQ(file_contents(traces + "/p.json"), json);
}

TEST_F(CompareRun, FindsHowLongACallbackSlept) {
  const auto comparison = compare_with(
      "--variants async --delay .005 --with '" + std::string("sleepy=") +
      SLEEPY_CLIENT + " callback' " + science);
  const auto& sleepy = comparison.variants.at(1);
  EXPECT_EQ(sleepy.overall.complaint, "");
  // The system may wake it up later.
  EXPECT_GE(sleepy.overall.longest_turn.value_or(0), 0.5);
  EXPECT_GT(sleepy.overall.worst_unread.value_or(0), 0.1);
  EXPECT_THAT(result.text, HasSubstr("sleepy took"));
}

TEST_F(CompareRun, FindsUnreadBytes) {
  // Six chunks are sent before the client reads.
  const auto text = directory / "poem";
  std::ofstream(text) << std::string(600, 'x');
  const auto comparison = compare_with(
      "--variants async --delay .001 --num-bytes 100 --with '" +
      std::string("late=") + SLEEPY_CLIENT + " late' " + text.string());
  const auto& late = comparison.variants.at(1);
  ASSERT_EQ(late.picture.tasks.size(), 1u);
  const auto& task = late.picture.tasks[0];
  ASSERT_EQ(task.reads.size(), 1u);
  EXPECT_EQ(task.reads[0].queued, 600u);
  EXPECT_EQ(task.reads[0].bytes, 600u);
  EXPECT_EQ(task.sends.size(), 6u);
  EXPECT_DOUBLE_EQ(late.overall.worst_unread.value_or(0),
                   task.reads[0].time - task.sends[0].time);
  EXPECT_FALSE(late.overall.longest_turn);
}

class CompareInterrupted : public testing::TestWithParam<int> {};

TEST_P(CompareInterrupted, LeavesNoProcess) {
  // Each process that it starts has this in its environment.
  const auto mark = "COMPARE_TEST=" + std::to_string(::getpid());
  const auto count = [&](std::string_view name = {}) {
    int found = 0;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      if (!name.empty() && file_contents(entry.path() / "comm") != name) {
        continue;
      }
      found += file_contents(entry.path() / "environ").find(mark) !=
               std::string::npos;
    }
    return found;
  };
  poetry_compare::ChildProcess command(
      {.words = {rig::poetry_compare, "--variants", "async", "--delay", "0",
                 "--with", "sleeps=sh -c 'setsid sleep 60 & sleep 60'",
                 science},
       .environment = {mark}});
  for (int i = 0; i < 400 && count("sleep\n") < 2; ++i) {
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_EQ(count("sleep\n"), 2);
  command.signal(GetParam());
  const int status = command.wait().wait_status;
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == GetParam());
  EXPECT_EQ(count(), 0);
}

INSTANTIATE_TEST_SUITE_P(BySignal,
                         CompareInterrupted,
                         testing::Values(SIGINT, SIGTERM));

}  // namespace
