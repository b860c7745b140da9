// Programs whose system calls fail in ways that last, for some rows of the
// conformance list. torture_test.cpp has each single failure.

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <list>
#include <optional>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/process.h"
#include "support/servers.h"
#include "support/torture.h"

namespace {

using rig::Outcome;
using rig::PoemFile;
using rig::PoetryServer;
using Words = std::vector<std::string>;

const std::string poem = rig::long_poem(500);

Outcome run(const Words& words, const std::string& script) {
  return rig::run({.words = words, .environment = rig::with_faults(script)});
}

// --- The clients -------------------------------------------------------------

struct Client {
  std::string name;
  std::string path;
};

void PrintTo(const Client& client, std::ostream* out) {
  *out << client.name;
}

class Faults : public testing::TestWithParam<Client> {
 protected:
  Outcome fetch(const std::string& script) {
    return run({rig::program(GetParam().path), server.address()}, script);
  }

  const Words quick{"--delay", "0", "--quiet"};
  const PoemFile file{poem};
  PoetryServer server{file.path(), quick};
};

INSTANTIATE_TEST_SUITE_P(
    Of,
    Faults,
    testing::Values(Client{"Blocking", "blocking-client/get-poetry"},
                    Client{"Threaded", "threaded-client/get-poetry"},
                    Client{"Async", "async-client/get-poetry"},
                    Client{"Reactor1", "reactor-client-1/get-poetry"},
                    Client{"Reactor2", "reactor-client-2/get-poetry"},
                    Client{"Simple", "reactor-client-2/get-poetry-simple"},
                    Client{"Reactor3", "reactor-client-3/get-poetry"},
                    Client{"Coroutine", "coroutine-client/get-poetry"}),
    [](const auto& test) { return test.param.name; });

TEST_P(Faults, J04_InterruptedWaitsAreRepeated) {
  const auto outcome =
      fetch("select 1-20 EINTR; poll 1-20 EINTR; epoll_wait 1-20 EINTR");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
}

TEST_P(Faults, J04_InterruptedTransfersAreRepeated) {
  const auto outcome = fetch(
      "connect 1 EINTR; recv 1-9 EINTR; accept 1-3 EINTR; eventfd_read 1 "
      "EINTR");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
}

TEST_P(Faults, D10_ASilentAddressOfANameDelaysThePoemOnlyBriefly) {
  if (!rig::has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  std::list<PoetryServer> servers;
  std::optional<rig::FullBacklog> silent;
  while (!silent) {
    servers.emplace_back(file.path(), quick);
    // Another program may have that port of ::1.
    try {
      silent.emplace(AF_INET6, servers.back().port());
    } catch (const std::system_error&) {
      if (servers.size() == 10) throw;
    }
  }
  const auto outcome = run({rig::program(GetParam().path),
                            "two.test:" + std::to_string(silent->port())},
                           "name two.test ::1 127.0.0.1");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
}

// The terminal is shared, and may take few bytes, or none for a while.
TEST_P(Faults, K05_ShortWritesToStdoutArePrintedWhole) {
  const auto outcome =
      fetch("write 1-5 EAGAIN; write 6-9 EINTR; write * short 1");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  if (GetParam().name == "Simple" || GetParam().name == "Reactor3") {
    EXPECT_EQ(outcome.out, poem);
  } else {
    EXPECT_TRUE(outcome.out.starts_with("Task 1: ")) << outcome.out;
    EXPECT_NE(rig::masked(outcome.out).find("Got 1 poems in TIME\n"),
              std::string::npos);
  }
}

TEST_P(Faults, K05_AFullDiskEndsTheProgramWithOneLine) {
  for (const std::string number : {"1", "2"}) {
    const auto outcome = fetch("write " + number + " ENOSPC");
    const auto program = GetParam().path.substr(GetParam().path.find('/') + 1);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err,
              program + ": cannot print: No space left on device\n");
  }
}

// --- Reactors ----------------------------------------------------------------

TEST(ReactorFaults, N03_WithoutEpollTheDefaultStillWorks) {
  const PoemFile file(poem);
  PoetryServer server(file.path());
  const auto program = rig::program("reactor-client-2/get-poetry-simple");
  for (const auto& [name, reason] :
       {std::pair("ENOSYS", "Function not implemented"),
        std::pair("EPERM", "Operation not permitted")}) {
    const std::string script = "epoll_create1 * " + std::string(name);
    const auto fallback = run({program, server.address()}, script);
    EXPECT_EQ(fallback.status, 0);
    EXPECT_EQ(fallback.out, poem);
    EXPECT_EQ(fallback.err, "");

    const auto epoll =
        run({program, "--reactor", "epoll", server.address()}, script);
    EXPECT_EQ(epoll.status, 1);
    EXPECT_EQ(epoll.err, "get-poetry-simple: epoll_create1: " +
                             std::string(reason) + "\n");
  }
}

// --- The server --------------------------------------------------------------

class ServerFaults : public testing::TestWithParam<Client> {
 protected:
  Outcome serve_one(const std::string& script) {
    rig::Process server({.words = {rig::program(GetParam().path), "--once",
                                   "--port", "0", "--delay", "0", file.path()},
                         .environment = rig::with_faults(script)});
    server.wait_for_out(".\n");
    const std::string out = server.out();
    const auto port = std::stoi(out.substr(out.find(" on port ") + 9));
    rig::Caller caller(static_cast<std::uint16_t>(port));
    received = caller.read_all();
    EXPECT_FALSE(caller.error());
    caller.leave();
    return server.wait();
  }

  const PoemFile file{poem};
  std::string received;
};

INSTANTIATE_TEST_SUITE_P(
    Of,
    ServerFaults,
    testing::Values(Client{"Blocking", "blocking-server/slowpoetry"},
                    Client{"Reactor", "reactor-server/slowpoetry"}),
    [](const auto& test) { return test.param.name; });

TEST_P(ServerFaults, E03_APoemReadAndSentInPiecesArrivesWhole) {
  const auto outcome = serve_one(
      "pread 2-3 EINTR; pread * short 7; send 3-5 EINTR; send * short 1");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(received, poem);
}

TEST_P(ServerFaults, J04_AnInterruptedAcceptIsRepeatedInSilence) {
  const auto outcome = serve_one("accept 1-5 EINTR; recv 1-2 EINTR");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(received, poem);
}

TEST_P(ServerFaults, F06_AnAbortedClientIsOneLine) {
  const auto outcome =
      serve_one("accept 1 ECONNABORTED; accept4 1 ECONNABORTED");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(received, poem);
  // The library passes over it.
  if (GetParam().name == "Reactor") return;
  EXPECT_EQ(outcome.err,
            "slowpoetry: warning: cannot accept clients: Software caused "
            "connection abort\n");
}

TEST_P(ServerFaults, F06_AnErrorThatLastsIsOneLine) {
  const auto outcome = serve_one("accept 1-2 ENOBUFS; accept4 1-32 ENOBUFS");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(received, poem);
  EXPECT_TRUE(outcome.err.ends_with(
      "cannot accept clients: No buffer space available\n"));
  EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
}

// As accept() fails once the listening socket was shut down.
TEST(BlockingServerFaults, F06_AServerThatCannotListenAnyMoreEnds) {
  const PoemFile file(poem);
  const auto outcome = run(
      {rig::program("blocking-server/slowpoetry"), "--port", "0", file.path()},
      "accept * EINVAL");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err,
            "slowpoetry: cannot accept clients any more: Invalid argument\n");
}

TEST_P(ServerFaults, F09_AClientThatIsGoneBeforeItIsAcceptedHasNoAddress) {
  const auto outcome = serve_one("getpeername 1 ENOTCONN");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_NE(outcome.out.find("Somebody at ?:0 wants poetry!\n"),
            std::string::npos);
}

TEST_P(ServerFaults, TheLogCountsTheBytesThatTheSystemHasTaken) {
  const auto outcome = serve_one("send 3 ECONNRESET");
  EXPECT_EQ(received, poem.substr(0, 20));
  EXPECT_EQ(outcome.err,
            "slowpoetry: warning: client went away after 20 of 500 bytes\n");
}

// --- The library itself ------------------------------------------------------

// Otherwise a test would pass in which nothing failed.
TEST(Scripts, AnInvalidScriptEndsTheProgram) {
  const auto program = rig::program("reactor-client-2/get-poetry");
  for (const std::string script :
       {"recv", "recv 1", "recv x EINTR", "recv 1 EFOO", "recv 1 short",
        "recv 1 short x", "recv 1 EINTR more", "recv -1 EINTR", "most many",
        "log /nowhere/at/all"}) {
    const auto outcome = run({program, "--version"}, script);
    EXPECT_EQ(outcome.status, 125) << script;
    EXPECT_EQ(outcome.err, "faults: this makes no sense: " + script + '\n');
  }
}

TEST(Scripts, ApplyToTheProgramTheyName) {
  const auto program = rig::program("reactor-client-2/get-poetry");
  const auto other = run({program, "--version"}, "only cat; write * ENOSPC");
  EXPECT_EQ(other.status, 0);
  const auto itself =
      run({program, "--version"}, "only get-poetry; write * ENOSPC");
  EXPECT_EQ(itself.status, 1);
}

TEST(Scripts, AProgramThatMakesTooManyCallsIsEnded) {
  const auto program = rig::program("reactor-client-2/get-poetry");
  const auto outcome = run({program, "--help"}, "most 2");
  EXPECT_EQ(outcome.status, -SIGABRT);
  EXPECT_NE(outcome.err.find("faults: too many calls"), std::string::npos);
}

}  // namespace
