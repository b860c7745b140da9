// How the comparison reads traces and command lines.

#include "compare/measure/measure.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "compare/measure/numbers.h"
#include "compare/measure/summary.h"
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
      {on_client("connect", 0, 0, 0), make_event("poll", 20, 310, 1),
       make_event("poll", 350, 990, 1), make_event("poll", 992, 999, 1)},
      {});
  ASSERT_EQ(picture.turns.size(), 4u);
  EXPECT_NEAR(*numbers_of(picture).longest_turn, 0.040, 1e-9);
}

TEST(LongestTurn, MayBeBetweenTheFirstConnectionAndTheFirstWait) {
  const auto picture = measure_one(
      {on_client("connect", 100, 101, 0), make_event("poll", 420, 990, 1)}, {});
  EXPECT_NEAR(*numbers_of(picture).longest_turn, 0.320, 1e-9);
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

// A wait for some sockets, by their descriptors.
Event wait_for(std::int64_t begin, std::int64_t end, std::vector<int> fds) {
  Event event = make_event("poll", begin, end, 1);
  event.sockets = static_cast<std::int64_t>(fds.size());
  for (const int fd : fds) event.set |= std::uint64_t{1} << fd;
  if (fds.size() != 1) return event;
  event.fd = fds[0];
  event.local = client_port;
  event.peer = static_cast<std::uint16_t>(server_port + fds[0]);
  return event;
}

Event connect_to(int fd) {
  Event event = on_client("connect", 0, 0, 0,
                          static_cast<std::uint16_t>(server_port + fd));
  event.fd = fd;
  return event;
}

// Of a client with two connections, as descriptors 0 and 1.
Picture measure_two(std::vector<Event> events) {
  events.insert(events.begin(), {connect_to(0), connect_to(1)});
  return poetry_compare::measure(
      make_trace(std::move(events)), {},
      {{server_port, {}, {}}, {server_port + 1, {}, {}}}, {0, 1000 * ms});
}

TEST(Waits, ForASingleSocketAreForOneTask) {
  const auto picture = measure_two({wait_for(10, 20, {1})});
  EXPECT_EQ(picture.waits.at(0).kind, poetry_compare::WaitKind::one_task);
  EXPECT_EQ(picture.waits.at(0).task, 1u);
}

TEST(Waits, AreForAnyTaskIfTheThreadAlsoWaitsForSeveral) {
  const auto picture =
      measure_two({wait_for(10, 20, {0, 1}), wait_for(30, 40, {1})});
  for (const auto& wait : picture.waits) {
    EXPECT_EQ(wait.kind, poetry_compare::WaitKind::any_task);
  }
}

TEST(Waits, WithoutASocketAreTimeAway) {
  EXPECT_TRUE(measure_two({wait_for(10, 20, {})}).waits.empty());
}

TEST(Waits, AreNotReadsThatFindBytesOrThatCannotWait) {
  Event copies = on_client("recv", 10, 80, 5'000'000);
  copies.queued = 4'000'000;
  Event late = on_client("recv", 90, 150, 5);
  late.queued = 0;
  late.nonblocking = true;
  EXPECT_TRUE(measure_one({on_client("connect", 0, 0, 0), copies, late}, {})
                  .waits.empty());
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

TEST(Outcome, IsUnknownIfBytesWereReadUnseen) {
  Event close = on_client("close", 20, 20, 0);
  close.received = 100;
  close.queued = 0;
  const auto picture =
      poetry_compare::measure(make_trace({on_client("connect", 0, 0, 0),
                                          on_client("recv", 5, 5, 40), close}),
                              {}, {{server_port, 100, 42}}, {0, 100 * ms});
  EXPECT_TRUE(picture.tasks.at(0).read_unseen);
  EXPECT_EQ(picture.tasks.at(0).outcome, poetry_compare::Outcome::unknown);
}

TEST(Served, IsTheRunInWhichAnAcceptReturns) {
  Event accept = on_server("accept", 50, 4);
  accept.duration = 200 * ms;
  for (const auto& [begin, end] : {std::pair(0, 100), std::pair(200, 300)}) {
    const auto picture = poetry_compare::measure(
        make_trace({}), {make_trace({accept})}, {{server_port, {}, {}}},
        {begin * ms, end * ms});
    EXPECT_EQ(picture.served, end == 300) << begin;
    EXPECT_FALSE(picture.seen);
  }
}

// --- Causes ------------------------------------------------------------------

using poetry_compare::Cause;

// Bytes of descriptor 1 lie unread from 100 to 400 ms, when they are read.
std::optional<poetry_compare::Finding> cause_of(std::vector<Event> meanwhile,
                                                std::int64_t cpu = -1,
                                                std::int64_t delayed = 0) {
  meanwhile.insert(meanwhile.begin(), {connect_to(0), connect_to(1)});
  Event read = on_client("recv", 400, 400, 5, server_port + 1);
  if (cpu >= 0) {
    meanwhile[0].cpu = meanwhile[0].delayed = 0;
    read.cpu = cpu * 1000;
    read.delayed = delayed * 1000;
  }
  meanwhile.push_back(read);
  return find_unread(poetry_compare::measure(
      make_trace(std::move(meanwhile)),
      {make_trace({on_server("send", 100, 5, server_port + 1)})},
      {{server_port, {}, {}}, {server_port + 1, {}, {}}}, {0, 1000 * ms}));
}

TEST(Causes, AreAReadOrAWaitForAnotherTask) {
  for (const Event& wait :
       {on_client("recv", 90, 400, 5), wait_for(90, 400, {0})}) {
    const auto finding = cause_of({wait});
    EXPECT_EQ(finding->cause, Cause::stuck) << wait.call;
    EXPECT_EQ(finding->poem, 1u);
    EXPECT_EQ(finding->other, 0u);
    EXPECT_NEAR(finding->blamed, 0.3, 1e-9);
  }
}

TEST(Causes, NamePoemsSinceTasksDifferFromRunToRun) {
  // A second connection to the first server is task 1; the unread one is
  // task 2.
  Event again = connect_to(0);
  again.fd = 2;
  again.local = client_port + 1;
  const auto finding = cause_of({again, wait_for(90, 400, {0})});
  EXPECT_EQ(finding->poem, 1u);
  EXPECT_EQ(finding->other, 0u);
}

TEST(Causes, AreTheMachinesInTheRightWait) {
  for (const Event& wait : {wait_for(90, 400, {0, 1}), wait_for(90, 400, {1}),
                            make_event("poll", 90, 400, 1)}) {
    const auto finding = cause_of({wait});
    EXPECT_EQ(finding->cause, Cause::machine);
    EXPECT_NEAR(finding->blamed, 0, 1e-9);
  }
}

TEST(Causes, TellComputingFromSleepingAndFromAMissingProcessor) {
  EXPECT_EQ(cause_of({})->cause, Cause::away);
  EXPECT_EQ(cause_of({}, 400)->cause, Cause::computing);
  EXPECT_EQ(cause_of({}, 4)->cause, Cause::asleep);
  EXPECT_EQ(cause_of({}, 4, 396)->cause, Cause::machine);
  EXPECT_NEAR(cause_of({}, 4, 396)->blamed, 0.003, 1e-3);
}

TEST(Causes, LeaveOutOfAReadTheTimeWithoutAProcessor) {
  const Event read = on_client("recv", 90, 400, 5);
  EXPECT_EQ(cause_of({read}, 4, 380)->cause, Cause::machine);
  EXPECT_EQ(cause_of({read}, 4, 0)->cause, Cause::stuck);
  EXPECT_NEAR(cause_of({read}, 0, 200)->blamed, 0.15, 1e-9);
}

TEST(Causes, AreTheMachinesInAConnectThatCannotWait) {
  Event connect = on_client("connect", 90, 400, -1);
  connect.error = EINPROGRESS;
  EXPECT_EQ(cause_of({connect}, 4, 396)->cause, Cause::machine);
  EXPECT_EQ(cause_of({connect}, 4)->cause, Cause::asleep);
}

TEST(Causes, AWaitForNoSocketIsSleep) {
  EXPECT_EQ(cause_of({wait_for(90, 400, {})}, 1)->cause, Cause::asleep);
}

TEST(Causes, OneBadRunOfThreeRaisesNoAlarm) {
  poetry_compare::Variant variant;
  variant.runs.resize(3);
  variant.runs[1].worst_unread = 2;
  variant.runs[1].unread = {0, 2, Cause::asleep, 2, 0, 0, true};
  summarise(variant);
  EXPECT_FALSE(variant.overall.unread);
  variant.runs[0] = variant.runs[1];
  summarise(variant);
  EXPECT_EQ(variant.overall.unread->cause, Cause::asleep);
}

TEST(Causes, AFailedRunIsNotInTheMedian) {
  poetry_compare::Variant variant;
  variant.runs.resize(2);
  variant.runs[0].wall = 0.003;
  variant.runs[0].status = 1;
  variant.runs[1].wall = 2;
  summarise(variant);
  EXPECT_EQ(variant.overall.wall, 2);
  EXPECT_EQ(variant.overall.status, 1);
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
