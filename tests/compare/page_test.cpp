// The page and the picture of a comparison that is made by arithmetic.
#include "compare/draw/page.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "compare/draw/page_view.h"
#include "compare/draw/picture_view.h"
#include "compare/draw/svg.h"
#include "compare/draw/xml.h"
#include "compare/report/sentences.h"
#include "compare/report/table.h"
#include "support/sample.h"
#include "support/xml.h"

namespace {

using poetry_compare::Comparison;

constexpr auto nasty = "<script>alert('1')</script>&\"]]>-->";

// Each name contains markup.
Comparison nasty_one() {
  Comparison comparison = sample::make();
  comparison.settings.host = comparison.settings.command = nasty;
  comparison.settings.version = comparison.settings.date = nasty;
  comparison.settings.reactor = nasty;
  for (auto& poem : comparison.poems) poem.name = nasty;
  for (auto& variant : comparison.variants) {
    variant.command = variant.overall.complaint = nasty;
    variant.name += nasty;
  }
  comparison.variants.push_back(sample::unseen(nasty, nasty));
  return comparison;
}

TEST(Page, HasEveryVariantAndEveryNumberOfTheTable) {
  auto comparison = sample::make();
  comparison.variants.push_back(sample::unseen("curl", "cannot start"));
  const std::string page = poetry_compare::make_page(comparison);
  for (const auto& row : poetry_compare::make_table(comparison).rows) {
    for (const auto& cell : row) EXPECT_TRUE(has(page, '>' + cell.text + '<'));
  }
  for (const auto& variant : comparison.variants) {
    EXPECT_TRUE(has(page, variant.name));
    EXPECT_TRUE(has(page, poetry_compare::escape(variant.command)));
  }
  for (const auto& line : poetry_compare::sentences(comparison)) {
    EXPECT_TRUE(has(page, line)) << line;
  }
}

// All waits and reads of the variant are made by one function.
void add_caller(const std::string& file, poetry_compare::Variant& variant) {
  auto& picture = variant.picture;
  picture.callers.resize(1);
  picture.callers[0].call = "recv";
  picture.callers[0].place = {"a/program", file, 39, "do_read", ""};
  for (auto& wait : picture.waits) wait.caller = 0;
  for (auto& task : picture.tasks) {
    for (auto& read : task.reads) read.caller = 0;
  }
}

TEST(Page, NamesThePlaceOfEachStripAndLane) {
  auto comparison = sample::make();
  EXPECT_FALSE(has(poetry_compare::make_page(comparison), "id=\"places\""));
  add_caller("a/<file>.cpp", comparison.variants[4]);
  const std::string page = poetry_compare::make_page(comparison);
  const std::string place = "recv at a/&lt;file&gt;.cpp:39, in do_read";
  EXPECT_TRUE(has(page, "<title>thread waits in " + place + "</title>"));
  EXPECT_TRUE(has(page, "data-place=\"" + place + "\""));
  EXPECT_TRUE(has(page, "broken was stuck in " + place + "."));
  EXPECT_TRUE(has(page, "id=\"places\""));
  EXPECT_TRUE(has(page, ">a/&lt;file&gt;.cpp:39, in do_read</td>"));
}

// How many tasks of a variant have a mark for unread bytes.
int marked_tasks(const Comparison& comparison, const std::string& variant) {
  int marked = 0;
  for (const auto& group : view_page(comparison).tasks.groups) {
    for (const auto& row : group) {
      marked += row.cells[0].text == variant && row.cells[6].alarming;
    }
  }
  return marked;
}

TEST(Page, MarksATaskOnlyIfItsUnreadBytesAreTheClients) {
  auto comparison = sample::make();
  EXPECT_EQ(marked_tasks(comparison, "async"), 0);
  EXPECT_GT(marked_tasks(comparison, "broken"), 0);
  auto& broken = comparison.variants[4];
  const auto waits = broken.picture.waits;
  broken.picture.waits = {
      {0, 100, 0, poetry_compare::WaitKind::any_task, 0, -1}};
  EXPECT_EQ(marked_tasks(comparison, "broken"), 0);
  broken.picture.waits = waits;
  broken.overall.unread->blamed = 0;  // this run is a bad one of many
  EXPECT_EQ(marked_tasks(comparison, "broken"), 0);
}

TEST(Page, DrawsTracedVariantsAndSaysWhyOthersAreMissing) {
  auto comparison = sample::make();
  comparison.variants.push_back(sample::unseen("curl", "cannot start: why"));
  comparison.variants.push_back(sample::unseen("static", ""));
  const std::string page = poetry_compare::make_page(comparison);
  EXPECT_EQ(count(page, "<article"), 7U);
  EXPECT_EQ(count(page, "class=\"look\""), 7U);
  EXPECT_EQ(count(page, "class=\"why\""), 2U);
  EXPECT_TRUE(has(page, "cannot start: why"));
  EXPECT_TRUE(has(page, "statically linked"));
}

TEST(Page, IsUnder200KilobytesAtTheDefaults) {
  EXPECT_LT(poetry_compare::make_page(sample::make()).size(), 200'000U);
}

TEST(Page, IsUnder300KilobytesWithFiftyPoems) {
  const auto page = poetry_compare::make_page(sample::make({0.02, 1, 50}));
  EXPECT_LT(page.size(), 250'000U);
  EXPECT_TRUE(has(page, "<summary>The colours of 50 poems</summary>"));
}

// As many variants, the last dozen of which raise an alarm.
Comparison many_variants(std::size_t count, std::size_t poems = 3) {
  auto comparison = sample::make({0.02, 1, poems});
  const auto broken = comparison.variants[4];
  const auto async = comparison.variants[2];
  while (comparison.variants.size() + 12 < count) {
    comparison.variants.push_back(async);
    comparison.variants.back().name +=
        std::to_string(comparison.variants.size());
  }
  while (comparison.variants.size() < count) {
    comparison.variants.push_back(broken);
    comparison.variants.back().name +=
        std::to_string(comparison.variants.size());
  }
  return comparison;
}

TEST(Page, DrawsADozenOfAHundredVariants) {
  const auto page = poetry_compare::make_page(many_variants(100));
  EXPECT_LT(page.size(), 300'000U);
  EXPECT_EQ(count(page, "<article"), 12U);
  EXPECT_TRUE(has(page, "data-name=\"broken89\""));
  EXPECT_TRUE(has(page, "data-name=\"async\""));
  EXPECT_TRUE(has(page, "12 of 100 variants are drawn"));
  EXPECT_TRUE(has(page, ">async87<"));  // in the table
}

TEST(Page, IsUnder300KilobytesWithFiftyPoemsAndAHundredVariants) {
  const auto page = poetry_compare::make_page(many_variants(100, 50));
  EXPECT_LT(page.size(), 300'000U);
  EXPECT_TRUE(has(page, "<dt>broken89</dt>"));
  EXPECT_FALSE(has(page, "<dt>async87</dt>"));
}

TEST(Page, LoadsNothingFromTheNetwork) {
  const auto comparison = sample::make();
  const std::regex address("(https?:)?//[a-z]");
  for (auto text : {poetry_compare::make_page(comparison),
                    poetry_compare::make_svg(comparison)}) {
    const std::string ours = "http://www.w3.org/2000/svg";
    for (auto at = text.find(ours); at != text.npos; at = text.find(ours)) {
      text.erase(at, ours.size());
    }
    std::smatch found;
    EXPECT_FALSE(std::regex_search(text, found, address)) << found.str();
    EXPECT_FALSE(has(text, "@import"));
    EXPECT_FALSE(has(text, "@font-face"));
    EXPECT_FALSE(has(text, " src="));
  }
}

TEST(Page, EscapesForeignText) {
  const auto comparison = nasty_one();
  for (const auto& text : {poetry_compare::make_page(comparison),
                           poetry_compare::make_svg(comparison)}) {
    EXPECT_FALSE(has(text, "<script>alert"));
    EXPECT_FALSE(has(text, "alert('1')</"));
  }
  EXPECT_TRUE(
      has(poetry_compare::make_page(comparison),
          "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;"));
}

TEST(Page, SaysThatAFigureWithoutVariantsIsMissing) {
  auto comparison = sample::make();
  comparison.variants.erase(comparison.variants.begin(),
                            comparison.variants.begin() + 2);
  const std::string page = poetry_compare::make_page(comparison);
  EXPECT_TRUE(has(page, "<b>Figure 1</b> is missing"));
  EXPECT_TRUE(has(page, "<b>Figure 2</b> is missing"));
  EXPECT_TRUE(has(page, "<b>Figure 3: "));
}

TEST(Page, SaysOfWhichVariantsAFigureIsMissing) {
  auto comparison = sample::make();
  auto& blocking = comparison.variants[0];
  const auto is_missing = [&] {
    return has(poetry_compare::make_page(comparison),
               "<b>Figure 1</b> is missing: a client that takes one poem after "
               "the other was not among the variants that got every poem.");
  };
  // On a busy machine.
  blocking.overall.unread = {0, 2,   poetry_compare::Cause::machine, 0, 1,
                             0, true};
  EXPECT_FALSE(is_missing());
  blocking.overall.complaint = "task 2: never connected";
  EXPECT_TRUE(is_missing());
}

// The numbers of one attribute, in the order of the page.
std::vector<double> attributes(const std::string& page, const char* name) {
  const std::regex pattern(std::string(" ") + name + "=\"(-?[0-9.]+)\"");
  std::vector<double> values;
  for (std::sregex_iterator i(page.begin(), page.end(), pattern), end; i != end;
       ++i) {
    values.push_back(std::stod((*i)[1]));
  }
  return values;
}

TEST(Page, HasFiguresOfAnyNumberOfTasks) {
  for (const std::size_t poems : {18U, 50U}) {
    const auto page = poetry_compare::make_page(sample::make({0.02, 1, poems}));
    for (const double width : attributes(page, "width")) EXPECT_GE(width, 0);
    const auto figure_3 = page.substr(page.find("aria-label=\"Figure 3"));
    EXPECT_FALSE(
        attributes(figure_3.substr(0, figure_3.find("</svg>")), "width")
            .empty());
    EXPECT_TRUE(has(page, fmt::format("first 8 of {} threads", poems)));
  }
}

TEST(Page, ShowsABadByteAsReportsDo) {
  auto comparison = sample::make();
  comparison.poems[0].name = "caf\xe9.txt";
  const auto page = poetry_compare::make_page(comparison);
  EXPECT_TRUE(has(page, "task 1: caf\\xe9.txt"));
  EXPECT_FALSE(has(page, "\xef\xbf\xbd"));
}

TEST(Page, CallsOneThingATurn) {
  auto page = poetry_compare::make_page(sample::make());
  page.resize(page.find("<script"));
  const std::regex turn("[Tt]urns?\\b");
  for (std::sregex_iterator i(page.begin(), page.end(), turn), end; i != end;
       ++i) {
    const auto before = i->prefix().str();
    EXPECT_TRUE(std::regex_search(before, std::regex("([Ll]ongest|one) $")))
        << i->prefix().str().substr(before.size() - 40);
  }
}

TEST(Page, IsMadeOfAnEmptyComparisonToo) {
  EXPECT_TRUE(has(poetry_compare::make_page({}), "</html>"));
  Comparison comparison;
  comparison.variants.push_back(sample::unseen("curl", "cannot start"));
  EXPECT_TRUE(has(poetry_compare::make_page(comparison), "cannot start"));
  comparison.variants[0].picture.seen = true;
  EXPECT_TRUE(has(poetry_compare::make_page(comparison), "</html>"));
  EXPECT_EQ(xml_error(poetry_compare::make_svg(comparison)), "");
}

TEST(Svg, IsWellFormedWithAnyName) {
  auto comparison = sample::make();
  EXPECT_EQ(xml_error(poetry_compare::make_svg(comparison)), "");
  EXPECT_EQ(xml_error(poetry_compare::make_svg(nasty_one())), "");
  comparison.variants[0].name =
      "\x01\xff\xc0\x80\xed\xa0\x80\xef\xbf\xbe K\xc3\xb6rper";
  const std::string svg = poetry_compare::make_svg(comparison);
  EXPECT_EQ(xml_error(svg), "");
  EXPECT_TRUE(has(svg, "K\xc3\xb6rper"));
  EXPECT_FALSE(has(svg, "\xff"));
  EXPECT_FALSE(has(svg, "\xef\xbf\xbe"));
}

TEST(Svg, StandsAlone) {
  const std::string svg = poetry_compare::make_svg(sample::make());
  EXPECT_EQ(svg.rfind("<svg xmlns=\"http://www.w3.org/2000/svg\"", 0), 0U);
  EXPECT_TRUE(has(svg, "role=\"img\""));
  EXPECT_TRUE(has(svg, "<desc id=\"desc\">3 poems"));
  EXPECT_TRUE(has(svg, "prefers-color-scheme"));
  EXPECT_FALSE(has(svg, "<script"));
  EXPECT_FALSE(has(svg, "tabindex"));
}

TEST(Svg, HasAHeaderForEachVariant) {
  const auto comparison = sample::make();
  const std::string svg = poetry_compare::make_svg(comparison);
  for (const auto& variant : comparison.variants) {
    EXPECT_TRUE(has(svg, "\"name\">" + variant.name + "<"));
    const auto headline = poetry_compare::headline(comparison, variant);
    EXPECT_TRUE(has(svg, headline.text + (headline.alarm.empty()
                                              ? "<"
                                              : "<tspan class=\"alarm\">" +
                                                    headline.alarm + '<')));
  }
}

TEST(Svg, LeavesOutVariantsWithoutATrace) {
  auto comparison = sample::make();
  comparison.variants.push_back(sample::unseen("curl", "cannot start"));
  const std::string svg = poetry_compare::make_svg(comparison);
  EXPECT_FALSE(has(svg, "\"name\">curl"));
  EXPECT_TRUE(has(svg, "curl: cannot start"));  // in the description
}

}  // namespace
