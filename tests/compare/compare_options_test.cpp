// The options of poetry-compare, and those that have no effect.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "compare/run/client_command.h"
#include "compare/run/clients.h"
#include "support/comparing.h"

namespace {

namespace fs = std::filesystem;

using poetry_compare::command_for;
using poetry_compare::parse_client;
using rig::run_compare;
using rig::science;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using CompareOptions = rig::Comparing;

const std::string async_client = PROGRAMS_DIR "/async-client/get-poetry";
const std::string quick = " --no-timeline --delay .001 " + science + ' ';

TEST(ClientCommand, EndsWithTheAddressesOrHasThemInItsPlace) {
  EXPECT_THAT(command_for(parse_client("x=a b"), {"1", "2"}),
              ElementsAre("a", "b", "1", "2"));
  EXPECT_THAT(command_for(parse_client("x=a {} b"), {"1", "2"}),
              ElementsAre("a", "1", "2", "b"));
  EXPECT_THAT(command_for(parse_client("x=a 'p={}'"), {"1", "2"}),
              ElementsAre("a", "p=1 2"));
}

TEST(ClientCommand, RunsOneForEachAddressSideBySide) {
  EXPECT_THAT(command_for(parse_client("x=a 'b c' h:{each}"), {"1", "2"}),
              ElementsAre("/bin/sh", "-c",
                          "a 'b c' h:1 & p0=$!; a 'b c' h:2 & p1=$!; status=0; "
                          "wait $p0 || status=$?; wait $p1 || status=$?; exit "
                          "$status"));
}

TEST(ClientCommand, IsLeftToAShellWhereThatIsAskedFor) {
  EXPECT_THAT(command_for(parse_client("x=sh:a ~ | b"), {"1", "2"}),
              ElementsAre("/bin/sh", "-c", "a ~ | b 1 2"));
  EXPECT_THAT(command_for(parse_client("x=sh:a {} | b"), {"1", "2"}),
              ElementsAre("/bin/sh", "-c", "a 1 2 | b"));
}

TEST_F(CompareOptions, CheckFailsIfAClientMakesOthersWait) {
  result = run_compare("--check --variants async,broken --delay .005 " +
                       science + ' ' + science + ' ' + science);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.text,
              HasSubstr("\nCheck: broken makes other tasks wait.\n"));
}

TEST_F(CompareOptions, CheckPassesIfNoClientMakesOthersWait) {
  const auto t = (directory / "t").string();
  result = run_compare("--check --variants threaded,async --traces " + t +
                       quick + science);
  EXPECT_EQ(result.status, 0) << result.text;
  EXPECT_THAT(result.text,
              HasSubstr("\nCheck: no client makes other tasks wait.\n"));
  EXPECT_EQ(run_compare("report --check " + t).status, 0);
}

TEST_F(CompareOptions, ForeignClientsAloneAreCompared) {
  result =
      run_compare("--variants '' --with one=" + async_client +
                  " --with 'each=" + async_client +
                  " 127.0.0.1:{each}' --with 'shell=sh:exec " + async_client +
                  " {} | cat' --reference one" + quick + science);
  EXPECT_EQ(result.status, 0) << result.text;
  EXPECT_THAT(result.text, AllOf(StartsWith("3 variants,"), HasSubstr("vs one"),
                                 Not(HasSubstr("blocking"))));
}

TEST_F(CompareOptions, AShellFindsTheHomeDirectory) {
  const auto home = directory / "home";
  fs::create_directory(home);
  fs::create_symlink(async_client, home / "client");
  const char* before = std::getenv("HOME");
  const std::string kept = before ? before : "";
  ::setenv("HOME", home.c_str(), 1);
  result = run_compare(
      "--variants '' --with 'tilde=sh:~/client' --with "
      "'name=sh:$HOME/client'" +
      quick);
  ::setenv("HOME", kept.c_str(), 1);
  EXPECT_EQ(result.status, 0) << result.text;
}

TEST_F(CompareOptions, AFailureOfOneOfSeveralCommandsIsReported) {
  result = run_compare(
      "--variants '' --with 'each=sh -c \"exit {each}3\"' "
      "--connect 1");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.text, HasSubstr("each: exit status 13"));
}

TEST_F(CompareOptions, WarmupRunsDoNotCount) {
  const auto count = (directory / "count").string();
  const auto comparison =
      compare_with("--variants '' --warmup 2 --runs 3 --with 'x=sh:echo >> " +
                   count + "; " + async_client + "'" + quick);
  EXPECT_EQ(result.status, 0) << result.text;
  EXPECT_THAT(result.text, HasSubstr(", 3 runs after 2 to warm up\n"));
  EXPECT_EQ(rig::file_contents(count), "\n\n\n\n\n");
  EXPECT_EQ(comparison.variants.at(0).runs.size(), 3u);
}

TEST_F(CompareOptions, ACompleteRunIsShownIfThereIsOne) {
  const auto mark = (directory / "mark").string();
  const auto comparison =
      compare_with("--variants '' --runs 3 --with 'x=sh:if test -e " + mark +
                   "; then true; else touch " + mark + "; " + async_client +
                   " {}; fi'" + quick);
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(comparison.variants.at(0).shown, 0u);
  EXPECT_EQ(comparison.variants.at(0).picture.tasks.size(), 3u);
}

TEST_F(CompareOptions, ADashIsStdout) {
  result =
      run_compare("--variants async --csv -" + quick + " 2>/dev/null | cat");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.text, StartsWith("variant,runs_counted,"));
  EXPECT_THAT(result.text, Not(HasSubstr("1 poem")));
  EXPECT_FALSE(fs::exists("-"));
  result = run_compare("--json - --csv -" + quick);
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.text, HasSubstr("cannot both have '-'"));
}

TEST_F(CompareOptions, OptionsWithoutAnEffectAreRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"report --runs 2 /tmp", "--runs has no effect: report runs nothing"},
      {"report --variants async /tmp", "--variants has no effect"},
      {"report --live /tmp", "--live has no effect: report runs nothing"},
      {"--connect 1 --delay .1", "--delay has no effect with --connect"},
      {"--connect 1 --sndbuf 9", "--sndbuf has no effect with --connect"},
      {"--variants async --reactor poll", "--reactor has no effect"},
      {"--variants '' --with a=b --rcvbuf 9", "--rcvbuf has no effect"},
      {"--variants ''", "no client is named by '--variants'"},
      {"--variants async --reference broken", "not 'broken'"},
      {"--open --html -", "--open needs --html"},
      {"--with 'a=sh: '", "there is no command in 'a=sh: '"}};
  for (const auto& [arguments, words] : cases) {
    result = run_compare(arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.text, HasSubstr(words)) << arguments;
  }
}

TEST_F(CompareOptions, AReportIsOfOneDirectory) {
  const auto one = (directory / "one").string();
  const auto two = (directory / "two").string();
  run_compare("--variants blocking,async --traces " + one + quick);
  run_compare("--variants async --traces " + two + quick);
  result = run_compare("report " + one + ' ' + two);
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.text,
              HasSubstr("one directory of --traces at a time, and '" + one +
                        "' is not alone"));
  result = run_compare("report --no-timeline --reference async " + one);
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.text, HasSubstr("vs async"));
  result = run_compare("report --reference nobody " + one);
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.text, HasSubstr("not 'nobody'"));
}

}  // namespace
