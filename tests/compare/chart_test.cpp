// The charts of a sweep.

#include "compare/draw/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "compare/draw/chart_scale.h"
#include "compare/draw/chart_view.h"
#include "compare/draw/growth_page.h"
#include "compare/draw/growth_svg.h"
#include "support/growth.h"
#include "support/xml.h"

namespace {

using poetry_compare::ChartLine;
using poetry_compare::ChartTick;
using poetry_compare::Measure;
using poetry_compare::place_labels;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<double> ticks(double least, double most) {
  return ticks_of(poetry_compare::make_scale({least, most}, 0, 1));
}

std::vector<std::string> texts(const std::vector<ChartTick>& ticks) {
  std::vector<std::string> texts;
  for (const auto& tick : ticks) texts.push_back(tick.text);
  return texts;
}

TEST(ChartScale, IsLogarithmicAboveADecade) {
  EXPECT_THAT(ticks(.21, 13.4), ElementsAre(.2, .5, 1, 2, 5, 10, 20));
  EXPECT_THAT(ticks(1, 10), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(ticks(0, 100), ElementsAre(0, 20, 40, 60, 80, 100));
}

TEST(ChartScale, HasPowersOfTenOnlyIfItIsLong) {
  EXPECT_THAT(ticks(3, 4000), ElementsAre(10, 100, 1000));
}

TEST(ChartScale, SurvivesValuesThatAreAllTheSame) {
  EXPECT_THAT(ticks(1, 1).front(), 0);
  EXPECT_THAT(ticks(0, 0).front(), 0);
  EXPECT_FALSE(ticks_of(poetry_compare::make_scale({}, 0, 1)).empty());
}

TEST(ChartLabels, StayWhereTheyHaveRoom) {
  EXPECT_THAT(place_labels({10, 50, 30}, 12, 0, 100), ElementsAre(10, 50, 30));
}

TEST(ChartLabels, AreMovedApartByAsLittleAsPossible) {
  EXPECT_THAT(place_labels({50, 50, 50}, 10, 0, 100), ElementsAre(40, 50, 60));
  EXPECT_THAT(place_labels({48, 52, 90}, 10, 0, 100), ElementsAre(45, 55, 90));
}

TEST(ChartLabels, StayBetweenTheEnds) {
  EXPECT_THAT(place_labels({100, 99}, 10, 0, 100), ElementsAre(100, 90));
  EXPECT_THAT(place_labels({0, 0}, 10, 0, 100), ElementsAre(0, 10));
}

TEST(ChartLabels, ShareTheRoomThatThereIs) {
  EXPECT_THAT(place_labels({7, 7, 7, 7, 7}, 50, 0, 100),
              ElementsAre(0, 25, 50, 75, 100));
}

TEST(ChartLabels, DoNotOverlapWhereverTheLinesEnd) {
  std::vector<double> wanted;
  for (int i = 0; i < 18; ++i) wanted.push_back(std::fmod(i * 37.7, 60) + 20);
  auto places = place_labels(wanted, 11, 20, 240);
  std::sort(places.begin(), places.end());
  for (std::size_t i = 1; i < places.size(); ++i) {
    EXPECT_GE(places[i] - places[i - 1], 10.999);
  }
}

TEST(ChartView, HasALineForEachVariantAndTheLimitsOfTheWallTime) {
  const auto growth = sample::growth();
  std::vector<std::string> names;
  for (const auto& line : view_chart(growth, Measure::wall).lines) {
    names.push_back(line.name);
  }
  EXPECT_THAT(names, ElementsAre("sum of poems", "longest poem", "blocking",
                                 "threaded", "async"));
  EXPECT_EQ(view_chart(growth, Measure::threads).lines.size(), 3u);
  EXPECT_EQ(view_chart(growth, Measure::memory).lines.size(), 1u);
}

TEST(ChartView, HasAGapWhereAPointFailed) {
  auto growth = sample::growth({1, 2, 4, 8});
  sample::add(growth, "a", Measure::cpu, {1, 2, 3, 4});
  growth.variants[0].points[1] = {};
  const auto view = view_chart(growth, Measure::cpu);
  ASSERT_EQ(view.lines.at(0).parts.size(), 2u);
  EXPECT_EQ(view.lines[0].parts[1].size(), 2u);
}

TEST(ChartView, NamesTheValuesForWhichThereIsRoom) {
  const auto few = view_chart(sample::growth({1, 2, 4}), Measure::wall);
  EXPECT_THAT(texts(few.x_ticks), ElementsAre("1", "2", "4"));
  std::vector<double> values;
  for (int i = 1; i <= 100; ++i) values.push_back(i);
  const auto many = view_chart(sample::growth(values), Measure::wall);
  EXPECT_EQ(many.x_ticks.back().text, "100");
  for (std::size_t i = 1; i < many.x_ticks.size(); ++i) {
    EXPECT_GT(many.x_ticks[i].place - many.x_ticks[i - 1].place, 10);
  }
}

TEST(ChartView, HasTheLeastAndTheMostOfSeveralRunsOnItsScale) {
  auto growth = sample::growth({1, 2});
  sample::add(growth, "a", Measure::cpu, {1, 2});
  growth.variants[0].points[1].spreads[1] = {2, 1, 5};
  const auto view = view_chart(growth, Measure::cpu);
  const auto& end = view.lines.at(0).end();
  EXPECT_LT(end.most, end.y);
  EXPECT_GT(end.least, end.y);
  EXPECT_GE(end.most, poetry_compare::plot_top);
  EXPECT_THAT(draw_chart(view), HasSubstr(" pale\""));
}

TEST(GrowthSvg, IsXmlAndSaysEverythingInWords) {
  const auto svg = make_svg(sample::growth());
  EXPECT_EQ(xml_error(svg), "");
  EXPECT_THAT(svg, HasSubstr("role=\"img\""));
  EXPECT_THAT(svg, HasSubstr("blocking: 0.220 s with 1, 1.70 s with 8, 14.0 s "
                             "with 64."));
}

TEST(GrowthSvg, EscapesNames) {
  auto growth = sample::growth({1, 2});
  sample::add(growth, "<b>&", Measure::wall, {1, 2});
  EXPECT_EQ(xml_error(make_svg(growth)), "");
  EXPECT_THAT(make_page(growth), Not(HasSubstr("<b>")));
}

TEST(GrowthPage, OfTheDefaultSweepIsSmall) {
  auto growth = sample::growth({1, 2, 4, 8, 16, 32, 64});
  for (int i = 0; i < 9; ++i) {
    sample::add(growth, "variant " + std::to_string(i), Measure::wall,
                {.221, .222, .223, .224, .225, .226, .227});
    for (const Measure measure : poetry_compare::all_measures) {
      sample::set(growth, measure, {1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 70.5});
    }
  }
  EXPECT_LT(make_page(growth).size(), 250'000u);
  EXPECT_LT(make_svg(growth).size(), 150'000u);
}

TEST(GrowthPage, IsDrawnWithoutAnyNumber) {
  auto growth = sample::growth({1, 2});
  growth.variants.push_back({"a", "a", {}});
  growth.variants[0].points.resize(2);
  EXPECT_THAT(make_page(growth), HasSubstr("</html>"));
  EXPECT_EQ(xml_error(make_svg(growth)), "");
}

}  // namespace
