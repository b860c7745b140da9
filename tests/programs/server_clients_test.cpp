// The clients of the Slow Poetry Server: one after the other, good and bad.

#include <algorithm>
#include <filesystem>
#include <thread>

#include "programs/server.h"

using namespace server;
using namespace std::chrono_literals;

namespace {

TEST(Server, ASecondClientWaitsUntilTheFirstIsDone) {
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

TEST(Server, ServesTheNextClientAfterOneLeaves) {
  PoetryServer server(science, {"--delay", "0.001", "--num-bytes", "5"});
  Caller first(server.port());
  EXPECT_EQ(first.read(5).size(), 5U);
  Caller second(server.port());
  first.reset();
  EXPECT_EQ(second.read_all(), rig::contents(science));
  expect_err(server,
             "slowpoetry: warning: client went away after \\d+ of 653 bytes\n");
}

TEST(Server, F09_TwoHundredClientsThatComeAndGoLeaveNothing) {
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

TEST(Server, M08_AClientThatSendsDataGetsTheWholePoemAndACleanEnd) {
  PoetryServer server(science);
  Caller caller(server.port());
  caller.send("GET / HTTP/1.0\r\nUser-Agent: \x1b[31mred\r\n\r\n");
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  EXPECT_FALSE(caller.error());
  EXPECT_EQ(server.process().out().find('\x1b'), std::string::npos);
  EXPECT_EQ(server.process().err(), "");
}

// Bytes that the server never reads fill its buffers, and then ours.
TEST(Server, M08_AClientThatNeverStopsSendingGetsTheWholePoem) {
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

TEST(Server, AClientThatShutsDownItsHalfGetsTheWholePoem) {
  PoetryServer server(science, {"--delay", "0.001", "--num-bytes", "100"});
  Caller caller(server.port());
  ::shutdown(caller.sock().fd(), SHUT_WR);
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  EXPECT_FALSE(caller.error());
}

TEST(Server, M09_ASendTimeoutEndsAClientThatNeverReads) {
  PoetryServer server(
      science, {"--delay", "0", "--num-bytes", "1000000", "--repeat", "40000",
                "--sndbuf", "4096", "--send-timeout", "0.2"});
  Caller deaf(server.port());
  Caller second(server.port());
  EXPECT_EQ(second.read(653), rig::contents(science));
  expect_err(server,
             "slowpoetry: warning: client took nothing for too long after \\d+ "
             "of 26120000 bytes\n");
}

TEST(Server, WithoutASendTimeoutItWaitsForAClientThatNeverReads) {
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

TEST(Server, D13_PrintsIPv6ClientsInBrackets) {
  if (!rig::has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  PoetryServer server(science, {"--iface", "::1", "--delay", "0"});
  Caller caller(server.port(), AF_INET6);
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  server.process().wait_for_out(
      "Somebody at [::1]:" + std::to_string(caller.local_port()) +
      " wants poetry!\n");
}

TEST(Server, ListensOnLocalhostByDefault) {
  PoetryServer server(science);
  EXPECT_EQ(Caller(server.port()).read(1).size(), 1U);
  if (rig::has_ipv6()) {
    EXPECT_THROW(Caller(server.port(), AF_INET6), std::system_error);
  }
}

TEST(Server, ListensOnAllInterfacesIfTheInterfaceIsEmpty) {
  PoetryServer server(science, {"--iface", "", "--delay", "0"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  server.process().wait_for_out(about(caller, {10}));
  caller.leave();
  if (!rig::has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  EXPECT_EQ(Caller(server.port(), AF_INET6).read_all(), rig::contents(science));
}

TEST(Server, AFileThatIsDeletedLaterEndsThatClientOnly) {
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

TEST(Server, M11_AFileThatShrinksWhileItIsServedEndsThatClientOnly) {
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

TEST(Server, A12_WaitingForAClientCostsNothing) {
  PoetryServer server(science);
  rig::eventually("200 ms without waking up", [&] {
    const long before = server.process().sleeps();
    std::this_thread::sleep_for(200ms);
    return before == server.process().sleeps();
  });
}

}  // namespace
