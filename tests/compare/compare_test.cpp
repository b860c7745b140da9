// How the comparison reads traces and command lines.

#include "compare/measure/measure.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "compare/measure/numbers.h"
#include "compare/run/clients.h"
#include "compare/run/shell_words.h"

namespace {

using poetry_compare::Event;
using poetry_compare::Numbers;
using poetry_compare::Picture;
using poetry_compare::Trace;

constexpr std::int64_t ms = 1'000'000;
constexpr std::uint16_t server_port = 10000;
constexpr std::uint16_t client_port = 50000;
constexpr int client_pid = 7;

Event make_event(const std::string& call,
                 std::int64_t begin,
                 std::int64_t end,
                 std::int64_t result) {
  Event event;
  event.time = begin * ms;
  event.duration = (end - begin) * ms;
  event.pid = event.thread = client_pid;
  event.call = call;
  event.result = result;
  return event;
}

// Of the client; times in ms.
Event on_client(const std::string& call,
                std::int64_t begin,
                std::int64_t end,
                std::int64_t result,
                std::uint16_t port = server_port) {
  Event event = make_event(call, begin, end, result);
  event.local = client_port;
  event.peer = port;
  return event;
}

Event on_server(const std::string& call,
                std::int64_t time,
                std::int64_t result,
                std::uint16_t port = server_port) {
  Event event = make_event(call, time, time, result);
  event.local = port;
  event.peer = client_port;
  return event;
}

Trace make_trace(std::vector<Event> events) {
  Trace trace;
  trace.pid = client_pid;
  trace.events = std::move(events);
  return trace;
}

Picture measure_one(std::vector<Event> client,
                    std::vector<Event> server,
                    std::int64_t end = 1000) {
  return poetry_compare::measure(make_trace(std::move(client)),
                                 {make_trace(std::move(server))},
                                 {{server_port, {}, {}}}, {0, end * ms});
}

Numbers numbers_of(const Picture& picture) {
  Numbers numbers;
  add_numbers(picture, numbers);
  return numbers;
}

TEST(WorstUnread, IsFromTheSendToTheReadThatTookTheByte) {
  // The second read takes the end of the first send, and all of the second.
  const auto picture = measure_one(
      {on_client("connect", 0, 0, 0), on_client("recv", 20, 20, 60),
       on_client("recv", 500, 500, 140), on_client("recv", 501, 501, 0)},
      {on_server("accept", 1, 4), on_server("send", 10, 100),
       on_server("send", 300, 100)});
  ASSERT_EQ(picture.tasks.size(), 1u);
  EXPECT_DOUBLE_EQ(*numbers_of(picture).worst_unread, 0.490);
  EXPECT_EQ(picture.tasks[0].bytes, 200u);
  EXPECT_DOUBLE_EQ(picture.tasks[0].end, 0.501);
}

TEST(WorstUnread, LastsUntilTheEndWithoutARead) {
  const auto picture = measure_one(
      {on_client("connect", 0, 0, 0), on_client("close", 700, 700, 0)},
      {on_server("accept", 1, 4), on_server("send", 200, 10)});
  EXPECT_DOUBLE_EQ(*numbers_of(picture).worst_unread, 0.5);
}

TEST(WorstUnread, IsZeroForAReadThatStartsBeforeTheSend) {
  const auto picture = measure_one(
      {on_client("connect", 0, 0, 0), on_client("recv", 1, 300, 10)},
      {on_server("accept", 1, 4), on_server("send", 300, 10)});
  EXPECT_DOUBLE_EQ(*numbers_of(picture).worst_unread, 0);
}

TEST(WorstUnread, IsNotKnownWithoutTheServersTrace) {
  const auto picture = poetry_compare::measure(
      make_trace({on_client("connect", 0, 0, 0), on_client("recv", 1, 3, 10)}),
      {}, {{server_port, {}, {}}}, {0, 10 * ms});
  EXPECT_TRUE(picture.seen);
  EXPECT_FALSE(numbers_of(picture).worst_unread);
}

TEST(LongestTurn, IsBetweenTheReturnOfOneWaitAndTheCallOfTheNext) {
  const auto picture = measure_one(
      {on_client("connect", 0, 100, 0), make_event("poll", 300, 310, 1),
       make_event("poll", 350, 990, 1), make_event("poll", 992, 999, 1)},
      {});
  ASSERT_EQ(picture.turns.size(), 3u);
  EXPECT_NEAR(*numbers_of(picture).longest_turn, 0.040, 1e-9);
}

TEST(LongestTurn, LastsUntilTheProgramsEnd) {
  const auto picture = measure_one(
      {on_client("connect", 0, 1, 0), make_event("epoll_wait", 2, 10, 1)}, {});
  EXPECT_NEAR(*numbers_of(picture).longest_turn, 0.990, 1e-9);
}

TEST(LongestTurn, IsAwaitedAsLongAsATaskIsThere) {
  const auto picture =
      measure_one({on_client("connect", 0, 1, 0), make_event("poll", 2, 10, 1),
                   on_client("recv", 200, 200, 0)},
                  {});
  EXPECT_NEAR(*numbers_of(picture).longest_turn, 0.990, 1e-9);
  EXPECT_NEAR(*numbers_of(picture).awaited_turn, 0.190, 1e-9);
}

TEST(LongestTurn, IsUnknownWithoutAnyWait) {
  const auto picture = measure_one(
      {on_client("connect", 0, 1, 0), on_client("recv", 1, 900, 5)}, {});
  EXPECT_FALSE(numbers_of(picture).longest_turn);
}

TEST(LongestTurn, OfAnotherThreadEndsWithItsLastCall) {
  auto wait = make_event("poll", 10, 20, 1);
  auto read = on_client("recv", 30, 31, 5);
  wait.thread = read.thread = client_pid + 1;
  const auto picture =
      measure_one({on_client("connect", 0, 1, 0), wait, read}, {});
  EXPECT_NEAR(*numbers_of(picture).longest_turn, 0.011, 1e-9);
}

TEST(Waits, TellAWaitForAllTasksFromAWaitForOne) {
  const auto picture = measure_one(
      {on_client("connect", 0, 5, 0), make_event("select", 5, 30, 1),
       on_client("recv", 31, 80, 5), on_client("recv", 81, 81, 5)},
      {});
  ASSERT_EQ(picture.waits.size(), 3u);
  EXPECT_EQ(picture.waits[0].kind, poetry_compare::WaitKind::one_task);
  EXPECT_EQ(picture.waits[1].kind, poetry_compare::WaitKind::any_task);
  EXPECT_EQ(picture.waits[2].kind, poetry_compare::WaitKind::one_task);
  EXPECT_NEAR(picture.waits[2].duration, 0.049, 1e-9);
}

TEST(Tasks, AreInTheOrderOfThePoemsNotOfTheConnections) {
  const auto picture = poetry_compare::measure(
      make_trace({on_client("connect", 0, 1, 0, 10001),
                  on_client("connect", 1, 2, 0, 10000),
                  on_client("recv", 2, 50, 3, 10001)}),
      {}, {{10000, {}, {}}, {10001, {}, {}}}, {0, 100 * ms});
  ASSERT_EQ(picture.tasks.size(), 2u);
  EXPECT_EQ(picture.tasks[0].poem, 0u);
  EXPECT_EQ(picture.tasks[1].bytes, 3u);
  EXPECT_EQ(picture.waits.back().task, 1u);
}

TEST(Tasks, OnOnePairOfPortsAreDistinguishedByTime) {
  const auto picture = measure_one(
      {on_client("connect", 0, 0, 0), on_client("recv", 10, 10, 5),
       on_client("close", 20, 20, 0), on_client("connect", 500, 500, 0),
       on_client("recv", 600, 600, 7), on_client("close", 601, 601, 0)},
      {on_server("accept", 1, 4), on_server("send", 9, 5),
       on_server("accept", 501, 4), on_server("send", 590, 7)});
  ASSERT_EQ(picture.tasks.size(), 2u);
  EXPECT_EQ(picture.tasks[0].sends.size(), 1u);
  EXPECT_NEAR(*numbers_of(picture).worst_unread, 0.010, 1e-9);
}

TEST(Outcome, ComparesByteForByte) {
  auto read = on_client("recv", 10, 10, 5);
  read.checksum = 42;
  const auto outcome = [&](std::size_t bytes, std::uint64_t checksum) {
    const auto picture = poetry_compare::measure(
        make_trace({on_client("connect", 0, 0, 0), read}), {},
        {{server_port, bytes, checksum}}, {0, 100 * ms});
    return picture.tasks.at(0).outcome;
  };
  EXPECT_EQ(outcome(5, 42), poetry_compare::Outcome::complete);
  EXPECT_EQ(outcome(6, 42), poetry_compare::Outcome::partial);
  EXPECT_EQ(outcome(5, 41), poetry_compare::Outcome::wrong);
  EXPECT_EQ(outcome(4, 42), poetry_compare::Outcome::wrong);
}

TEST(Commands, AreSplitAsAShellDoesIt) {
  const auto words = [](const std::string& command) {
    return poetry_compare::parse_client("x=" + command).words;
  };
  using Words = std::vector<std::string>;
  EXPECT_EQ(words("a  b\tc"), (Words{"a", "b", "c"}));
  EXPECT_EQ(words(R"(sh -c "for p; do x $p; done" sh)"),
            (Words{"sh", "-c", "for p; do x $p; done", "sh"}));
  EXPECT_EQ(words(R"('a b'c "" \ d "\"\n")"),
            (Words{"a bc", "", " d", "\"\\n"}));
}

}  // namespace
