// Names of functions, the choice of calls, and their figure.
#include "compare/calls/call_figure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compare/calls/call_words.h"
#include "compare/calls/function_names.h"
#include "support/xml.h"

namespace {

using poetry_compare::Call;
using poetry_compare::Choice;
using poetry_compare::Lane;
using poetry_compare::lane_of;
using poetry_compare::short_name;
using testing::ElementsAre;

// --- Names -------------------------------------------------------------------

TEST(CallNames, AShortNameHasNoParametersAndNoReturnType) {
  EXPECT_EQ(short_name("main"), "main");
  EXPECT_EQ(short_name("reactor::Reactor::run()"), "reactor::Reactor::run");
  EXPECT_EQ(short_name("reactor::(anonymous namespace)::TcpConnector::begin()"),
            "reactor::TcpConnector::begin");
  EXPECT_EQ(short_name("int count<std::vector<int> >(std::vector<int>&) const"),
            "count");
  EXPECT_EQ(short_name("Poem::name[abi:cxx11]() const"), "Poem::name");
}

TEST(CallNames, ALambdaHasTheNameOfItsFunction) {
  EXPECT_EQ(short_name("main::{lambda()#2}::operator()() const"),
            "lambda in main");
  EXPECT_EQ(short_name("Poem::read(int)::{lambda(char)#1}::operator()(char)"),
            "lambda in Poem::read");
  EXPECT_EQ(short_name("main::$_0::operator()() const"), "lambda in main");
  EXPECT_EQ(short_name("main::{lambda()#1}::_FUN()"), "");
}

TEST(CallNames, TheNamespaceTellsTheLane) {
  EXPECT_EQ(lane_of("reactor::Reactor::run"), Lane::library);
  EXPECT_EQ(lane_of("lambda in reactor::Reactor::read"), Lane::library);
  EXPECT_EQ(lane_of("PoetryProtocol::data_received"), Lane::yours);
  EXPECT_EQ(lane_of("lambda in main"), Lane::yours);
  EXPECT_EQ(lane_of("std::function::operator()"), Lane::none);
  EXPECT_EQ(lane_of("net::to_string"), Lane::none);
}

TEST(CallNames, ALabelIsSplitWhereAPartOfTheNameBegins) {
  EXPECT_THAT(poetry_compare::fit("Reactor::run()", 20),
              ElementsAre("Reactor::run()"));
  EXPECT_THAT(poetry_compare::fit("lambda in Reactor::run", 12),
              ElementsAre("lambda in", "Reactor::", "run"));
  EXPECT_THAT(poetry_compare::fit("PoetryClientFactory::stop()", 10),
              ElementsAre("PoetryCli…", "stop()"));
}

// --- The choice --------------------------------------------------------------

Call make(const std::string& name, const std::vector<Call>& calls = {}) {
  return {name, poetry_compare::lane_of(name), "", calls};
}

Call system_call(const std::string& name, const std::string& outcome) {
  return {name, Lane::system, outcome, {}};
}

Call iteration(const std::vector<Call>& calls) {
  std::vector<Call> all = {system_call("epoll_wait", "ready")};
  all.insert(all.end(), calls.begin(), calls.end());
  return make("reactor::Reactor::do_iteration", all);
}

// The loop calls hello() twice, and then bye().
Call sample() {
  const Call hello = make("reactor::read", {make("hello")});
  const Call bye = make("bye", {make("reactor::Reactor::stop")});
  return make("main", {make("reactor::Reactor::Reactor"),
                       make("reactor::Reactor::run",
                            {iteration({hello}), iteration({hello}),
                             iteration({bye}), iteration({})})});
}

std::string chosen(const Choice& choice) {
  return describe(choose_calls(sample(), choice));
}

TEST(ChosenCalls, AreThoseBetweenTheLanesAndTheIterations) {
  EXPECT_EQ(chosen({}),
            "main() runs. main() calls Reactor::run(). "
            "Reactor::run() calls Reactor::do_iteration(). "
            "Reactor::do_iteration() calls epoll_wait(). "
            "epoll_wait() returns to Reactor::do_iteration(): ready. "
            "Reactor::do_iteration() calls hello(). "
            "hello() returns to Reactor::do_iteration(). "
            "Reactor::do_iteration() returns to Reactor::run(). "
            "Then the same once more. "
            "Reactor::run() calls Reactor::do_iteration(). "
            "Reactor::do_iteration() calls epoll_wait(). "
            "epoll_wait() returns to Reactor::do_iteration(): ready. "
            "Reactor::do_iteration() calls bye(). bye() calls Reactor::stop(). "
            "Reactor::stop() returns to bye(). "
            "bye() returns to Reactor::do_iteration(). "
            "Reactor::do_iteration() returns to Reactor::run(). "
            "Reactor::run() calls Reactor::do_iteration(). "
            "Reactor::do_iteration() calls epoll_wait(). "
            "epoll_wait() returns to Reactor::do_iteration(): ready. "
            "Reactor::do_iteration() returns to Reactor::run(). "
            "Reactor::run() returns to main().");
}

TEST(ChosenCalls, AreThoseThatAreNamed) {
  EXPECT_EQ(chosen({{"run", "hello", "::stop"}, {}}),
            "main() runs. main() calls Reactor::run(). "
            "Reactor::run() calls hello(). hello() returns to Reactor::run(). "
            "Then the same once more. Reactor::run() returns to main().");
}

TEST(ChosenCalls, AreThoseOfTheIterationThatIsFollowed) {
  EXPECT_EQ(chosen({{"run", "epoll_wait", "bye"}, {"bye"}}),
            "main() runs. main() calls Reactor::run(). Other calls follow. "
            "Reactor::run() calls epoll_wait(). "
            "epoll_wait() returns to Reactor::run(): ready. "
            "Reactor::run() calls bye(). bye() returns to Reactor::run(). "
            "Other calls follow.");
}

TEST(ChosenCalls, DoNotEndOpenIfNothingIsLeftOut) {
  EXPECT_EQ(chosen({{"run", "bye"}, {"bye"}}),
            "main() runs. main() calls Reactor::run(). "
            "Reactor::run() calls bye(). bye() returns to Reactor::run(). "
            "Reactor::run() returns to main().");
}

TEST(ChosenCalls, CannotFollowAFunctionThatIsNotCalled) {
  EXPECT_THROW(chosen({{}, {"good_bye"}}), std::runtime_error);
}

// --- The figure --------------------------------------------------------------

std::string draw(const Choice& choice) {
  return draw_calls(choose_calls(sample(), choice), "Hello & <bye>");
}

TEST(CallFigure, IsXmlWithTitleAndDescription) {
  const std::string figure = draw({});
  EXPECT_EQ(xml_error(figure), "");
  EXPECT_TRUE(has(figure, "role=\"img\""));
  EXPECT_TRUE(
      has(figure, "<title id=\"title\">Hello &amp; &lt;bye&gt;</title>"));
  EXPECT_TRUE(has(figure, ">main() runs. main() calls Reactor::run()."));
  EXPECT_TRUE(has(figure, "prefers-color-scheme"));
}

TEST(CallFigure, HasAnArrowForEachCallAndForEachReturn) {
  const std::string figure = draw({});
  // The second of two equal iterations is not drawn.
  EXPECT_EQ(count(figure, "class=\"arrow\""), 10U);
  EXPECT_EQ(count(figure, "class=\"arrow back\""), 10U);
  EXPECT_TRUE(has(figure, "⋮ the same once more"));
}

TEST(CallFigure, HasNoReturnFromACallThatGoesOn) {
  const std::string figure = draw({{"run", "epoll_wait", "bye"}, {"bye"}});
  EXPECT_EQ(count(figure, "class=\"arrow\""), 3U);
  EXPECT_EQ(count(figure, "class=\"arrow back\""), 2U);
  EXPECT_TRUE(has(figure, "⋮ and so on"));
}

}  // namespace
