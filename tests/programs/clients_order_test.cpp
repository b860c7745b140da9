// Several poems: in which order the clients fetch and report them.

#include <regex>
#include <thread>

#include "programs/clients.h"

using namespace clients;
using namespace std::chrono_literals;

namespace {

// Those that wait for all servers at once, at least for the first byte.
FOR_ALL_CLIENTS_BUT(WaitingForAll, "Stack", "Blocking");
// Those that print each piece when it arrives.
FOR_CLIENTS(Listening, "Async", "Reactor1", "Reactor2");
// Those whose sockets are the reactor's.
FOR_CLIENTS(ProtocolClients, "Reactor2", "Simple", "Reactor3", "Coroutine");
FOR_CLIENTS(BlockingClient, "Blocking");
FOR_CLIENTS(BrokenClient, "Broken");

TEST_P(BlockingClient, FetchesOnePoemAfterTheOther) {
  Gate gate;
  Server first([&](Visit& visit) {
    visit.send("first");
    visit.wait_until_read();
    visit.wait_for(gate);
    visit.finish();
  });
  Server second(rig::serves("second"));
  Process client({.words = words({first.address(), second.address()})});
  const std::string first_line =
      "Task 1: get poetry from: " + first.address() + '\n';
  first.wait_for_visits(1);
  client.wait_for_out(first_line);
  client.wait_until_it_sleeps();
  EXPECT_EQ(second.visits(), 0);
  EXPECT_EQ(client.out(), first_line);
  gate.open();
  expect_printed(GetParam(),
                 {{first.address(), "first"}, {second.address(), "second"}},
                 client.wait().out);
}

// The times of the tasks add up to the total.
TEST_P(BlockingClient, TakesTheSumOfTheTimes) {
  Server server(rig::serves("poem"));
  const auto outcome = run({server.address(), server.address()});
  static const std::regex time("in 0:00:0(\\d\\.\\d{6})");
  std::vector<double> times;
  for (std::sregex_iterator i(outcome.out.begin(), outcome.out.end(), time),
       end;
       i != end; ++i) {
    times.push_back(std::stod((*i)[1]));
  }
  ASSERT_EQ(times.size(), 3U) << outcome.out;
  // The printed digits are truncated.
  EXPECT_GE(times[2] + 0.000003, times[0] + times[1]);
}

TEST_P(WaitingForAll, ConnectToAllServersBeforeTheFirstPoemIsOver) {
  Gate gate;
  const auto waits = [&](Visit& visit) {
    visit.wait_for(gate);
    visit.send("poem");
    visit.finish();
  };
  Server first(waits);
  Server second(waits);
  Process client({.words = words({first.address(), second.address()})});
  first.wait_for_visits(1);
  second.wait_for_visits(1);
  gate.open();
  const auto outcome = client.wait();
  EXPECT_EQ(outcome.status, 0);
  expect_printed(GetParam(),
                 {{first.address(), "poem"}, {second.address(), "poem"}},
                 outcome.out);
}

// Each server waits until the next one is done.
TEST_P(WaitingForAll, ReportInTheOrderOfTheArguments) {
  Gate third_done;
  Gate second_done;
  Server first([&](Visit& visit) {
    visit.wait_for(second_done);
    visit.send("first one\n");
    visit.finish();
  });
  Server second([&](Visit& visit) {
    visit.wait_for(third_done);
    visit.send("second one\n");
    visit.finish();
    second_done.open();
  });
  Server third([&](Visit& visit) {
    visit.send("third one\n");
    visit.finish();
    third_done.open();
  });
  const auto outcome =
      run({first.address(), second.address(), third.address()});
  EXPECT_EQ(outcome.status, 0);
  expect_printed(GetParam(),
                 {{first.address(), "first one\n"},
                  {second.address(), "second one\n"},
                  {third.address(), "third one\n"}},
                 outcome.out);
  if (GetParam().prints_poems()) {
    EXPECT_EQ(outcome.out, "third one\nsecond one\nfirst one\n");
  }
}

TEST_P(Listening, APoemThatStallsDelaysNoOther) {
  Gate gate;
  Server first([&](Visit& visit) {
    visit.send("fir");
    visit.wait_until_read();
    visit.wait_for(gate);
    visit.send("st");
    visit.finish();
  });
  Server second(rig::serves("second"));
  Process client({.words = words({first.address(), second.address()})});
  second.wait_for_served(1);
  client.wait_for_out("Task 1: got 3 bytes");
  client.wait_for_out("Task 2: got 6 bytes");
  gate.open();
  expect_printed(GetParam(),
                 {{first.address(), "first"}, {second.address(), "second"}},
                 client.wait().out);
}

TEST_P(BrokenClient, APoemThatStallsDelaysAllOthers) {
  Gate gate;
  Gate first_read;
  Gate second_sent;
  Server first([&](Visit& visit) {
    visit.send("fir");
    visit.wait_until_read();
    first_read.open();
    visit.wait_for(gate);
    visit.send("st");
    visit.finish();
  });
  Server second([&](Visit& visit) {
    visit.wait_for(first_read);
    visit.send("second");
    second_sent.open();
    visit.finish();
  });
  Process client({.words = words({first.address(), second.address()})});
  rig::eventually("the second poem", [&] { return second_sent.is_open(); });
  client.wait_until_it_sleeps();
  EXPECT_EQ(client.out(), "");
  gate.open();
  const auto outcome = client.wait();
  EXPECT_TRUE(outcome.out.starts_with("Task 1: got 5 bytes")) << outcome.out;
  expect_printed(GetParam(),
                 {{first.address(), "first"}, {second.address(), "second"}},
                 outcome.out);
}

TEST_P(ProtocolClients, L03_AFastServerDoesNotDelayASlowPoem) {
  Gate done;
  const std::string drop = rig::long_poem(65536);
  Server firehose([&](Visit& visit) {
    for (int drops = 0; !done.is_open() && !visit.over(); ++drops) {
      visit.push(drop);
      // Slows down before the poem reaches its limit, in case the machine is
      // busy.
      if (drops > 8000) std::this_thread::sleep_for(5ms);
    }
    visit.reset();
  });
  Server slow([&](Visit& visit) {
    for (const char* word : {"a ", "slow ", "poem\n"}) {
      visit.push(word);
      visit.wait_until_read();
    }
    visit.finish();
    done.open();
  });
  const auto outcome = run({firehose.address(), slow.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(std::regex_match(
      outcome.err, std::regex("Task 1: connection lost after \\d+ bytes: "
                              "Connection reset by peer\n")))
      << outcome.err;
  if (GetParam().prints_poems()) {
    EXPECT_EQ(outcome.out, "a slow poem\n");
  } else if (GetParam().is("Coroutine")) {
    EXPECT_NE(outcome.out.find("\nTask 2: got 12 bytes of poetry from "),
              std::string::npos);
  } else {
    EXPECT_NE(outcome.out.find("\nTask 2: 12 bytes of poetry\n"),
              std::string::npos);
  }
}

}  // namespace
