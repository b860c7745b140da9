// The clients of the Slow Poetry Server: one after the other, good and bad.

#include <algorithm>
#include <filesystem>
#include <thread>

#include "programs/server.h"

using namespace server;
using namespace std::chrono_literals;

namespace {

INSTANTIATE_TEST_SUITE_P(Each, Server, testing::ValuesIn(editions), name_of);
INSTANTIATE_TEST_SUITE_P(Each,
                         ReactorServer,
                         testing::ValuesIn(with_reactor),
                         name_of);

TEST_F(BlockingServer, ASecondClientWaitsUntilTheFirstIsDone) {
  PoetryServer server(science, {"--delay", "0", "--num-bytes", "653",
                                "--fail-after", "653", "--fail", "stall"});
  Caller first(server.port());
  Caller second(server.port());
  EXPECT_EQ(first.read(653), rig::contents(science));
  EXPECT_FALSE(second.has_news());
  const std::string until_now = serving(science, server) + about(first, {653});
  expect_out(server, until_now);
  first.leave();
  EXPECT_EQ(second.read(653), rig::contents(science));
  expect_out(server, until_now + about(second, {653}));
}

// The pause after the first chunk is longer than the test.
TEST_P(ReactorServer, ServesAllClientsAtOnce) {
  PoetryServer server(science, {"--delay", "1000"});
  Caller callers[] = {Caller(server.port()), Caller(server.port()),
                      Caller(server.port())};
  for (Caller& caller : callers) {
    EXPECT_EQ(caller.read(10), rig::contents(science).substr(0, 10));
  }
}

TEST_P(ReactorServer, L02_AThousandClientsGetEveryByte) {
  PoetryServer server(science, {"--delay", "0.01", "--num-bytes", "50", "-q"});
  Words client{rig::program("async-client/get-poetry")};
  client.insert(client.end(), 1000, server.address());
  const auto outcome = rig::run({.words = client});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_TRUE(rig::masked(outcome.out).ends_with("Got 1000 poems in TIME\n"));
  for (int num = 1; num <= 1000; ++num) {
    const auto line =
        "\nTask " + std::to_string(num) + ": 653 bytes of poetry\n";
    EXPECT_NE(outcome.out.find(line), std::string::npos) << line;
  }
  EXPECT_EQ(server.process().err(), "");
}

// It keeps the unsent bytes of a client: one read of the file, at most 64 KiB.
TEST_P(ReactorServer, M09_AClientThatNeverReadsCostsItsOwnPoemOnly) {
  const std::string text = rig::long_poem(20'000'000);
  const PoemFile poem(text);
  PoetryServer server(poem.path(),
                      {"--delay", "0", "--num-bytes", "1000000", "-q"});
  EXPECT_TRUE(Caller(server.port()).read_all() == text);
  const long before = server.process().memory();
  Caller deaf(server.port());
  Caller second(server.port());
  EXPECT_TRUE(second.read_all() == text);
  server.process().wait_until_it_sleeps();
  if (!rig::is_sanitized) {
    EXPECT_LE(server.process().memory(), before + 1024);
  }
  EXPECT_TRUE(deaf.read_all() == text);
}

TEST_P(ReactorServer,
       F05_WithoutDescriptorsItRejectsClientsAndServesTheOthers) {
  const PoemFile poem("a poem");
  Process server(
      {.words = words({"--delay", "0.2", poem.path()}), .descriptors = 24});
  server.wait_for_out(".\n");
  const std::string out = server.out();
  const auto port =
      static_cast<std::uint16_t>(std::stoi(out.substr(out.rfind(' '))));
  int served = 0;
  for (int round = 0; round < 2; ++round) {
    std::vector<Caller> callers;
    for (int i = 0; i < 40; ++i) callers.emplace_back(port);
    for (Caller& caller : callers) {
      const std::string received = caller.read_all();
      served += received == "a poem";
      if (received == "a poem") continue;
      EXPECT_EQ(received, "");
      EXPECT_EQ(caller.error(), std::errc::connection_reset);
    }
    EXPECT_GE(served, 10);
  }
  EXPECT_LT(served, 80);
  rig::eventually("a poem",
                  [&] { return Caller(port).read_all() == "a poem"; });
  EXPECT_NE(server.err().find("too many open files"), std::string::npos);
}

// After five seconds. It does not wake up for the clients that have closed.
TEST_P(ReactorServer, EndsTheConnectionOfAClientThatDoesNotClose) {
  PoetryServer server(science,
                      {"--delay", "0.002", "--num-bytes", "653", "-q"});
  const auto before = server.process().descriptors().size();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Caller(server.port()).read_all(), rig::contents(science));
  }
  Caller idle(server.port());
  EXPECT_EQ(idle.read_all(), rig::contents(science));
  rig::eventually("the others to be closed", [&] {
    return server.process().descriptors().size() == before + 1;
  });
  server.process().wait_until_it_sleeps();
  const long sleeps = server.process().sleeps();
  rig::eventually("the idle one to be closed", [&] {
    return server.process().descriptors().size() == before;
  });
  EXPECT_LE(server.process().sleeps() - sleeps, 5);
}

TEST_P(ReactorServer, M08_AClientMaySendAfterThePoem) {
  PoetryServer server(science, {"--delay", "0", "--num-bytes", "653"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  for (int i = 0; i < 3; ++i) {
    caller.send("Thank you.");
    server.process().wait_until_it_sleeps();
  }
  EXPECT_EQ(caller.read_all(), "");
  EXPECT_FALSE(caller.error());
}

// Each chunk has one wait; some more are for the client's coming and going.
TEST_P(ReactorServer, A12_WaitsOncePerChunk) {
  const PoemFile poem(rig::long_poem(500));
  PoetryServer server(poem.path(), {"--delay", "0.005", "-q"});
  server.process().wait_until_it_sleeps();
  const long before = server.process().sleeps();
  EXPECT_EQ(Caller(server.port()).read_all().size(), 500U);
  server.process().wait_until_it_sleeps();
  EXPECT_LE(server.process().sleeps() - before, 50 + 10);
}

TEST_P(Server, ServesTheNextClientAfterOneLeaves) {
  PoetryServer server(science, {"--delay", "0.001", "--num-bytes", "5"});
  Caller first(server.port());
  EXPECT_EQ(first.read(5).size(), 5U);
  Caller second(server.port());
  first.reset();
  EXPECT_EQ(second.read_all(), rig::contents(science));
  expect_err(server,
             "slowpoetry: warning: client went away after \\d+ of 653 bytes\n");
}

TEST_P(Server, F09_TwoHundredClientsThatComeAndGoLeaveNothing) {
  PoetryServer server(science, {"--delay", "0", "--num-bytes", "653"});
  const auto before = server.process().descriptors().size();
  for (int i = 0; i < 200; ++i) {
    Caller(server.port()).reset();
  }
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  caller.leave();
  rig::eventually("all descriptors to be closed", [&] {
    return server.process().descriptors().size() == before;
  });
  EXPECT_LE(rig::lines(server.process().err()).size(), 200U);
}

TEST_P(Server, M08_AClientThatSendsDataGetsTheWholePoemAndACleanEnd) {
  PoetryServer server(science);
  Caller caller(server.port());
  caller.send("GET / HTTP/1.0\r\nUser-Agent: \x1b[31mred\r\n\r\n");
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  EXPECT_FALSE(caller.error());
  EXPECT_EQ(server.process().out().find('\x1b'), std::string::npos);
  EXPECT_EQ(server.process().err(), "");
}

// Bytes that the server never reads fill its buffers, and then ours.
TEST_P(Server, M08_AClientThatNeverStopsSendingGetsTheWholePoem) {
  PoetryServer server(science, {"--delay", "0.001"});
  Caller caller(server.port());
  std::thread talker([&] {
    const std::string words(65536, 'x');
    while (::send(caller.sock().fd(), words.data(), words.size(),
                  MSG_NOSIGNAL) > 0) {
    }
  });
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  EXPECT_FALSE(caller.error());
  ::shutdown(caller.sock().fd(), SHUT_RDWR);
  talker.join();
}

TEST_P(Server, AClientThatShutsDownItsHalfGetsTheWholePoem) {
  PoetryServer server(science, {"--delay", "0.001", "--num-bytes", "100"});
  Caller caller(server.port());
  ::shutdown(caller.sock().fd(), SHUT_WR);
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  EXPECT_FALSE(caller.error());
}

TEST_P(Server, M09_ASendTimeoutEndsAClientThatNeverReads) {
  PoetryServer server(
      science, {"--delay", "0", "--num-bytes", "1000000", "--repeat", "40000",
                "--sndbuf", "4096", "--send-timeout", "0.2"});
  Caller deaf(server.port());
  Caller second(server.port());
  EXPECT_EQ(second.read(653), rig::contents(science));
  // The second stops reading, too.
  expect_err(server,
             "(slowpoetry: warning: client took nothing for too long after "
             "\\d+ of 26120000 bytes\n)+");
}

TEST_F(BlockingServer, WithoutASendTimeoutItWaitsForAClientThatNeverReads) {
  const PoemFile poem(rig::long_poem(20'000'000));
  PoetryServer server(poem.path(), {"--delay", "0", "--num-bytes", "1000000"});
  Caller deaf(server.port());
  rig::eventually("the server to be stuck", [&] {
    const long before = server.process().sleeps();
    std::this_thread::sleep_for(30ms);
    return server.process().sleeps() == before;
  });
  Caller second(server.port());
  EXPECT_FALSE(second.has_news());
  // A client that reads late receives all of it.
  EXPECT_EQ(deaf.read_all().size(), 20'000'000U);
}

TEST_P(Server, D13_PrintsIPv6ClientsInBrackets) {
  if (!rig::has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  PoetryServer server(science, {"--iface", "::1", "--delay", "0"});
  Caller caller(server.port(), AF_INET6);
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  server.process().wait_for_out(
      "Somebody at [::1]:" + std::to_string(caller.local_port()) +
      " wants poetry!\n");
}

TEST_P(Server, ListensOnLocalhostByDefault) {
  PoetryServer server(science);
  EXPECT_EQ(Caller(server.port()).read(1).size(), 1U);
  if (rig::has_ipv6()) {
    EXPECT_THROW(Caller(server.port(), AF_INET6), std::system_error);
  }
}

TEST_P(Server, ListensOnAllInterfacesIfTheInterfaceIsEmpty) {
  PoetryServer server(science, {"--iface", "", "--delay", "0"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  server.process().wait_for_out(about(caller, {10}));
  caller.leave();
  if (!rig::has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  EXPECT_EQ(Caller(server.port(), AF_INET6).read_all(), rig::contents(science));
}

TEST_P(Server, AFileThatIsDeletedLaterEndsThatClientOnly) {
  PoemFile poem("here today");
  const std::string path = poem.path();
  PoetryServer server(path);
  EXPECT_EQ(Caller(server.port()).read_all(), "here today");

  std::filesystem::rename(path, path + ".away");
  Caller unlucky(server.port());
  EXPECT_EQ(unlucky.read_all(), "");
  unlucky.leave();
  std::filesystem::rename(path + ".away", path);

  EXPECT_EQ(Caller(server.port()).read_all(), "here today");
  expect_err(server, "slowpoetry: error: cannot read " + path +
                         ": No such file or directory\n");
}

TEST_P(Server, M11_AFileThatShrinksWhileItIsServedEndsThatClientOnly) {
  PoemFile poem(rig::long_poem(1000));
  PoetryServer server(poem.path(), {"--delay", "0.001", "--num-bytes", "1"});
  Caller unlucky(server.port());
  EXPECT_EQ(unlucky.read(10).size(), 10U);
  std::filesystem::resize_file(poem.path(), 5);
  EXPECT_LT(unlucky.read_all().size(), 990U);
  unlucky.leave();
  EXPECT_EQ(Caller(server.port()).read_all(),
            rig::long_poem(1000).substr(0, 5));
  expect_err(server,
             "slowpoetry: error: cannot read " + poem.path() + ": .*\n");
}

TEST_P(Server, A12_WaitingForAClientCostsNothing) {
  PoetryServer server(science);
  rig::eventually("200 ms without waking up", [&] {
    const long before = server.process().sleeps();
    std::this_thread::sleep_for(200ms);
    return before == server.process().sleeps();
  });
}

}  // namespace
