// The Slow Poetry Server, as a user sees it: behaviour.md, section 2. The poems
// that it serves, and how it breaks off.

#include <chrono>
#include <set>

#include "programs/server.h"
#include "support/rig.h"

using namespace server;
using namespace std::chrono_literals;

namespace {

INSTANTIATE_TEST_SUITE_P(Each, Server, testing::ValuesIn(editions), name_of);
INSTANTIATE_TEST_SUITE_P(Each,
                         ReactorServer,
                         testing::ValuesIn(with_reactor),
                         name_of);

// --- Poems -------------------------------------------------------------------

TEST_P(Server, F01_PrintsItsFileAndPort) {
  PoetryServer server(science, {"--port", "0"});
  EXPECT_GT(server.port(), 0);
  expect_out(server, serving(science, server));
  Caller caller(server.port());
  EXPECT_EQ(caller.read(10), rig::contents(science).substr(0, 10));
}

TEST_P(Server, ListensOnAFreePortByDefault) {
  PoetryServer server(science, {});
  EXPECT_GT(server.port(), 0);
}

TEST_P(Server, ListensOnTheGivenPort) {
  std::uint16_t port = 0;
  {
    PoetryServer first(science);
    port = first.port();
  }
  PoetryServer second(science, {"--port", std::to_string(port)});
  EXPECT_EQ(second.port(), port);
}

TEST_P(ReactorServer, ServesThePoemOnEachPort) {
  PoetryServer server(
      science, {"--port", "0", "--port", "0", "--port", "0", "--delay", "0"});
  const auto three = ports(server, 3);
  EXPECT_EQ(std::set(three.begin(), three.end()).size(), 3U);
  for (const std::uint16_t port : three) {
    EXPECT_EQ(Caller(port).read_all(), rig::contents(science));
  }
}

TEST_P(ReactorServer, ServesOnAThousandPorts) {
  // A port has two descriptors.
  const rig::ManyDescriptors many(2100);
  const std::size_t count = GetParam().reactor == "select" ? 300 : 1000;
  Words options{"--delay", "0"};
  for (std::size_t i = 0; i < count; ++i) {
    options.insert(options.end(), {"--port", "0"});
  }
  PoetryServer server(science, options);
  const auto all = ports(server, count);
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), count);
  EXPECT_EQ(Caller(all.front()).read_all(), rig::contents(science));
  EXPECT_EQ(Caller(all.back()).read_all(), rig::contents(science));
}

TEST_P(Server, SendsTenBytesAtATimeByDefault) {
  const PoemFile poem(rig::long_poem(25));
  PoetryServer server(poem.path());
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::long_poem(25));
  expect_out(server, serving(poem.path(), server) + about(caller, {10, 10, 5}));
  EXPECT_EQ(server.process().err(), "");
}

TEST_P(Server, SendsTheGivenNumberOfBytesAtATime) {
  PoetryServer server(science, {"--delay", "0", "--num-bytes", "300"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  expect_out(server, serving(science, server) + about(caller, {300, 300, 53}));
}

TEST_P(Server, C04_PausesAfterEachChunkIncludingTheLast) {
  const PoemFile poem(rig::long_poem(50));
  PoetryServer server(poem.path(), {"--delay", "0.02"});
  const auto start = std::chrono::steady_clock::now();
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all().size(), 50U);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 5 * 20ms);
}

TEST_P(Server, TheDelayIsATenthOfASecondByDefault) {
  const PoemFile poem("x");
  PoetryServer server(poem.path(), {});
  const auto start = std::chrono::steady_clock::now();
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), "x");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 100ms);
}

TEST_P(Server, AnEmptyPoemIsAConnectionThatIsClosed) {
  const PoemFile poem("");
  PoetryServer server(poem.path());
  for (int i = 0; i < 2; ++i) {
    Caller caller(server.port());
    EXPECT_EQ(caller.read_all(), "");
    EXPECT_FALSE(caller.error());
  }
}

TEST_P(Server, M05_ServesAllByteValues) {
  const PoemFile poem(rig::binary_poem());
  PoetryServer server(poem.path());
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::binary_poem());
}

TEST_P(Server, M06_ServesInvalidUtf8AndKeepsLineEnds) {
  const std::string text = "\xc3\r\n\xff\xfe\n\r\x80";
  const PoemFile poem(text);
  PoetryServer server(poem.path(), {"--delay", "0", "--num-bytes", "1"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), text);
  EXPECT_EQ(server.process().err(), "");
}

TEST_P(Server, RepeatsThePoemAcrossTheSeam) {
  const PoemFile poem("0123456789abcdef");
  PoetryServer server(poem.path(),
                      {"--delay", "0", "--num-bytes", "10", "--repeat", "3"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(),
            "0123456789abcdef0123456789abcdef0123456789abcdef");
  expect_out(server,
             serving(poem.path(), server) + about(caller, {10, 10, 10, 10, 8}));
}

TEST_P(Server, AnEmptyPoemMayBeRepeated) {
  const PoemFile poem("");
  PoetryServer server(poem.path(), {"--repeat", "3"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), "");
}

TEST_P(Server, ServesOneClientOnlyWithOnce) {
  const PoemFile poem("one poem");
  PoetryServer server(poem.path(), {"--once"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), "one poem");
  caller.leave();
  EXPECT_EQ(server.process().wait().status, 0);
}

TEST_P(Server, WithOnceEachOtherClientIsReset) {
  PoetryServer server(science, {"--once", "--delay", "0.001"});
  Caller first(server.port());
  EXPECT_EQ(first.read(10), rig::contents(science).substr(0, 10));
  Caller second(server.port());
  EXPECT_EQ(first.read_all(), rig::contents(science).substr(10));
  EXPECT_FALSE(first.error());
  first.leave();
  EXPECT_EQ(second.read_all(), "");
  EXPECT_EQ(second.error(), std::errc::connection_reset);
  const auto outcome = server.process().wait();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
}

TEST_P(ReactorServer, WithOnceAllPortsTogetherServeOneClient) {
  PoetryServer server(
      science, {"--once", "--delay", "0.001", "--port", "0", "--port", "0"});
  const auto both = ports(server, 2);
  Caller first(both[1]);
  EXPECT_EQ(first.read(10).size(), 10U);
  Caller second(both[0]);
  EXPECT_EQ(second.read_all(), "");
  EXPECT_EQ(second.error(), std::errc::connection_reset);
  EXPECT_EQ(first.read_all(), rig::contents(science).substr(10));
  first.leave();
  EXPECT_EQ(server.process().wait().status, 0);
}

// --- Breaking off ------------------------------------------------------------

TEST_P(Server, BreaksOffLikeTheEndOfAPoem) {
  PoetryServer server(
      science, {"--delay", "0", "--num-bytes", "8", "--fail-after", "11"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::contents(science).substr(0, 11));
  EXPECT_FALSE(caller.error());
  expect_out(server, serving(science, server) + about(caller, {8, 3}));

  Caller next(server.port());
  caller.leave();
  EXPECT_EQ(next.read_all().size(), 11U);
}

TEST_P(Server, BreaksOffWithAnOrderlyEndOnRequest) {
  PoetryServer server(
      science, {"--delay", "0", "--fail-after", "11", "--fail", "close"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all().size(), 11U);
  EXPECT_FALSE(caller.error());
}

TEST_P(Server, BreaksOffWithAResetOnRequest) {
  PoetryServer server(
      science, {"--delay", "0", "--fail-after", "11", "--fail", "reset"});
  for (int i = 0; i < 2; ++i) {
    Caller caller(server.port());
    EXPECT_EQ(caller.read_all(), rig::contents(science).substr(0, 11));
    EXPECT_EQ(caller.error(), std::errc::connection_reset);
  }
}

// The system takes them in parts.
TEST_P(Server, ResetsTheConnectionWhenTheBytesBeforeItAreSent) {
  const PoemFile poem(rig::long_poem(60'000));
  PoetryServer server(
      poem.path(), {"--delay", "0", "--num-bytes", "60000", "--sndbuf", "4096",
                    "--fail-after", "50000", "--fail", "reset"});
  Caller caller(server.port());
  EXPECT_TRUE(caller.read_all() == rig::long_poem(50'000));
  EXPECT_EQ(caller.error(), std::errc::connection_reset);
}

TEST_P(Server, LogsNothingIfAClientLeavesAfterEverythingWasSent) {
  PoetryServer server(science, {"--delay", "0", "--num-bytes", "11",
                                "--fail-after", "11", "--fail", "stall"});
  for (int i = 0; i < 2; ++i) {
    Caller caller(server.port());
    EXPECT_EQ(caller.read(11).size(), 11U);
    server.process().wait_until_it_sleeps();
    caller.reset();
  }
  Caller last(server.port());
  EXPECT_EQ(last.read(11).size(), 11U);
  EXPECT_EQ(server.process().err(), "");
}

TEST_F(BlockingServer, StallsUntilTheClientLeavesOnRequest) {
  PoetryServer server(science, {"--delay", "0", "--num-bytes", "11",
                                "--fail-after", "11", "--fail", "stall"});
  Caller first(server.port());
  EXPECT_EQ(first.read(11), rig::contents(science).substr(0, 11));
  Caller second(server.port());
  server.process().wait_until_it_sleeps();
  EXPECT_FALSE(first.has_news());
  EXPECT_FALSE(second.has_news());

  const std::string first_lines = about(first, {11});
  first.leave();
  EXPECT_EQ(second.read(11).size(), 11U);
  expect_out(server,
             serving(science, server) + first_lines + about(second, {11}));
}

TEST_P(ReactorServer, AStalledClientDelaysNoOther) {
  PoetryServer server(science, {"--delay", "0", "--num-bytes", "11",
                                "--fail-after", "11", "--fail", "stall"});
  Caller first(server.port());
  Caller second(server.port());
  EXPECT_EQ(second.read(11), rig::contents(science).substr(0, 11));
  EXPECT_EQ(first.read(11), rig::contents(science).substr(0, 11));
  server.process().wait_until_it_sleeps();
  EXPECT_FALSE(first.has_news());
  EXPECT_FALSE(second.has_news());

  const auto open = server.process().descriptors().size();
  first.leave();
  rig::eventually("the server to notice", [&] {
    return server.process().descriptors().size() == open - 1;
  });
  EXPECT_FALSE(second.has_news());
  EXPECT_EQ(server.process().err(), "");
}

TEST_P(Server, MayBreakOffBeforeTheFirstByte) {
  PoetryServer server(science, {"--fail-after", "0"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), "");
  EXPECT_FALSE(caller.error());
}

TEST_P(Server, DoesNotFailAfterMoreBytesThanThereAre) {
  PoetryServer server(
      science, {"--delay", "0", "--fail-after", "654", "--fail", "reset"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  EXPECT_FALSE(caller.error());
}

}  // namespace
