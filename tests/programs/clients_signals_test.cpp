// SIGINT, SIGTERM and other signals while a client waits: behaviour.md,
// section 5.

#include <atomic>
#include <csignal>

#include "programs/clients.h"

using namespace clients;

namespace {

FOR_ALL_CLIENTS_BUT(Clients, "Stack");
// Those that react to a signal while they wait.
FOR_ALL_CLIENTS_BUT(Hearing, "Stack", "Broken");
FOR_CLIENTS(BrokenClient, "Broken");

TEST_P(Clients, J04_AStormOfSignalsChangesNothing) {
  const std::string poem = rig::long_poem(100);
  std::atomic<std::size_t> rounds = 0;
  Server server([&](Visit& visit) {
    for (std::size_t i = 0; i < poem.size(); ++i) {
      visit.wait_for([&] { return rounds > i; });
      visit.push({&poem[i], 1});
    }
    visit.finish();
  });
  Process client({.words = words({server.address()})});
  server.wait_for_visits(1);
  for (std::size_t i = 0; i < poem.size(); ++i) {
    for (const int number : {SIGWINCH, SIGSTOP, SIGCONT, SIGWINCH}) {
      client.signal(number);
    }
    ++rounds;
  }
  const auto outcome = client.wait();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  expect_printed(GetParam(), {{server.address(), poem}}, outcome.out);
}

// After SIGCONT a call with a timeout fails with EINTR, although no handler was
// called.
TEST_P(Clients, J04_StoppedAndContinuedTheyConnectAndReceive) {
  for (const bool has_timeout : {false, true}) {
    if (has_timeout && !GetParam().has_timeout()) continue;
    rig::FullBacklog server;
    Process client({.words = words(has_timeout ? Words{"--timeout", "1000",
                                                       server.address()}
                                               : Words{server.address()})});
    client.wait_until_it_catches(SIGINT);
    client.wait_until_it_sleeps();
    client.signal(SIGSTOP);
    client.signal(SIGCONT);
    server.serve("a poem\n");
    const auto outcome = client.wait();
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
    expect_printed(GetParam(), {{server.address(), "a poem\n"}}, outcome.out);
  }
}

// --- Signals -----------------------------------------------------------------

// Three servers: one sends a complete poem, one half a poem, one nothing.
class ThreePoems {
 public:
  // Waits until the client has read that.
  void wait(const Process& client, const Client& kind) const {
    rig::eventually("the second poem", [&] { return begun_.is_open(); });
    if (!kind.is("Blocking")) third_.wait_for_visits(1);
    client.wait_until_it_sleeps();
  }

  // The second server goes on; returns when the client has read that.
  void go_on(bool to_its_end) {
    if (to_its_end) end_.open();
    more_.open();
    rig::eventually("the second poem", [&] { return read_.is_open(); });
  }

  Words addresses() const {
    return {first_.address(), second_.address(), third_.address()};
  }

  void expect_partial(const Client& kind, const std::string& out) const {
    if (!kind.is("Blocking")) {
      return expect_printed(kind,
                            {{first_.address(), "the first"},
                             {second_.address(), "the second", Wanted::partial},
                             {third_.address(), "", Wanted::partial}},
                            out);
    }
    // It never connects to the third.
    EXPECT_EQ(rig::masked(out),
              "Task 1: get poetry from: " + first_.address() +
                  "\nTask 1: got 9 bytes of poetry from " + first_.address() +
                  " in TIME\nTask 2: get poetry from: " + second_.address() +
                  "\nTask 2: got 10 bytes of poetry from " + second_.address() +
                  " in TIME (partial)\nGot 1 of 3 poems in TIME\n");
  }

 private:
  Gate begun_;
  Gate more_;
  Gate read_;
  Gate end_;
  Server first_{rig::serves("the first")};
  Server second_{[this](Visit& visit) {
    visit.wait_for([this] { return first_.served() == 1; });
    visit.send("the second");
    visit.wait_until_read();
    begun_.open();
    visit.wait_for(more_);
    visit.send(", and more");
    visit.wait_until_read();
    read_.open();
    if (end_.is_open()) visit.finish();
    visit.stall();
  }};
  Server third_{rig::stays_silent()};
};

TEST_P(Hearing, J01_SIGINTEndsThemWithAReportOfTheIncompletePoems) {
  if (rig::are_signals_held_back && GetParam().reactor == "select") {
    GTEST_SKIP() << "ThreadSanitizer holds signals back until select() returns";
  }
  ThreePoems three;
  Process client({.words = words(three.addresses())});
  three.wait(client, GetParam());
  client.signal(SIGINT);
  const auto outcome = client.wait();
  EXPECT_EQ(outcome.status, -SIGINT);
  // Only a client with a reactor has callbacks.
  const bool has_callbacks =
      !GetParam().is("Blocking") && !GetParam().is("Async");
  EXPECT_EQ(outcome.err, GetParam().program() + ": interrupted: " +
                             (has_callbacks ? "stops once its callback returns"
                                            : "reports what it has, and ends") +
                             "; a second SIGINT ends it at once\n");
  three.expect_partial(GetParam(), outcome.out);
}

TEST_P(Clients, J01_SIGINTEndsThemBeforeTheFirstByte) {
  if (rig::are_signals_held_back && GetParam().reactor == "select") {
    GTEST_SKIP() << "ThreadSanitizer holds signals back until select() returns";
  }
  Server server(rig::stays_silent());
  Process client({.words = words({server.address()})});
  server.wait_for_visits(1);
  client.wait_until_it_catches(SIGINT);
  client.wait_until_it_sleeps();
  client.signal(SIGINT);
  const auto outcome = client.wait();
  EXPECT_EQ(outcome.status, -SIGINT);
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  expect_printed(GetParam(), {{server.address(), "", Wanted::partial}},
                 outcome.out);
}

TEST_P(Clients, J01_SIGTERMEndsThemAtOnce) {
  ThreePoems three;
  Process client({.words = words(three.addresses())});
  three.wait(client, GetParam());
  client.signal(SIGTERM);
  EXPECT_EQ(client.wait().status, -SIGTERM);
}

TEST_P(BrokenClient, WarnsOnTheFirstSIGINTAndDiesOfTheSecond) {
  if (rig::are_signals_held_back) {
    GTEST_SKIP() << "ThreadSanitizer holds signals back until recv() returns";
  }
  ThreePoems three;
  Process client({.words = words(three.addresses())});
  three.wait(client, GetParam());
  client.signal(SIGINT);
  client.wait_for_err("\n");
  // It reads on and prints nothing more.
  three.go_on(false);
  client.wait_until_it_sleeps();
  EXPECT_FALSE(client.ended());
  EXPECT_EQ(rig::lines(client.err()).size(), 1U) << client.err();

  client.signal(SIGINT);
  EXPECT_EQ(client.wait().status, -SIGINT);
}

TEST_P(BrokenClient, ReactsToTheFirstSIGINTAfterThePoem) {
  if (rig::are_signals_held_back) {
    GTEST_SKIP() << "ThreadSanitizer holds signals back until recv() returns";
  }
  ThreePoems three;
  Process client({.words = words(three.addresses())});
  three.wait(client, GetParam());
  client.signal(SIGINT);
  client.wait_for_err("\n");
  three.go_on(true);
  const auto outcome = client.wait();
  EXPECT_EQ(outcome.status, -SIGINT);
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  EXPECT_NE(outcome.out.find("\nTask 2: 20 bytes of poetry"), std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("\nTask 3: 0 bytes of poetry (partial)\nGot "),
            std::string::npos)
      << outcome.out;
}

}  // namespace
