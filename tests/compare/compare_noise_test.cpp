// Several runs of a variant: medians, outliers, ratios and what is only noise.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "compare/measure/expected.h"
#include "compare/measure/reference.h"
#include "compare/measure/summary.h"
#include "compare/report/format.h"
#include "compare/report/sentences.h"
#include "compare/report/table.h"
#include "compare/report/write_json.h"
#include "compare/report/write_table.h"
#include "compare/report/write_text.h"

namespace {

using poetry_compare::Comparison;
using poetry_compare::Numbers;
using poetry_compare::Variant;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Variant make_variant(const std::string& name,
                     const std::vector<double>& walls) {
  Variant variant;
  variant.name = name;
  for (const double wall : walls) {
    Numbers& run = variant.runs.emplace_back();
    run.wall = wall;
    run.worst_unread = 0.001;
    if (name != "blocking") run.longest_turn = 0.001;
  }
  variant.picture.seen = true;
  variant.picture.threads.resize(1);
  variant.picture.waits = {{0, 1, 0, poetry_compare::WaitKind::any_task, 0}};
  for (std::size_t poem = 0; poem < 2; ++poem) {
    auto& task = variant.picture.tasks.emplace_back();
    task.poem = poem;
    task.end = 1;
    task.reads = {{0.5, 0, 30, 30, 0}};
  }
  summarise(variant);
  return variant;
}

void summarise_again(Variant& variant) {
  variant.overall = {};
  variant.outliers.clear();
  summarise(variant);
}

Comparison make_comparison(const std::vector<Variant>& variants) {
  Comparison comparison;
  comparison.settings.delay = 0.02;
  comparison.settings.runs = variants.front().runs.size();
  comparison.poems = {{"a.txt", 1, 3003, 30}, {"b.txt", 2, 623, 10}};
  comparison.variants = variants;
  compare_with_reference(comparison);
  return comparison;
}

TEST(Runs, TheMedianLeavesOutRunsThatFailed) {
  auto variant = make_variant("async", {2, 0.003, 3, 4});
  variant.runs[1].status = 1;
  variant.runs[1].complaint = "exit status 1";
  summarise_again(variant);
  EXPECT_EQ(variant.counted, 3u);
  EXPECT_EQ(variant.overall.wall, 3);
  EXPECT_EQ(variant.wall.least, 2);
  EXPECT_EQ(variant.wall.most, 4);
  EXPECT_EQ(variant.overall.complaint, "exit status 1");
}

TEST(Runs, AFailureAmongThemLeavesTheRatio) {
  auto async = make_variant("async", {2, 2, 0});
  async.runs[2].complaint = "was stopped, so its time was not measured";
  async.runs[2].stopped = true;
  summarise_again(async);
  const auto comparison =
      make_comparison({make_variant("blocking", {4, 4, 4}), async});
  EXPECT_FALSE(async.overall.stopped);
  EXPECT_NEAR(comparison.variants[1].vs_reference.value().value, 2, 1e-9);
  EXPECT_THAT(write_text(comparison, "", {}),
              AllOf(HasSubstr("2 of 3"),
                    HasSubstr("1 of 3 runs of async failed: was")));
}

TEST(Runs, TheMedianOfAnEvenNumberIsBetweenTwoRuns) {
  EXPECT_NEAR(make_variant("a", {1, 4, 2, 3}).overall.wall, 2.5, 1e-9);
}

TEST(Runs, ABadOneIsAnOutlierAndNotPartOfTheRatio) {
  const auto comparison =
      make_comparison({make_variant("blocking", {4, 4.02, 4.04}),
                       make_variant("async", {2, 2.01, 3.5})});
  const Variant& async = comparison.variants[1];
  EXPECT_THAT(async.outliers, ElementsAre(2u));
  EXPECT_EQ(async.wall.most, 3.5);
  EXPECT_NEAR(async.vs_reference->range.least, 4 / 2.01, 1e-9);
  EXPECT_NEAR(async.vs_reference->range.most, 4.04 / 2, 1e-9);
  EXPECT_THAT(sentences(comparison),
              ElementsAre("async was 1.99 to 2.02 times faster than blocking: "
                          "it waited for both servers at once.",
                          "async: run 3 took 3.50 s, while the median is 2.01 "
                          "s."));
}

TEST(Runs, CloseTimesHaveNoOutlier) {
  EXPECT_THAT(make_variant("a", {2, 2, 2.04}).outliers, ElementsAre());
  EXPECT_THAT(make_variant("a", {2, 3}).outliers, ElementsAre());
}

TEST(Noise, GivesNoReasonForTimesThatOverlap) {
  const auto comparison =
      make_comparison({make_variant("blocking", {2.0, 2.3, 2.6}),
                       make_variant("async", {1.7, 1.95, 2.2})});
  EXPECT_THAT(sentences(comparison), ElementsAre());
}

TEST(Noise, GivesNoReasonBelow50Milliseconds) {
  const auto comparison = make_comparison(
      {make_variant("blocking", {0.06}), make_variant("async", {0.02})});
  EXPECT_THAT(sentences(comparison), ElementsAre());
}

TEST(Noise, GivesNoReasonForATimeThatIsLongerThanExpected) {
  auto comparison = make_comparison(
      {make_variant("blocking", {4}), make_variant("async", {2})});
  comparison.variants[0].expected = 0.6;  // its tasks took 1 s
  EXPECT_THAT(sentences(comparison),
              ElementsAre("async was 2.00 times faster than blocking in this "
                          "one run."));
}

TEST(Noise, OneRunSaysThatItIsOneRun) {
  const auto comparison = make_comparison(
      {make_variant("blocking", {4}), make_variant("async", {2})});
  EXPECT_THAT(sentences(comparison),
              ElementsAre(HasSubstr("2.00 times faster than blocking in this "
                                    "one run: it waited for both")));
}

TEST(Reference, IsAnyVariant) {
  Comparison comparison = make_comparison(
      {make_variant("blocking", {4}), make_variant("async", {2})});
  comparison.settings.reference = "async";
  compare_with_reference(comparison);
  EXPECT_NEAR(comparison.variants[0].vs_reference->value, 0.5, 1e-9);
  EXPECT_THAT(write_markdown(comparison), HasSubstr("| vs async |"));
  EXPECT_THAT(sentences(comparison), ElementsAre());
}

TEST(Expected, IsTheLongestPoemOrTheSumAsTheClientAsks) {
  Comparison comparison = make_comparison({make_variant("async", {2})});
  auto& tasks = comparison.variants[0].picture.tasks;
  // 101 chunks, and 63 chunks.
  EXPECT_NEAR(expected_wall(comparison, tasks).value(), 2.02, 1e-9);
  tasks[1].connected = 1.5;
  EXPECT_NEAR(expected_wall(comparison, tasks).value(), 3.28, 1e-9);
  // A server serves one client at a time.
  tasks[1].connected = 0.1;
  tasks[1].poem = 0;
  EXPECT_NEAR(expected_wall(comparison, tasks).value(), 4.04, 1e-9);
  comparison.settings.server = "reactor";
  EXPECT_NEAR(expected_wall(comparison, tasks).value(), 2.02, 1e-9);
  comparison.poems[0].num_bytes = 0;
  EXPECT_FALSE(expected_wall(comparison, tasks));
}

TEST(Seconds, HaveAsManyDigitsAsTheyNeed) {
  using poetry_compare::format_seconds;
  EXPECT_EQ(format_seconds(4.617), "4.62 s");
  EXPECT_EQ(format_seconds(0.4617), "0.462 s");
  EXPECT_EQ(format_seconds(0.04617), "0.0462 s");
  EXPECT_EQ(format_seconds(0.0046), "0.0046 s");
  EXPECT_EQ(format_seconds(0.9999), "1.00 s");
}

TEST(Columns, AreTheSameForEveryCsvAndJson) {
  auto one = make_comparison({make_variant("async", {2})});
  auto many = make_comparison({make_variant("blocking", {4, 4, 4, 9}),
                               make_variant("broken", {2, 2, 2, 2})});
  many.variants[1].overall.complaint = "exit status 1";
  const auto head = [](const std::string& csv) {
    return csv.substr(0, csv.find('\n'));
  };
  EXPECT_EQ(head(write_csv(one)), head(write_csv(many)));
  EXPECT_EQ(head(write_csv(one)),
            "variant,runs_counted,wall_s,wall_least_s,wall_most_s,outliers,"
            "expected_s,vs_reference,vs_reference_least,vs_reference_most,"
            "worst_unread_s,longest_turn_s,cpu_s,alarm,result,waits_in,"
            "waits_at,format_version");
  const auto keys = [](const Comparison& comparison) {
    const auto json = nlohmann::json::parse(write_json(comparison));
    EXPECT_EQ(json["format"], "poetry-compare");
    EXPECT_EQ(json["version"], poetry_compare::table_version);
    std::vector<std::string> names;
    for (const auto& [key, value] : json["variants"][0].items()) {
      names.push_back(key);
    }
    return names;
  };
  EXPECT_EQ(keys(one), keys(many));
  EXPECT_THAT(write_csv(many), HasSubstr("\nblocking,4,4.000000,4.000000,"
                                         "9.000000,4,,1.000000,"));
}

TEST(Columns, ForPeopleAreThoseThatSaySomething) {
  const auto one = make_comparison({make_variant("async", {2})});
  EXPECT_THAT(write_text(one, "", {}),
              Not(testing::AnyOf(HasSubstr("least"), HasSubstr("result"),
                                 HasSubstr("expected"))));
}

}  // namespace
