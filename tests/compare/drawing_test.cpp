// Strips, lanes and wedges, and the captions below them.
#include "compare/draw/lanes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "compare/draw/captions.h"
#include "compare/draw/downsample.h"
#include "compare/draw/page.h"
#include "compare/draw/picture_view.h"
#include "compare/draw/svg.h"
#include "support/sample.h"
#include "support/xml.h"

namespace {

using poetry_compare::Cause;
using poetry_compare::Comparison;

// Many short reads, alternating: a program that reads byte by byte.
Comparison large(std::size_t reads) {
  Comparison comparison = sample::make();
  auto& variant = comparison.variants[2];
  for (auto& task : variant.picture.tasks)
    task.reads.clear(), task.sends.clear();
  variant.picture.waits.clear();
  for (std::size_t i = 0; i < reads; ++i) {
    const double time =
        2.0 * static_cast<double>(i) / static_cast<double>(reads);
    auto& task = variant.picture.tasks[i % 3];
    task.reads.push_back({time, 0, 1, 1, 0});
    task.sends.push_back({time - 0.0001, 1});
    variant.picture.waits.push_back(
        {time, 1e-6, 0, poetry_compare::WaitKind::one_task, i % 3, -1});
  }
  return comparison;
}

poetry_compare::Drawing draw(const Comparison& comparison,
                             const poetry_compare::Variant& variant) {
  const auto view = view_picture(comparison);
  for (const auto& one : view.variants) {
    if (one.name == variant.name) return draw_lanes(one.lanes, view.axis, true);
  }
  return {};
}

TEST(Drawing, HasAWedgeOnlyWhereBytesWereUnread) {
  const auto comparison = sample::make();
  for (const auto& variant : comparison.variants) {
    const auto svg = draw(comparison, variant).svg;
    EXPECT_EQ(count(svg, "class=\"wedge"), variant.name == "broken" ? 2U : 0U)
        << variant.name;
  }
}

TEST(Drawing, HatchesAWaitForOneTaskAndGreysAWaitForAll) {
  const auto comparison = sample::make();
  const auto svg = [&](std::size_t i) {
    return draw(comparison, comparison.variants[i]).svg;
  };
  for (const char* hatch : {"\"h1\"", "\"h2\"", "\"h3\""}) {
    EXPECT_EQ(count(svg(0), hatch), 1U) << hatch;
    EXPECT_EQ(count(svg(1), hatch), 1U) << hatch;
    EXPECT_EQ(count(svg(2), hatch), 0U) << hatch;
  }
  EXPECT_EQ(count(svg(0), "\"any\""), 0U);
  EXPECT_EQ(count(svg(2), "\"any\""), 1U);
}

TEST(Drawing, LabelsUnreadBytesBehindAPoemThatEndsEarly) {
  auto comparison = sample::make();
  comparison.variants[0].picture.tasks[0].end = 100;
  const auto drawing = draw(comparison, comparison.variants[4]).svg;
  EXPECT_FALSE(has(drawing, "class=\"unread"));
  EXPECT_TRUE(has(drawing, ">623 B, 623 B unread<"));
}

TEST(Drawing, KeepsTheLinesBetweenReadsInsideTheirStrip) {
  const auto comparison = sample::make();
  const auto drawing = draw(comparison, comparison.variants[2]).order;
  EXPECT_TRUE(has(drawing, "height=\"18\""));
  EXPECT_TRUE(has(drawing, "class=\"gaps\" stroke-width=\"18\""));
}

TEST(Drawing, HasGroupsAndTheWorstFiveOfManyTasks) {
  const auto comparison = sample::make({0.02, 1, 50});
  for (const auto& variant : view_picture(comparison).variants) {
    const auto& lanes = variant.lanes.lanes;
    ASSERT_EQ(lanes.size(), 10U) << variant.name;
    EXPECT_EQ(lanes[1].label, "tasks 11-20");
    EXPECT_EQ(lanes[1].connected.size(), lanes[1].pile.size());
    EXPECT_EQ(lanes[5].label.rfind("task ", 0), 0U) << lanes[5].label;
    EXPECT_TRUE(lanes[5].connected.empty());
  }
}

TEST(Drawing, CountsEveryReadOfAGroup) {
  const auto comparison = sample::make({0.02, 1, 50});
  const auto& picture = comparison.variants[2].picture;
  const auto lane = view_picture(comparison).variants[2].lanes.lanes[0];
  std::size_t reads = 0, expected = 0;
  for (const auto& tick : lane.reads) reads += tick.reads;
  for (std::size_t i = 0; i < 10; ++i)
    expected += picture.tasks[i].reads.size();
  EXPECT_EQ(reads, expected);
  const auto most =
      std::max_element(lane.connected.begin(), lane.connected.end());
  EXPECT_NEAR(*most, 1, 1e-6);
}

TEST(Drawing, ShowsManyThreadsInOneRow) {
  const auto comparison = sample::make({0.02, 1, 50});
  const auto lanes = view_picture(comparison).variants[1].lanes;
  ASSERT_EQ(lanes.crowd.size(), 1U);
  EXPECT_EQ(lanes.crowd[0].label, "50 threads");
  EXPECT_EQ(lanes.strips.size(), 5U);
}

TEST(Drawing, IsSmallWithThreeHundredThreads) {
  auto comparison = sample::make({0.02, 1, 300});
  comparison.variants = {comparison.variants[1]};
  EXPECT_LT(poetry_compare::make_page(comparison).size(), 300'000U);
}

TEST(Drawing, ShowsTheOrderOfTheReadsWithAnyNumberOfTasks) {
  for (const std::size_t poems : {20U, 50U, 200U}) {
    const auto comparison = sample::make({0.02, 1, poems});
    const auto drawing = draw(comparison, comparison.variants[2]).order;
    EXPECT_TRUE(has(drawing, "stroke-width=\"12\"")) << poems;
    EXPECT_TRUE(has(drawing, ">first 143<")) << poems;
  }
}

TEST(Drawing, KnowsTheBytesBelowTheOutlineOfAWedge) {
  const auto variants = view_picture(sample::make()).variants;
  const auto& levels = variants[4].lanes.lanes[1].levels;
  ASSERT_FALSE(levels.empty());
  const auto most = std::max_element(
      levels.begin(), levels.end(),
      [](auto& one, auto& two) { return one.bytes < two.bytes; });
  EXPECT_EQ(most->bytes, 623U);
  EXPECT_EQ(levels.back().bytes, 0U);
  EXPECT_TRUE(variants[2].lanes.lanes[1].levels.empty());
}

TEST(Drawing, KeepsEveryByteWhenItDownsamples) {
  const auto comparison = large(100'000);
  const auto axis = poetry_compare::make_axis(comparison);
  const auto& picture = comparison.variants[2].picture;
  const auto& task = picture.tasks[0];
  const auto ticks = downsample(picture, axis).tasks[0].ticks;
  EXPECT_LT(ticks.size(), 2 * poetry_compare::picture_width);
  std::size_t bytes = 0, reads = 0;
  for (const auto& tick : ticks) {
    bytes += tick.bytes;
    reads += tick.reads;
  }
  EXPECT_EQ(reads, task.reads.size());
  EXPECT_EQ(bytes, task.reads.size());
}

TEST(Drawing, TakesLessThanASecondForAHundredThousandEvents) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "nothing is quick under a sanitizer";
#endif
  const auto comparison = large(100'000);
  const std::clock_t start = std::clock();
  const auto page = poetry_compare::make_page(comparison);
  const auto svg = poetry_compare::make_svg(comparison);
  // Processor time, so that other programs do not count.
  EXPECT_LT(std::clock() - start, CLOCKS_PER_SEC);
  EXPECT_LT(page.size(), 500'000U);
}

TEST(Pile, IsTheMeanOfTheUnreadBytes) {
  poetry_compare::Task task;
  task.connected = 0;
  task.end = 10;
  task.sends = {{2, 100}, {4, 50}};
  task.reads = {{8, 0, 150, {}, 0}};
  poetry_compare::Picture picture;
  picture.tasks = {task};
  const auto pile = downsample(picture, {10}).tasks[0].pile;
  const auto at = [&](double time) {
    return pile[static_cast<std::size_t>(time / 10 *
                                         static_cast<double>(pile.size()))];
  };
  EXPECT_EQ(at(1), 0);
  EXPECT_EQ(at(3), 100);
  EXPECT_EQ(at(5), 150);
  EXPECT_EQ(at(9), 0);
}

TEST(Threads, AreInTheOrderOfTheirPoems) {
  auto variant = sample::make().variants[1];
  const std::vector<std::size_t> order = {2, 0, 1};
  for (std::size_t task = 0; task < 3; ++task) {
    for (auto& read : variant.picture.tasks[task].reads) {
      read.thread = static_cast<int>(order[task]);
    }
  }
  EXPECT_EQ(threads_by_poem(variant.picture), order);
}

TEST(Captions, PointToTheDifference) {
  const auto comparison = sample::make();
  const auto text = [&](std::size_t i) {
    return captions(comparison, kinds_of(comparison))[i];
  };
  EXPECT_TRUE(has(text(0), "One strip"));
  EXPECT_TRUE(has(text(1), "Three strips"));
  EXPECT_TRUE(has(text(2), "grey"));
  EXPECT_TRUE(has(text(3), "same picture as that of async"));
  EXPECT_TRUE(has(text(4), "wedge of task 2"));
}

TEST(Captions, SayHowTheThreadSpentTheTimeOfUnreadBytes) {
  auto comparison = sample::make();
  auto& variant = comparison.variants[4];
  const auto text = [&] {
    return captions(comparison, kinds_of(comparison))[4];
  };
  EXPECT_TRUE(has(text(), "stuck in reads of other tasks, mostly task 3"))
      << text();
  EXPECT_TRUE(has(text(), "buffers were large enough")) << text();

  for (const auto& [cause, words] :
       {std::pair(Cause::computing, "it computed"),
        std::pair(Cause::asleep, "it was asleep"),
        std::pair(Cause::away, "busy and away from any wait")}) {
    variant.overall.unread->cause = cause;
    EXPECT_TRUE(has(text(), words)) << text();
  }
}

TEST(Captions, DoNotSpeakOfUnreadBytesIfTheMachineWasLate) {
  auto comparison = sample::make();
  auto& variant = comparison.variants[4];
  variant.overall.unread->cause = Cause::machine;
  variant.overall.unread->blamed = 0;
  EXPECT_NE(kinds_of(comparison)[4], poetry_compare::Kind::unread);
}

TEST(Captions, BlameFullBuffersOnlyForServersThatWereSlower) {
  sample::Options options;
  options.repeat = 10;
  auto comparison = sample::make(options);
  auto& variant = comparison.variants[4];
  const auto text = [&] {
    return captions(comparison, kinds_of(comparison))[4];
  };
  variant.overall.wall *= 2;
  EXPECT_FALSE(has(text(), "buffers")) << text();
  variant.picture.tasks[1].sends.back().time *= 2;
  EXPECT_TRUE(has(text(), "could not go on sending")) << text();
}

TEST(Captions, DescribeSeveralThreadsWithAWaitEach) {
  auto comparison = sample::make();
  auto& variant = comparison.variants[1];
  for (auto& wait : variant.picture.waits)
    wait.kind = poetry_compare::WaitKind::any_task;
  EXPECT_EQ(kinds_of(comparison)[1], poetry_compare::Kind::several);
  EXPECT_TRUE(has(captions(comparison, kinds_of(comparison))[1],
                  "Three strips, all grey"));
}

TEST(Captions, GiveTheNumbersOfAVariant) {
  const auto comparison = sample::make();
  EXPECT_EQ(headline(comparison, comparison.variants[2]).text,
            "2.03 s, 2.27x faster than blocking, working 3 ms, worst unread "
            "0.000 s");
}

}  // namespace
