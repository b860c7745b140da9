// poetry-compare with clients that wait in many ways, good and bad: what it
// says about each must be true on a busy machine, too.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "compare/report/kinds.h"
#include "compare/report/table.h"
#include "support/comparing.h"

namespace {

using poetry_compare::Cause;
using poetry_compare::Comparison;
using poetry_compare::Kind;
using poetry_compare::Numbers;
using poetry_compare::Outcome;
using poetry_compare::Variant;
using testing::HasSubstr;
using testing::Not;

// Three poems of 400 bytes, in 0.4 s each.
class CompareCauses : public rig::Comparing {
 protected:
  Comparison compare_way(
      const std::string& way,
      std::size_t size = 400,
      const std::string& pace = "--delay .01 --num-bytes 10") {
    const auto poem = (directory / "poem").string();
    std::ofstream(poem) << std::string(size, 'x');
    return compare_with("--variants async " + pace + " --with '" + way + "=" +
                        ODD_CLIENT + ' ' + way + "' " + poem + ' ' + poem +
                        ' ' + poem + " --no-timeline");
  }

  Kind kind_of_way(const std::string& way) {
    const Comparison comparison = compare_way(way);
    EXPECT_EQ(result.status, 0) << result.text;
    return kind_of(comparison, comparison.variants.at(1));
  }

  Numbers numbers_of_way(const std::string& way) {
    const Comparison comparison = compare_way(way);
    EXPECT_FALSE(comparison.variants.at(0).overall.polls);
    EXPECT_FALSE(unread_is_long(comparison, comparison.variants.at(0)))
        << result.text;
    return comparison.variants.at(1).overall;
  }
};

TEST_F(CompareCauses, AWaitForAllRaisesNoAlarm) {
  EXPECT_EQ(kind_of_way("all"), Kind::any_task);
  EXPECT_THAT(result.text, Not(HasSubstr("!")));
}

TEST_F(CompareCauses, ALargeReadThatCannotWaitIsNoWait) {
  const auto comparison =
      compare_way("all-at-once", 5'000'000, "--delay 0 --num-bytes 1000000");
  EXPECT_EQ(result.status, 0) << result.text;
  const Variant& variant = comparison.variants.at(1);
  EXPECT_FALSE(unread_is_long(comparison, variant)) << result.text;
  EXPECT_FALSE(turn_is_long(comparison, variant)) << result.text;
  const auto& picture = variant.picture;
  ASSERT_EQ(picture.tasks.size(), 3u);
  for (const auto& task : picture.tasks) {
    EXPECT_EQ(task.outcome, Outcome::complete);
  }
  for (const auto& wait : picture.waits) {
    if (wait.kind != poetry_compare::WaitKind::one_task) continue;
    // It is a connect().
    EXPECT_LT(wait.time, picture.tasks[wait.task].reads.front().time);
  }
}

TEST_F(CompareCauses, FindsSleep) {
  const Numbers numbers = numbers_of_way("sleeps");
  EXPECT_EQ(numbers.unread->cause, Cause::asleep);
  EXPECT_EQ(numbers.late_turn->cause, Cause::asleep);
  EXPECT_GT(numbers.unread->blamed, 0.1);
  EXPECT_THAT(result.text, HasSubstr("in which it was asleep."));
}

TEST_F(CompareCauses, FindsComputing) {
  const Numbers numbers = numbers_of_way("computes");
  EXPECT_GT(numbers.late_turn->duration(), 0.25);
  EXPECT_NE(numbers.late_turn->cause, Cause::asleep);
  EXPECT_NE(numbers.late_turn->cause, Cause::stuck);
}

TEST_F(CompareCauses, CountsTheTimeBeforeTheFirstWait) {
  const Numbers numbers = numbers_of_way("late");
  EXPECT_GT(*numbers.longest_turn, 0.25);
}

TEST_F(CompareCauses, FindsAWaitForOneSocketOnly) {
  const Numbers numbers = numbers_of_way("connected-first");
  EXPECT_EQ(numbers.unread->cause, Cause::stuck);
  EXPECT_FALSE(numbers.longest_turn);
  // On a busy machine the other calls of connect() take a while, too.
  EXPECT_THAT(result.text, HasSubstr("while it waited for task 1 "));
}

TEST_F(CompareCauses, TellOneAfterTheOtherFromAllAtOnce) {
  EXPECT_EQ(kind_of_way("one-by-one"), Kind::one_by_one);
}

TEST_F(CompareCauses, TellProcessesInTurnFromProcessesSideBySide) {
  EXPECT_EQ(kind_of_way("forks-in-turn"), Kind::one_by_one);
}

TEST_F(CompareCauses, TellProcessesSideBySide) {
  EXPECT_EQ(kind_of_way("forks"), Kind::threads);
  EXPECT_THAT(result.text, Not(HasSubstr("all three servers at once.\nforks")));
}

TEST_F(CompareCauses, TellThatThereAreFewerThreadsThanTasks) {
  EXPECT_EQ(kind_of_way("workers"), Kind::shared);
  EXPECT_THAT(result.text, HasSubstr("workers has 2 threads for 3 servers"));
}

class CompareBusy : public CompareCauses,
                    public testing::WithParamInterface<const char*> {};

TEST_P(CompareBusy, IsFoundAndHasASmallTrace) {
  EXPECT_EQ(kind_of_way(GetParam()), Kind::busy) << result.text;
  EXPECT_THAT(result.text, HasSubstr("again and again instead of waiting"));
  for (const auto& file :
       std::filesystem::directory_iterator(directory / "t")) {
    EXPECT_LT(file.file_size(), 800'000u) << file.path();
  }
}

INSTANTIATE_TEST_SUITE_P(With, CompareBusy, testing::Values("polls", "spins"));

TEST_F(CompareCauses, SeesOtherCallsThatRead) {
  const Variant variant = compare_way("recvmmsg").variants.at(1);
  EXPECT_EQ(result.status, 0) << result.text;
  for (const auto& task : variant.picture.tasks) {
    EXPECT_EQ(task.outcome, Outcome::complete);
  }
}

TEST_F(CompareCauses, CountsBytesThatTheClientDoesNotSee) {
  const Variant variant = compare_way("splice").variants.at(1);
  EXPECT_EQ(result.status, 0) << result.text;
  for (const auto& task : variant.picture.tasks) {
    EXPECT_EQ(task.bytes, 400u);
    EXPECT_EQ(task.outcome, Outcome::unknown);
  }
}

TEST_F(CompareCauses, DoNotBlameAClientWhoseReadsAreNotSeen) {
  EXPECT_EQ(kind_of_way("unseen"), Kind::read_unseen);
  EXPECT_THAT(
      result.text,
      HasSubstr("unseen reads with calls that the tracer does not see"));
  EXPECT_THAT(result.text, Not(HasSubstr("!")));
}

TEST_F(CompareCauses, SayTheSameOfTheSameCommand) {
  const std::string with = std::string("=sh -c \"true\"' ");
  const auto comparison =
      compare_with("--variants async --delay .001 --with 'a" + with +
                   "--with 'b" + with + rig::science);
  EXPECT_EQ(comparison.variants.at(1).overall.complaint,
            comparison.variants.at(2).overall.complaint);
  EXPECT_EQ(comparison.variants.at(1).overall.complaint,
            "did not connect to any server");
}

}  // namespace
