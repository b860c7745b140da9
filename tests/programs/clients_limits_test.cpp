// Limits of size and time, and waiting.

#include <cstdlib>
#include <regex>
#include <sstream>
#include <thread>
#include <utility>

#include "programs/clients.h"

using namespace clients;
using namespace std::chrono_literals;

namespace {

FOR_ALL_CLIENTS_BUT(Clients, "Stack");
FOR_ALL_CLIENTS_BUT(ReactorClients, "Stack", "Blocking", "Async");
// Those whose sockets are the reactor's.
FOR_CLIENTS(ProtocolClients, "Reactor2", "Simple", "Reactor3", "Coroutine");

TEST_P(Clients, M01_TakeAPoemOfExactlyTheLimit) {
  const std::string poem = rig::long_poem(5000);
  Server server(rig::serves(poem));
  expect_all_whole(GetParam(), {{server.address(), poem}},
                   {"--max-bytes", "5000"});
}

TEST_P(Clients, M01_FailAPoemOfOneByteMoreThanTheLimit) {
  Server server(rig::serves(rig::long_poem(5000)));
  Server good(rig::serves(rig::long_poem(4999)));
  const auto outcome =
      run({"--max-bytes", "4999", server.address(), good.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(std::regex_match(
      outcome.err,
      std::regex("Task 1: connection lost after \\d+ bytes: the poem has more "
                 "than 4999 bytes \\(--max-bytes\\)\n")))
      << outcome.err;
  if (GetParam().prints_poems()) {
    EXPECT_EQ(outcome.out, rig::long_poem(4999));
  } else {
    EXPECT_NE(outcome.out.find("\nGot 1 of 2 poems in "), std::string::npos);
  }
}

TEST_P(Clients, M01_EndAnEndlessPoem) {
  Server server(rig::never_ends());
  const auto outcome = run({"--max-bytes", "100000", server.address()});
  EXPECT_EQ(outcome.status, 1);
  std::smatch match;
  const std::regex line("Task 1: connection lost after (\\d+) bytes: .+\n");
  ASSERT_TRUE(std::regex_match(outcome.err, match, line)) << outcome.err;
  // At most the limit and one buffer.
  EXPECT_GE(std::stoul(match[1]), 100'000U);
  EXPECT_LE(std::stoul(match[1]), 100'000U + 65536U);
}

TEST_P(ReactorClients, M03_ATimeoutEndsASilentServer) {
  Server server(rig::stays_silent());
  const auto outcome = run({"--timeout", "0.1", server.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  EXPECT_TRUE(
      std::regex_match(outcome.err, std::regex("Task 1: .*timed out\n")))
      << outcome.err;
  expect_printed(GetParam(), {{server.address(), "", Wanted::partial}},
                 outcome.out);
}

TEST_P(ReactorClients, M03_ATimeoutDoesNotEndACompletePoem) {
  Server silent(rig::stays_silent());
  Server good(rig::serves("a poem\n"));
  const auto outcome =
      run({"--timeout", "0.6", silent.address(), good.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(
      std::regex_match(outcome.err, std::regex("Task 1: .*timed out\n")))
      << outcome.err;
  expect_printed(
      GetParam(),
      {{silent.address(), "", Wanted::partial}, {good.address(), "a poem\n"}},
      outcome.out);
}

TEST_P(ReactorClients, M03_AnUnusedTimeoutCostsNoTime) {
  Server server(rig::serves("a poem\n"));
  expect_all_whole(GetParam(), {{server.address(), "a poem\n"}},
                   {"--timeout", "1000"});
}

TEST_P(ReactorClients, C07_AHugeTimeoutIsAccepted) {
  Server server(rig::serves("a poem\n"));
  expect_all_whole(GetParam(), {{server.address(), "a poem\n"}},
                   {"--timeout", "1e300"});
}

// Data does not reset it: the whole poem has to be complete in time.
TEST_P(ProtocolClients, M03_ATimeoutEndsAServerThatNeverStopsSending) {
  Server server([](Visit& visit) {
    while (!visit.over()) {
      visit.push("x");
      std::this_thread::sleep_for(5ms);
    }
  });
  const auto outcome = run({"--timeout", "0.2", server.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(
      std::regex_match(outcome.err, std::regex("Task 1: .*timed out\n")))
      << outcome.err;
}

TEST_P(ReactorClients, D06_ATimeoutEndsAnAttemptToConnect) {
  rig::FullBacklog server;
  const auto outcome = run({"--timeout", "0.2", server.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  EXPECT_TRUE(std::regex_match(
      outcome.err, std::regex("Failed to connect to " + server.address() +
                              ": .*timed out\n")))
      << outcome.err;
  expect_printed(GetParam(), {{server.address(), "", Wanted::never}},
                 outcome.out);
}

// The kernel shows for how long a program waits: the fourth argument of
// epoll_wait(), in milliseconds.
unsigned long longest_wait(pid_t pid) {
  std::istringstream call(
      rig::contents("/proc/" + std::to_string(pid) + "/syscall"));
  std::string word;
  for (int i = 0; i < 5; ++i) {
    call >> word;
  }
  return std::strtoul(word.c_str(), nullptr, 16);
}

class EpollClients : public ClientTest {};

INSTANTIATE_TEST_SUITE_P(With,
                         EpollClients,
                         testing::ValuesIn(programs.begin() + 4,
                                           programs.end()),
                         name_of);

TEST_P(EpollClients, D06_WaitForAnAttemptAsLongAsTheTimeoutSays) {
  rig::FullBacklog server;
  Process client({.words = words({"--reactor", "epoll", "--timeout", "1000",
                                  server.address()})});
  rig::eventually("a wait of more than 900 seconds", [&] {
    const auto wait = longest_wait(client.pid());
    return wait > 900'000 && wait <= 1'000'000;
  });
}

TEST_P(ProtocolClients, D06_APendingAttemptDelaysNoOtherTask) {
  rig::FullBacklog pending;
  Server good(rig::serves("a poem\n"));
  const auto outcome =
      run({"--timeout", "0.6", pending.address(), good.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(std::regex_match(
      outcome.err, std::regex("Failed to connect to " + pending.address() +
                              ": .*timed out\n")))
      << outcome.err;
  expect_printed(
      GetParam(),
      {{pending.address(), "", Wanted::never}, {good.address(), "a poem\n"}},
      outcome.out);
}

// --- Waiting -----------------------------------------------------------------

// A program that polls would wake up in each of these windows.
TEST_P(Clients, A12_WaitingCostsNothing) {
  Server server(rig::stays_silent());
  Server other(rig::stays_silent());
  const bool has_timeout =
      !GetParam().is("Blocking") && !GetParam().is("Async");
  Process client({.words = words({server.address()})});
  Process patient(
      {.words =
           words(has_timeout ? Words{"--timeout", "1000", other.address()}
                             : Words{"--max-bytes", "1000", other.address()})});
  server.wait_for_visits(1);
  other.wait_for_visits(1);
  rig::eventually("300 ms without waking up", [&] {
    const auto before = std::pair(client.sleeps(), patient.sleeps());
    std::this_thread::sleep_for(300ms);
    return before == std::pair(client.sleeps(), patient.sleeps());
  });
}

}  // namespace
