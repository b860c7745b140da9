// poetry-compare --sweep, run as a user runs it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "compare/run/child_process.h"
#include "support/comparing.h"

namespace {

using poetry_compare::ChildProcess;
using rig::file_contents;
using rig::run_compare;
using rig::science;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;
using testing::StartsWith;

const std::string async_client = PROGRAMS_DIR "/async-client/get-poetry";
// The whole poem at once.
const std::string at_once = " --num-bytes 1000 --delay .001 " + science;

class Sweep : public rig::Comparing {
 protected:
  // Runs it, and returns its JSON.
  nlohmann::json sweep(const std::string& arguments) {
    const auto file = (directory / "growth.json").string();
    result = run_compare("--sweep " + arguments + " --json " + file);
    return nlohmann::json::parse(file_contents(file), nullptr, false);
  }
};

std::vector<double> column(const nlohmann::json& growth,
                           const std::string& key) {
  std::vector<double> values;
  for (const auto& point : growth["points"]) values.push_back(point[key]);
  return values;
}

TEST_F(Sweep, ServesAndChecksEachNumberOfPoems) {
  const auto growth =
      sweep("servers=3,1,2 --variants blocking,async" + at_once);
  ASSERT_EQ(result.status, 0) << result.text;
  EXPECT_EQ(growth["format"], "poetry-growth");
  EXPECT_EQ(growth["parameter"], "servers");
  EXPECT_THAT(column(growth, "value"), ElementsAre(1, 1, 2, 2, 3, 3));
  for (const auto& point : growth["points"]) {
    EXPECT_EQ(point["result"], "complete") << point;
    EXPECT_EQ(point["longest_poem_s"], 0.001);
  }
  EXPECT_THAT(column(growth, "sum_of_poems_s"),
              ElementsAre(.001, .001, .002, .002, .003, .003));
  EXPECT_THAT(result.text,
              AllOf(StartsWith("2 variants with servers=1,2,3, about 1 s."),
                    HasSubstr("\nwall, s "), HasSubstr("\nblocking "),
                    HasSubstr("\nthreads ")));
}

TEST_F(Sweep, MeasuresThreadsWaitsSwitchesAndMemory) {
  const auto growth = sweep(
      "servers=1,5 --variants '' --with 'known=" + std::string(KNOWN_CLIENT) +
      " 64 20 500'" + at_once);
  ASSERT_EQ(result.status, 0) << result.text;
  EXPECT_THAT(column(growth, "threads"), ElementsAre(1, 5));
  EXPECT_THAT(column(growth, "wakeups"), ElementsAre(20, 100));
  // The start of a program gives up the processor, too, and so does a thread
  // that sleeps before it reads again.
  EXPECT_THAT(column(growth, "switches"), Each(AllOf(Ge(500), Le(800))));
  EXPECT_THAT(column(growth, "memory_bytes"),
              Each(AllOf(Ge(64 << 20), Le(1.1 * (64 << 20)))));
}

TEST_F(Sweep, ChangesTheDelayTheSizeOrTheBuffer) {
  EXPECT_THAT(
      column(
          sweep("delay=.001,.002 --variants async --num-bytes 1000 " + science),
          "longest_poem_s"),
      ElementsAre(.001, .002));
  EXPECT_EQ(result.status, 0) << result.text;
  EXPECT_THAT(column(sweep("bytes=100,1000 --variants async --num-bytes 100 "
                           "--delay .001 " +
                           science),
                     "longest_poem_s"),
              ElementsAre(.001, .01));
  EXPECT_EQ(result.status, 0) << result.text;
  EXPECT_THAT(
      column(sweep("rcvbuf=2048,4096 --variants async" + at_once), "value"),
      ElementsAre(2048, 4096));
  EXPECT_EQ(result.status, 0) << result.text;
}

TEST_F(Sweep, DrawsAPageAndAPicture) {
  const auto page = directory / "growth.html", svg = directory / "growth.svg";
  sweep("servers=1,2 --variants async,threaded --html " + page.string() +
        " --svg " + svg.string() + at_once);
  EXPECT_EQ(result.status, 0) << result.text;
  EXPECT_THAT(file_contents(page), HasSubstr("Two ways to wait, and the number "
                                             "of servers</title>"));
  EXPECT_THAT(file_contents(svg), HasSubstr("wake-ups"));
  EXPECT_THAT(result.text, HasSubstr("\nThe page is " + page.string()));
}

TEST_F(Sweep, AFailureConcernsItsPointOnly) {
  // Fails if there are three ports.
  const auto growth = sweep(
      "servers=2,3,4 --variants async --with 'x=sh:set -- "
      "{}; [ $# -ne 3 ] || exit 7; exec " +
      async_client + " $@'" + at_once);
  EXPECT_EQ(result.status, 1);
  std::vector<std::string> results;
  for (const auto& point : growth["points"]) {
    results.push_back(point["variant"].get<std::string>() + ' ' +
                      point["result"].get<std::string>());
  }
  EXPECT_THAT(results,
              ElementsAre("async complete", "x complete", "async complete",
                          "x failed", "async complete", "x complete"));
  EXPECT_THAT(result.text, HasSubstr("\nx, servers 3: exit status 7\n"));
}

TEST_F(Sweep, TooFewDescriptorsConcernTheirPointOnly) {
  const auto file = (directory / "growth.json").string();
  result = rig::run("ulimit -n 60; exec " + rig::poetry_compare +
                    " --sweep servers=2,40 --variants async --json " + file +
                    at_once);
  EXPECT_EQ(result.status, 1);
  const auto growth =
      nlohmann::json::parse(file_contents(file), nullptr, false);
  EXPECT_EQ(growth["points"][0]["result"], "complete") << result.text;
  EXPECT_EQ(growth["points"][1]["result"], "failed");
  EXPECT_THAT(growth["points"][1]["complaint"].get<std::string>(),
              HasSubstr("Too many open files"));
}

TEST_F(Sweep, AVariantThatTookTooLongIsNotRunAtLargerValues) {
  const auto growth = sweep(
      "servers=1,2 --timeout .2 --variants async --with 'x=sh:sleep 9; : {}'" +
      at_once);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(growth["points"][1]["complaint"].get<std::string>(),
              StartsWith("stopped, because it took longer than 0.2 s"));
  EXPECT_EQ(growth["points"][3]["complaint"],
            "not run: it took too long at 1 server");
}

TEST_F(Sweep, AnInterruptKeepsTheFinishedPoints) {
  const auto file = (directory / "growth.json").string();
  const auto begun = directory / "begun";
  ChildProcess program(
      {.words = {rig::poetry_compare, "--sweep", "servers=1,2", "--variants",
                 "async", "--with",
                 "x=sh:set -- {}; [ $# -eq 1 ] || { touch " + begun.string() +
                     "; sleep 60; }; exec " + async_client + " $@",
                 "--num-bytes", "1000", "--delay", ".001", "--json", file,
                 science}});
  for (int i = 0; i < 1000 && !std::filesystem::exists(begun); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status(), 128 + SIGINT);
  const auto growth =
      nlohmann::json::parse(file_contents(file), nullptr, false);
  EXPECT_EQ(growth["interrupted"], true);
  std::vector<std::string> complaints;
  for (const auto& point : growth["points"]) {
    complaints.push_back(point["complaint"]);
  }
  EXPECT_THAT(complaints, ElementsAre("", "", "", "not run: interrupted"));
}

struct Refusal {
  std::string arguments;
  std::string message;
};

class SweepRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(SweepRefuses, InOneLine) {
  const auto [arguments, message] = GetParam();
  const auto result = run_compare("--sweep " + arguments);
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.text, "poetry-compare: " + message + "\ntry --help\n");
}

INSTANTIATE_TEST_SUITE_P(
    Options,
    SweepRefuses,
    testing::Values(
        Refusal{"server=1,2",
                "--sweep must be servers=, delay=, bytes= or rcvbuf= with a "
                "list, not 'server=1,2'"},
        Refusal{"servers",
                "--sweep must be servers=, delay=, bytes= or rcvbuf= with a "
                "list, not 'servers'"},
        Refusal{"servers=",
                "--sweep servers must be an integer from 1 to 65535, not ''"},
        Refusal{"servers=1,0",
                "--sweep servers must be an integer from 1 to 65535, not '0'"},
        Refusal{"servers=1,,2",
                "--sweep servers must be an integer from 1 to 65535, not ''"},
        Refusal{"delay=.1,0",
                "--sweep delay must be a number of seconds greater than 0, not "
                "'0'"},
        Refusal{"servers=7", "--sweep needs at least two values, not '7'"},
        Refusal{"servers=1,2,1", "--sweep has '1' twice"},
        Refusal{"servers=1,2 --sweep delay=1,2",
                "--sweep may be given only once; the second one is "
                "'delay=1,2'"},
        Refusal{"servers=1,2 --connect 1",
                "--connect has no effect with --sweep: it starts servers of "
                "its own"},
        Refusal{"servers=1,2 --server reactor",
                "--server has no effect with --sweep: one process serves all "
                "ports"},
        Refusal{"servers=1,2 --traces x",
                "--traces has no effect with --sweep: it keeps none"},
        Refusal{"servers=1,2 --perfetto x",
                "--perfetto has no effect with --sweep: it has too many "
                "events"},
        Refusal{"servers=1,2 --check",
                "--check has no effect with --sweep: it looks at other "
                "numbers"},
        Refusal{"servers=1,2 --no-timeline",
                "--no-timeline has no effect with --sweep: there is none"},
        Refusal{"servers=1,2 --live",
                "--live has no effect with --sweep: it draws no lanes"},
        Refusal{"servers=1,2 --reference async",
                "--reference has no effect with --sweep: it compares each "
                "client with itself"},
        Refusal{"delay=1,2 --delay 1",
                "--delay has no effect with --sweep: that changes the delay"},
        Refusal{"servers=1,2 " + science + ' ' + science,
                "--sweep servers= takes one poem, not 2: all servers have the "
                "same one"},
        Refusal{"rcvbuf=1,2 --variants '' --with x=y",
                "--sweep rcvbuf= has no effect: no variant takes it"}));

}  // namespace
