// The activities of a thread while it is in no wait, and the kinds of picture
// that follow from them.
#include "compare/measure/activities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compare/draw/captions.h"
#include "compare/draw/lanes_view.h"
#include "compare/measure/measure.h"
#include "compare/measure/numbers.h"
#include "compare/report/kinds.h"
#include "compare/report/sentences.h"

namespace {

using poetry_compare::Activity;
using poetry_compare::Comparison;
using poetry_compare::Kind;
using poetry_compare::Picture;
using poetry_compare::Variant;
using poetry_compare::WaitKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// One thread and three tasks that are open from 0 to 1 s. The processor time is
// known every 10 ms: `used` is the part of it that the thread took.
Picture make_picture(double used, double delayed = 0) {
  Picture picture;
  picture.seen = true;
  auto& thread = picture.threads.emplace_back();
  thread.end = 1;
  for (int i = 0; i <= 100; ++i) {
    const double time = i * 0.01;
    thread.processor.push_back({time, time * used, time * delayed});
  }
  for (std::size_t i = 0; i < 3; ++i) {
    auto& task = picture.tasks.emplace_back();
    task.poem = i;
    task.end = 1;
    task.reads = {{0.5, 0, 30, 30, 0}, {0.9, 0, 30, 30, 0}};
  }
  return picture;
}

void add_wait(Picture& picture,
              double begin,
              double end,
              WaitKind kind,
              std::size_t task = 0,
              int thread = 0) {
  picture.waits.push_back({begin, end - begin, thread, kind, task, -1});
}

Comparison compare(const Picture& picture) {
  Comparison comparison;
  comparison.settings.delay = 0.02;
  for (std::uint16_t port = 1; port <= 3; ++port) {
    comparison.poems.push_back({"a.txt", port, 60, 30});
  }
  Variant& variant = comparison.variants.emplace_back();
  variant.name = "mine";
  variant.picture = picture;
  variant.overall.wall = 1;
  add_numbers(picture, variant.overall);
  variant.runs = {variant.overall};
  variant.counted = 1;
  return comparison;
}

Kind kind_of(const Picture& picture) {
  const Comparison comparison = compare(picture);
  return kind_of(comparison, comparison.variants[0]);
}

std::string caption_of(const Picture& picture) {
  const Comparison comparison = compare(picture);
  return captions(comparison, kinds_of(comparison))[0];
}

double time_of(const Picture& picture, Activity activity) {
  return sum_of(find_activities(picture, 0), activity, 0, 1);
}

// Polls from the start until this moment.
Picture make_polls(double end, double used) {
  Picture picture = make_picture(used);
  for (double time = 0; time < end - 1e-6; time += 0.01) {
    picture.polls.push_back({time, 0.0099, 0, 100});
  }
  return picture;
}

TEST(Activities, AreComputingOrAsleepByTheProcessorTime) {
  EXPECT_NEAR(time_of(make_picture(0.9), Activity::computing), 1, 1e-6);
  EXPECT_NEAR(time_of(make_picture(0.1), Activity::asleep), 1, 1e-6);
}

TEST(Activities, AreNotSleepIfThereIsNoProcessor) {
  EXPECT_NEAR(time_of(make_picture(0.1, 0.9), Activity::computing), 1, 1e-6);
}

TEST(Activities, AreComputingIfTheTraceDoesNotTell) {
  Picture picture = make_picture(0);
  picture.threads[0].processor.clear();
  EXPECT_NEAR(time_of(picture, Activity::computing), 1, 1e-6);
}

TEST(Activities, ArePollingIfTheThreadAsksInVainWithoutSleep) {
  EXPECT_NEAR(time_of(make_polls(1, 0.9), Activity::polling), 1, 1e-6);
  EXPECT_NEAR(time_of(make_polls(1, 0.1), Activity::asleep), 1, 1e-6);
}

TEST(Activities, ArePollingAlsoIfThereIsMostlyNoProcessor) {
  Picture picture = make_picture(0.3, 0.7);
  for (int i = 0; i < 100; ++i)
    picture.polls.push_back({i * 0.01, 0.002, 0, 100});
  EXPECT_NEAR(time_of(picture, Activity::polling), 1, 1e-6);
}

TEST(Activities, LieBetweenTheWaits) {
  Picture picture = make_picture(0.1);
  add_wait(picture, 0.2, 0.6, WaitKind::any_task);
  const auto activities = find_activities(picture, 0);
  EXPECT_EQ(activities.front().begin, 0);
  EXPECT_NEAR(time_of(picture, Activity::asleep), 0.6, 1e-6);
  for (const auto& away : activities) {
    EXPECT_TRUE(away.end <= 0.2 + 1e-9 || away.begin >= 0.6 - 1e-9);
  }
}

TEST(Activities, HaveALookEach) {
  const auto look = [](const Picture& picture) {
    const auto strip = poetry_compare::make_strip(picture, 0, {1});
    return view_strip(picture, strip).at(0).classes;
  };
  EXPECT_EQ(look(make_picture(0.9)), "work");
  EXPECT_EQ(look(make_picture(0.1)), "asleep");
  EXPECT_EQ(look(make_polls(1, 0.9)), "polling");
  Picture waits = make_picture(0.1);
  add_wait(waits, 0, 1, WaitKind::any_task);
  EXPECT_EQ(look(waits), "any");
  waits.waits[0].kind = WaitKind::one_task;
  EXPECT_EQ(look(waits), "h1");
}

// --- Polling -----------------------------------------------------------------

TEST(Polling, HasAMarkAlsoIfItEndsEarly) {
  Picture picture = make_polls(0.5, 0.9);
  add_wait(picture, 0.5, 1, WaitKind::any_task);
  EXPECT_EQ(kind_of(picture), Kind::busy);
  EXPECT_THAT(sentences(compare(picture)),
              ElementsAre(StartsWith("mine took 1.00 s, but for 0.5 s it asked "
                                     "again and again")));
  EXPECT_THAT(caption_of(picture), HasSubstr("chequered for 0.5 s"));
}

TEST(Polling, OfAllTheTimeIsSaidToBeThat) {
  EXPECT_THAT(caption_of(make_polls(1, 0.9)), HasSubstr("never waits"));
}

TEST(Polling, HasAMarkAlsoIfItsCallsReturnLateForWantOfAProcessor) {
  Picture picture = make_picture(0.02, 0.9);
  for (int i = 0; i < 30; ++i) {
    const double time = 0.03 * i;
    picture.polls.push_back({time, 0.0005, 0, 100});
    add_wait(picture, time + 0.001, time + 0.03, WaitKind::any_task);
  }
  EXPECT_EQ(kind_of(picture), Kind::busy);
}

TEST(Polling, HasNoMarkIfItIsAShortAttempt) {
  Picture picture = make_polls(0.05, 0.9);
  add_wait(picture, 0.05, 1, WaitKind::any_task);
  EXPECT_EQ(kind_of(picture), Kind::any_task);
}

TEST(Polling, HasNoMarkIfTheThreadSleepsInBetween) {
  const Picture picture = make_polls(1, 0.1);
  EXPECT_EQ(kind_of(picture), Kind::naps);
  EXPECT_THAT(caption_of(picture), StartsWith("The strip is dotted"));
  EXPECT_THAT(sentences(compare(picture)), ElementsAre());
}

// --- Kinds -------------------------------------------------------------------

TEST(Kinds, TellAWaitForEachInTurnFromOneTaskAfterTheOther) {
  Picture picture = make_picture(0.01);
  for (std::size_t i = 0; i < 99; ++i) {
    const double time = 0.01 * static_cast<double>(i);
    add_wait(picture, time, time + 0.01, WaitKind::one_task, i % 3);
  }
  EXPECT_EQ(kind_of(picture), Kind::by_turns);
  EXPECT_THAT(caption_of(picture), HasSubstr("hatches alternate"));
}

TEST(Kinds, CountTheTasksThatAreOpenAtOnce) {
  Picture picture = make_picture(0.01);
  add_wait(picture, 0, 1, WaitKind::any_task);
  EXPECT_THAT(caption_of(picture), HasSubstr("all tasks at once"));
  picture.tasks[0].end = picture.tasks[2].connected = 0.6;
  EXPECT_THAT(caption_of(picture), HasSubstr("never more than two"));
  EXPECT_THAT(sentences(compare(picture)),
              ElementsAre("mine has at most 2 connections at a time for 3 "
                          "servers: it did not ask for task 3 before 0.6 s."));
}

TEST(Kinds, DoNotTakeASecondConnectionToAServerForALateOne) {
  Picture picture = make_picture(0.01);
  add_wait(picture, 0, 1, WaitKind::any_task);
  picture.tasks.push_back(picture.tasks[2]);
  picture.tasks[2].end = 0.5;
  picture.tasks[3].connected = 0.6;
  EXPECT_THAT(sentences(compare(picture)), ElementsAre());
}

TEST(Kinds, SayHowManyOfTheThreadsAreStuck) {
  Picture picture = make_picture(0.01);
  picture.threads.push_back(picture.threads[0]);
  for (auto& read : picture.tasks[2].reads) read.thread = 1;
  picture.tasks[2].thread = 1;
  add_wait(picture, 0, 1, WaitKind::any_task);
  add_wait(picture, 0, 0.9, WaitKind::one_task, 2, 1);
  EXPECT_EQ(kind_of(picture), Kind::several);
  EXPECT_THAT(caption_of(picture), StartsWith("Two strips, one of them hatch"));
}

TEST(Kinds, OfASingleTaskDoNotSpeakOfOthers) {
  Picture picture = make_picture(0.01);
  picture.tasks.resize(1);
  add_wait(picture, 0, 1, WaitKind::one_task);
  EXPECT_THAT(caption_of(picture), HasSubstr("its only task"));
  picture.waits[0].kind = WaitKind::any_task;
  EXPECT_THAT(caption_of(picture), HasSubstr("one only"));
}

// --- The same picture --------------------------------------------------------

std::string second_caption(const Picture& first, const Picture& second) {
  Comparison comparison = compare(first);
  comparison.variants.push_back(compare(second).variants[0]);
  return captions(comparison, kinds_of(comparison))[1];
}

Picture make_good() {
  Picture picture = make_picture(0.01);
  add_wait(picture, 0, 1, WaitKind::any_task);
  return picture;
}

TEST(SamePicture, IsOneOfTheSameKindAndTimes) {
  EXPECT_THAT(second_caption(make_good(), make_good()),
              HasSubstr("same picture as that of mine"));
}

TEST(SamePicture, IsNotOneInWhichTheThreadSleepsAtTheEnd) {
  Picture sleeps = make_good();
  sleeps.threads[0].end = 2;
  sleeps.threads[0].processor.push_back({2, 0.01, 0});
  const auto caption = second_caption(make_good(), sleeps);
  EXPECT_THAT(caption, Not(HasSubstr("same picture")));
  EXPECT_THAT(caption, HasSubstr("Where the strip is dotted"));
}

TEST(SamePicture, IsNotThatOfAVariantThatFailed) {
  Comparison comparison = compare(make_good());
  comparison.variants.push_back(comparison.variants[0]);
  comparison.variants[1].overall.complaint = "ended by signal 9: Killed";
  EXPECT_THAT(captions(comparison, kinds_of(comparison))[1],
              Not(HasSubstr("same picture")));
}

}  // namespace
