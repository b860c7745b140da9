// Traces of many kinds of programs.

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <csignal>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "compare/trace/checksum.h"
#include "compare/trace/reader.h"
#include "support/process.h"
#include "support/servers.h"

namespace {

using poetry_compare::Event;
using poetry_compare::Trace;

struct Traced {
  rig::Outcome outcome;
  Trace trace;
  std::vector<Event> exits;  // of the connections that were still open then
};

// The file of one test: ctest runs several at once.
std::string trace_path() {
  return testing::TempDir() + "tracer_test." + std::to_string(::getpid());
}

rig::Command tracing(const std::vector<std::string>& words) {
  rig::Command command;
  command.words = {rig::program("compare/poetry-trace"), "-o", trace_path()};
  command.words.insert(command.words.end(), words.begin(), words.end());
  return command;
}

// The errors are those of the traced program: poetry-trace adds a line of its
// own at the end.
Traced trace(const std::vector<std::string>& words) {
  Traced traced;
  traced.outcome = rig::run(tracing(words));
  std::string& err = traced.outcome.err;
  const std::string last =
      "poetry-trace: the trace is in " + trace_path() + "\n";
  EXPECT_TRUE(err.ends_with(last)) << err;
  if (err.ends_with(last)) err.resize(err.size() - last.size());
  traced.trace = poetry_compare::read_trace(trace_path());
  std::remove(trace_path().c_str());
  EXPECT_EQ(traced.trace.complaint, "");
  auto& events = traced.trace.events;
  const auto exits = std::stable_partition(
      events.begin(), events.end(),
      [](const Event& event) { return event.call != "exit"; });
  traced.exits.assign(exits, events.end());
  events.erase(exits, events.end());
  return traced;
}

Traced trace_caller(std::vector<std::string> tasks) {
  tasks.insert(tasks.begin(), CALLER);
  Traced traced = trace(tasks);
  EXPECT_EQ(traced.outcome.err, "");
  return traced;
}

// "recv 4 5", as the traced program prints it.
std::string calls(const Trace& trace) {
  std::ostringstream text;
  for (const Event& event : trace.events) {
    text << event.call << ' ' << event.fd << ' ' << event.result << '\n';
  }
  return text.str();
}

std::map<std::string, int> counts(const Trace& trace) {
  std::map<std::string, int> counts;
  for (const Event& event : trace.events) ++counts[event.call];
  return counts;
}

// The last checksum of the received bytes.
std::uint64_t checksum_read(const Trace& trace) {
  std::uint64_t checksum = 0;
  for (const Event& event : trace.events) {
    if (poetry_compare::is_read(event)) checksum = event.checksum;
  }
  return checksum;
}

std::uint64_t checksum_of(const std::string& bytes) {
  poetry_compare::Checksum checksum;
  checksum.add(bytes.data(), bytes.size());
  return checksum.value();
}

// --- Each call ---------------------------------------------------------------

class EachCall : public testing::TestWithParam<std::string> {};

TEST_P(EachCall, IsSeenAsTheProgramMadeIt) {
  const Traced traced = trace({GetParam(), "each-call"});
  EXPECT_EQ(calls(traced.trace), traced.outcome.out);
  EXPECT_EQ(rig::lines(traced.outcome.out).size(), 33U);
  for (const Event& event : traced.trace.events) {
    EXPECT_TRUE(event.local != 0 && event.peer != 0) << event.call;
    EXPECT_EQ(event.queued >= 0, poetry_compare::is_read(event) ||
                                     event.call == "peek" ||
                                     event.call == "close")
        << event.call;
    EXPECT_EQ(event.sockets, poetry_compare::is_wait(event) ? 1 : -1);
  }
}

TEST_P(EachCall, ReturnsTheSameAsUntraced) {
  const Traced traced = trace({GetParam(), "each-call"});
  const rig::Outcome untraced = rig::run({{GetParam(), "each-call"}});
  EXPECT_EQ(traced.outcome.out, untraced.out);
  EXPECT_EQ(traced.outcome.err, untraced.err);
}

TEST(Fortified, CallsTheFunctionsThatLookAtSizes) {
#ifdef __clang__
  GTEST_SKIP() << "clang calls the functions without the check of sizes";
#endif
  const std::string program = rig::contents(FORTIFIED_CALLER);
  for (const std::string name : {"__recv_chk", "__recvfrom_chk", "__read_chk",
                                 "__poll_chk", "__ppoll_chk"}) {
    EXPECT_NE(program.find(name), std::string::npos) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Of,
                         EachCall,
                         testing::Values(CALLER, FORTIFIED_CALLER),
                         [](const auto& param) {
                           return param.index == 0 ? "APlainProgram"
                                                   : "AFortifiedProgram";
                         });

// --- Calls -------------------------------------------------------------------

TEST(Tracer, LeavesErrnoAlone) {
  EXPECT_EQ(trace_caller({"keep-errno"}).outcome.status, 0);
}

TEST(Tracer, SeesACallThatASignalInterrupted) {
  const Traced traced = trace_caller({"interrupt"});
  EXPECT_EQ(traced.outcome.status, 0);
  EXPECT_EQ(traced.trace.events.back().error, EINTR);
  EXPECT_GT(traced.trace.events.back().duration, 40'000'000);
}

TEST(Tracer, CountsUnreadBytes) {
  const Traced traced = trace_caller({"pile-up"});
  std::ostringstream unread;
  for (const Event& event : traced.trace.events) {
    if (event.call == "recv") unread << event.queued << '\n';
  }
  EXPECT_EQ(unread.str(), traced.outcome.out);
  EXPECT_EQ(unread.str().substr(0, 12), "12345\n11345\n");
}

TEST(Tracer, LosesNoEventOfAManyEventProgram) {
  auto seen = counts(trace_caller({"many"}).trace);
  EXPECT_EQ(seen["send"], 10000);
  EXPECT_EQ(seen["recv"], 10000);
}

class Reuse : public testing::TestWithParam<const char*> {};

TEST_P(Reuse, IsNotTakenForTheSocketThatHadTheNumber) {
  const Traced traced = trace_caller({"reuse", GetParam()});
  EXPECT_EQ(traced.outcome.status, 0);
  auto seen = counts(traced.trace);
  EXPECT_EQ(seen["read"], 0);
  EXPECT_EQ(seen["write"], 0);
  EXPECT_EQ(seen["recv"], 1);
  EXPECT_GE(seen["close"], 1);
}

INSTANTIATE_TEST_SUITE_P(AfterA,
                         Reuse,
                         testing::Values("close",
                                         "close_range",
                                         "closefrom",
                                         "daemon",
                                         "dup2",
                                         "dup3",
                                         "fclose",
                                         "freopen",
                                         "pclose"),
                         [](const auto& param) { return param.param; });

// --- Waits -------------------------------------------------------------------

TEST(Tracer, SeesTheSocketsOfAWait) {
  const Traced traced = trace_caller({"waits"});
  std::vector<std::int64_t> sockets;
  for (const Event& event : traced.trace.events) {
    if (poetry_compare::is_wait(event)) sockets.push_back(event.sockets);
    if (event.sockets == 2) {
      EXPECT_EQ(std::popcount(event.set), 2);
    }
    EXPECT_EQ(event.fd >= 0, event.sockets < 0 || event.sockets == 1);
  }
  // Both sockets, one of them, none; with each of poll, select and epoll.
  EXPECT_EQ(sockets, (std::vector<std::int64_t>{2, 1, 0, 2, 1, 0, 2, 1, 0}));
}

TEST(Tracer, FoldsCallsThatAreMadeInACircle) {
  const Traced traced = trace_caller({"circles"});
  std::map<std::string, std::int64_t> calls;
  for (const Event& event : traced.trace.events) {
    calls[event.call] += 1 + event.repeats;
  }
  EXPECT_EQ(calls["poll"], 100000);
  EXPECT_EQ(calls["recv"], 100000);
  EXPECT_LT(traced.trace.events.size(), 1000U);
}

TEST(Tracer, SeesTheProcessorTime) {
  const Traced traced = trace_caller({"computes"});
  std::vector<std::int64_t> cpu;
  for (const Event& event : traced.trace.events) {
    if (event.cpu >= 0) cpu.push_back(event.cpu);
  }
  // At the beginning, after 0.1 s of sleep, and after 0.1 s of work.
  ASSERT_EQ(cpu.size(), 3U);
  EXPECT_LT(cpu[1] - cpu[0], 50'000);
  EXPECT_GT(cpu[2] - cpu[1], 50'000);
}

TEST(Tracer, SeesHowManyBytesAConnectionHasReceived) {
  const Traced traced = trace_caller({"leaves"});
  ASSERT_EQ(traced.exits.size(), 2U);
  EXPECT_EQ(traced.exits[0].received, 100);
  EXPECT_EQ(traced.exits[0].queued, 60);
}

// --- Threads, signals, processes ---------------------------------------------

TEST(Tracer, SeesAllThreads) {
  const Traced traced = trace_caller({"threads"});
  auto seen = counts(traced.trace);
  EXPECT_EQ(seen["send"], 8000);
  EXPECT_EQ(seen["recv"], 8000);
  std::set<int> threads;
  for (const Event& event : traced.trace.events) threads.insert(event.thread);
  EXPECT_EQ(threads.size(), 8U);
}

TEST(Tracer, SeesCallsOfASignalHandler) {
  const Traced traced = trace_caller({"storm"});
  EXPECT_EQ(traced.outcome.status, 0);
  auto seen = counts(traced.trace);
  EXPECT_GT(seen["send"], 10000);
  EXPECT_EQ(seen["send"], seen["recv"]);
}

TEST(Tracer, SeesAChild) {
  const Traced traced = trace_caller({"forks"});
  auto seen = counts(traced.trace);
  EXPECT_EQ(seen["send"], 1);
  EXPECT_EQ(seen["recv"], 1);
  std::map<std::string, int> pids;
  for (const Event& event : traced.trace.events) pids[event.call] = event.pid;
  EXPECT_EQ(pids["send"], traced.trace.pid);
  EXPECT_NE(pids["recv"], traced.trace.pid);
}

TEST(Tracer, IsNotConfusedByAChildInTheSameMemory) {
  const Traced traced = trace_caller({"vforks"});
  EXPECT_EQ(counts(traced.trace)["close"], 0);
  EXPECT_EQ(checksum_read(traced.trace), checksum_of("xx"));
}

TEST(Tracer, SeesTheProgramThatAProcessBecomes) {
  const Traced traced = trace_caller({"executes", "no"});
  EXPECT_EQ(counts(traced.trace)["recv"], 1);
  EXPECT_EQ(checksum_read(traced.trace), checksum_of("01234"));
}

TEST(Tracer, GivesNoChecksumOfAStreamItDidNotSeeFromTheStart) {
  const Traced traced = trace_caller({"executes", "yes"});
  EXPECT_EQ(counts(traced.trace)["recv"], 2);
  EXPECT_EQ(checksum_read(traced.trace), 0U);
}

TEST(Tracer, KeepsTheEventsOfAKilledProgram) {
  const Traced traced = trace_caller({"die"});
  EXPECT_EQ(traced.outcome.status, -SIGKILL);
  EXPECT_EQ(counts(traced.trace)["recv"], 100);
}

// --- Other people's programs, and ours ---------------------------------------

class Client : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(Client, IsSeenToReadAPoem) {
  std::vector<std::string> words = GetParam();
  if (words[0].find('/') != std::string::npos) {
    words[0] = rig::program(words[0]);
  } else {
    const std::string name = words[0];
    words[0] = rig::tool(name);
    if (words[0].empty()) GTEST_SKIP() << "there is no " << name;
  }
  rig::PoetryServer server(rig::poem_path("science"));
  const std::string port = std::to_string(server.port());
  const auto at = words.back().find("PORT");
  words.back().replace(at, 4, port);

  const Traced traced = trace(words);
  EXPECT_EQ(traced.outcome.status, 0) << traced.outcome.err;
  EXPECT_EQ(checksum_read(traced.trace),
            checksum_of(rig::contents(rig::poem_path("science"))));
  EXPECT_EQ(counts(traced.trace)["connect"], 1);
}

INSTANTIATE_TEST_SUITE_P(
    Of,
    Client,
    testing::Values(
        std::vector<std::string>{"blocking-client/get-poetry", "PORT"},
        std::vector<std::string>{"threaded-client/get-poetry", "PORT"},
        std::vector<std::string>{"async-client/get-poetry", "PORT"},
        std::vector<std::string>{"reactor-client-1/get-poetry", "PORT"},
        std::vector<std::string>{"reactor-client-2/get-poetry", "PORT"},
        std::vector<std::string>{"python3", "-c",
                                 "import socket\n"
                                 "s = socket.socket()\n"
                                 "s.connect(('127.0.0.1', PORT))\n"
                                 "while s.recv(100): pass\n"
                                 "s.close()"},
        std::vector<std::string>{"curl", "-sN", "telnet://127.0.0.1:PORT"},
        std::vector<std::string>{"nc", "-d", "127.0.0.1", "PORT"}));

}  // namespace
