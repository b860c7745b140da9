// The model of a sweep, its tables and its sentences.

#include "compare/measure/growth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compare/report/changes.h"
#include "compare/report/growth_sentences.h"
#include "compare/report/growth_table.h"
#include "compare/report/growth_text.h"
#include "compare/report/sparkline.h"
#include "support/growth.h"

namespace {

using poetry_compare::Direction;
using poetry_compare::draw_sparkline;
using poetry_compare::find_spark_scale;
using poetry_compare::Growth;
using poetry_compare::Measure;
using poetry_compare::Numbers;
using poetry_compare::Variant;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Numbers run_of(double wall) {
  Numbers run;
  run.wall = wall;
  return run;
}

TEST(GrowthPoint, HasTheMedianAndTheBandOfTheRunsThatDidNotFail) {
  Variant variant;
  variant.runs = {run_of(3), run_of(1), run_of(9), run_of(2)};
  variant.runs[2].complaint = "no";
  variant.counted = 3;
  const auto point = make_point({}, variant);
  EXPECT_EQ(point.at(Measure::wall)->median, 2);
  EXPECT_EQ(point.at(Measure::wall)->least, 1);
  EXPECT_EQ(point.at(Measure::wall)->most, 3);
  EXPECT_FALSE(point.at(Measure::cpu));
}

TEST(Changes, OfSingleRunsAreKnownAboveFivePercentOnly) {
  auto growth = sample::growth({1, 2});
  sample::add(growth, "a", Measure::cpu, {1, 1.04});
  sample::add(growth, "b", Measure::cpu, {1, 1.2});
  sample::add(growth, "c", Measure::cpu, {.01, .04});
  const auto changes = find_changes(growth, Measure::cpu);
  EXPECT_EQ(changes.at(0).direction, Direction::none);
  EXPECT_EQ(changes.at(1).direction, Direction::up);
  EXPECT_EQ(changes.at(2).direction, Direction::none);
}

TEST(Changes, OfSeveralRunsAreKnownIfTheBandsDoNotOverlap) {
  auto growth = sample::growth({1, 2});
  sample::add(growth, "a", Measure::wall, {1, 2});
  for (auto& point : growth.variants[0].points) point.counted = 3;
  EXPECT_EQ(find_changes(growth, Measure::wall)[0].direction, Direction::up);
  auto& last = growth.variants[0].points[1].spreads[0];
  last->least = .9;
  EXPECT_EQ(find_changes(growth, Measure::wall)[0].direction, Direction::none);
}

TEST(Changes, OfATimeThatThePausesDoNotExplainAreKnownAboveAFactorOfTwo) {
  auto growth = sample::growth({1, 2});
  sample::add(growth, "a", Measure::wall, {.3, .5});
  sample::add(growth, "b", Measure::wall, {.3, .7});
  for (auto& variant : growth.variants) {
    for (auto& point : variant.points) point.expected = .2;
  }
  const auto changes = find_changes(growth, Measure::wall);
  EXPECT_EQ(changes.at(0).direction, Direction::none);
  EXPECT_EQ(changes.at(1).direction, Direction::up);
}

TEST(GrowthSentences, TellTheGrowthOfEachVariant) {
  const auto growth = sample::growth();
  EXPECT_THAT(
      sentences(growth),
      ElementsAre(
          "The time of blocking grew with the number of servers, as the sum of "
          "the poems does: 0.220 s with 1 server, 14.0 s with 64 servers.",
          "The times of threaded and async did not change by more than the "
          "noise of a single run: 0.220 s with 1 server, 0.230 s with 64 "
          "servers.",
          "threaded had one thread for each server.",
          "threaded used 512 KiB more memory for each server.",
          "async left bytes unread for long: 0.300 s with 8 servers, 0.400 s "
          "with 64 servers."));
}

TEST(GrowthSentences, SayWhichGrowthThePausesDoNotExplain) {
  auto growth = sample::growth({1, 2});
  sample::add(growth, "slow", Measure::wall, {.2, .4});
  sample::add(growth, "late", Measure::wall, {.2, .5});
  growth.variants[0].points[0].expected = .21;
  growth.variants[0].points[1].expected = .42;
  growth.variants[1].points[0].expected = .21;
  growth.variants[1].points[1].expected = .21;
  EXPECT_THAT(
      sentences(growth),
      ElementsAre("The time of slow grew with the number of servers, as the "
                  "sum of the poems does: 0.200 s with 1 server, 0.400 s with "
                  "2 servers.",
                  "The time of late grew with the number of servers: 0.200 s "
                  "with 1 server, 0.500 s with 2 servers. The pauses of the "
                  "servers do not explain that."));
}

TEST(GrowthSentences, ClaimNothingOfOneKnownPoint) {
  auto growth = sample::growth({1, 2});
  sample::add(growth, "a", Measure::wall, {1});
  growth.variants[0].points.resize(2);
  EXPECT_THAT(sentences(growth), IsEmpty());
}

TEST(GrowthSentences, NameTheSettingThatChanges) {
  auto growth = sample::growth({.1, 1});
  growth.parameter = "delay";
  sample::add(growth, "a", Measure::wall, {1, 10});
  EXPECT_THAT(sentences(growth),
              ElementsAre("The time of a grew with the delay: 1.00 s with a "
                          "delay of 0.1 s, 10.0 s with a delay of 1 s."));
}

TEST(GrowthComplaints, NameTheValuesOnce) {
  auto growth = sample::growth({1, 2, 4});
  sample::add(growth, "a", Measure::wall, {1});
  growth.variants[0].points.resize(3);
  growth.variants[0].points[1].complaint = "no";
  growth.variants[0].points[2].complaint = "no";
  EXPECT_THAT(complaints(growth), ElementsAre("a, servers 2 and 4: no"));
  EXPECT_FALSE(is_complete(growth));
}

TEST(GrowthTable, HasTheLimitsBelowTheWallTimes) {
  const auto table = make_table(sample::growth(), Measure::wall);
  ASSERT_EQ(table.rows.size(), 5u);
  EXPECT_EQ(table.columns.front().title, "wall, s");
  EXPECT_EQ(table.columns.at(3).title, "64");
  EXPECT_EQ(table.rows[0][3].text, "14.0");
  EXPECT_EQ(table.rows[0][4].text, "▁▄█");
  EXPECT_EQ(table.rows[4][0].text, "(sum of poems)");
}

TEST(GrowthTable, MarksAPointThatFailedOrLeftBytesUnread) {
  auto growth = sample::growth();
  EXPECT_TRUE(make_table(growth, Measure::unread).rows[2][2].alarming);
  EXPECT_FALSE(make_table(growth, Measure::unread).rows[1][2].alarming);
  growth.variants[0].points[2] = {};
  const auto table = make_table(growth, Measure::wall);
  EXPECT_EQ(table.rows[0][3].text, "-");
  EXPECT_TRUE(table.rows[0][3].alarming);
}

TEST(GrowthTable, HasTheSameColumnsForAllSweeps) {
  const auto one = make_full_table(sample::growth());
  auto other = make_full_table(sample::growth({1, 2}));
  ASSERT_EQ(one.columns.size(), other.columns.size());
  ASSERT_EQ(one.rows.size(), 9u);
  for (const auto& row : one.rows) EXPECT_EQ(row.size(), one.columns.size());
  EXPECT_THAT(write_csv(sample::growth()), HasSubstr(",format_version\n"));
}

TEST(GrowthText, LeavesOutAMeasureThatIsNotKnown) {
  poetry_compare::Terminal terminal;
  auto growth = sample::growth();
  EXPECT_THAT(write_text(growth, terminal), HasSubstr("\nthreads "));
  for (auto& variant : growth.variants) {
    for (auto& point : variant.points) point.spreads[5].reset();
  }
  EXPECT_THAT(write_text(growth, terminal), Not(HasSubstr("\nthreads ")));
}

TEST(Sparkline, IsLogarithmicAboveADecade) {
  EXPECT_FALSE(find_spark_scale({1, 10}).logarithmic);
  EXPECT_TRUE(find_spark_scale({1, 11}).logarithmic);
  EXPECT_FALSE(find_spark_scale({0, 11}).logarithmic);
}

TEST(Sparkline, HasABlankForAMissingValue) {
  EXPECT_EQ(draw_sparkline({0, {}, 4, 8}, {0, 8, false}, true), "▁ ▅█");
  EXPECT_EQ(draw_sparkline({0, {}, 4, 8}, {0, 8, false}, false), "_ =#");
}

}  // namespace
