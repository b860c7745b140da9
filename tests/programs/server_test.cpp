// The Slow Poetry Server, as a user sees it: behaviour.md, section 2.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <ostream>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/process.h"
#include "support/servers.h"

namespace {

using namespace std::chrono_literals;
using rig::Caller;
using rig::Command;
using rig::Outcome;
using rig::PoemFile;
using rig::PoetryServer;
using rig::Process;

const std::string slowpoetry = rig::program("blocking-server/slowpoetry");
const std::string science = rig::poem_path("science");

Outcome serve(std::vector<std::string> words) {
  words.insert(words.begin(), slowpoetry);
  return rig::run({.words = std::move(words)});
}

// The lines that the server prints about a client and its chunks.
std::string about(const Caller& caller,
                  const std::vector<std::size_t>& chunks) {
  std::string text =
      "Somebody at 127.0.0.1:" + std::to_string(caller.local_port()) +
      " wants poetry!\n";
  for (const std::size_t n : chunks) {
    text += "Sending " + std::to_string(n) + " bytes\n";
  }
  return text;
}

std::string serving(const std::string& file, const PoetryServer& server) {
  return "Serving " + file + " on port " + std::to_string(server.port()) +
         ".\n";
}

// Waits until as much has arrived as is expected.
void expect_out(PoetryServer& server, const std::string& expected) {
  try {
    rig::eventually("stdout", [&] {
      return server.process().out().size() >= expected.size();
    });
  } catch (const std::runtime_error&) {
    // The comparison below says what is missing.
  }
  EXPECT_EQ(server.process().out(), expected);
}

void expect_err(PoetryServer& server, const std::string& expected) {
  std::string err;
  try {
    rig::eventually("stderr", [&] {
      err = server.process().err();
      return err.ends_with('\n');
    });
  } catch (const std::runtime_error&) {
    // As in expect_out().
  }
  EXPECT_TRUE(std::regex_match(err, std::regex(expected)))
      << err << "does not match\n"
      << expected;
}

void expect_usage_error(const Outcome& outcome, const std::string& quoted) {
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  const auto err = rig::lines(outcome.err);
  ASSERT_EQ(err.size(), 2U) << outcome.err;
  EXPECT_TRUE(err[0].starts_with("slowpoetry: ")) << err[0];
  EXPECT_NE(err[0].find(quoted), std::string::npos) << err[0];
  EXPECT_EQ(err[1], "try --help");
}

// --- What it serves ----------------------------------------------------------

TEST(Server, F01_PrintsItsFileAndPort) {
  PoetryServer server(science, {"--port", "0"});
  EXPECT_GT(server.port(), 0);
  expect_out(server, serving(science, server));
  Caller caller(server.port());
  EXPECT_EQ(caller.read(10), rig::contents(science).substr(0, 10));
}

TEST(Server, ListensOnAFreePortByDefault) {
  PoetryServer server(science, {});
  EXPECT_GT(server.port(), 0);
}

TEST(Server, ListensOnTheGivenPort) {
  std::uint16_t port = 0;
  {
    PoetryServer first(science);
    port = first.port();
  }
  PoetryServer second(science, {"--port", std::to_string(port)});
  EXPECT_EQ(second.port(), port);
}

TEST(Server, SendsTenBytesAtATimeByDefault) {
  const PoemFile poem(rig::long_poem(25));
  PoetryServer server(poem.path());
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::long_poem(25));
  expect_out(server, serving(poem.path(), server) + about(caller, {10, 10, 5}));
  EXPECT_EQ(server.process().err(), "");
}

TEST(Server, SendsTheGivenNumberOfBytesAtATime) {
  PoetryServer server(science, {"--delay", "0", "--num-bytes", "300"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  expect_out(server, serving(science, server) + about(caller, {300, 300, 53}));
}

TEST(Server, C04_PausesAfterEachChunkIncludingTheLast) {
  const PoemFile poem(rig::long_poem(50));
  PoetryServer server(poem.path(), {"--delay", "0.02"});
  const auto start = std::chrono::steady_clock::now();
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all().size(), 50U);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 5 * 20ms);
}

TEST(Server, TheDelayIsATenthOfASecondByDefault) {
  const PoemFile poem("x");
  PoetryServer server(poem.path(), {});
  const auto start = std::chrono::steady_clock::now();
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), "x");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 100ms);
}

TEST(Server, AnEmptyPoemIsAConnectionThatIsClosed) {
  const PoemFile poem("");
  PoetryServer server(poem.path());
  for (int i = 0; i < 2; ++i) {
    Caller caller(server.port());
    EXPECT_EQ(caller.read_all(), "");
    EXPECT_FALSE(caller.error());
  }
}

TEST(Server, M05_ServesAllByteValues) {
  const PoemFile poem(rig::binary_poem());
  PoetryServer server(poem.path());
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::binary_poem());
}

TEST(Server, M06_ServesInvalidUtf8AndKeepsLineEnds) {
  const std::string text = "\xc3\r\n\xff\xfe\n\r\x80";
  const PoemFile poem(text);
  PoetryServer server(poem.path(), {"--delay", "0", "--num-bytes", "1"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), text);
  EXPECT_EQ(server.process().err(), "");
}

TEST(Server, RepeatsThePoemAcrossTheSeam) {
  const PoemFile poem("0123456789abcdef");
  PoetryServer server(poem.path(),
                      {"--delay", "0", "--num-bytes", "10", "--repeat", "3"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(),
            "0123456789abcdef0123456789abcdef0123456789abcdef");
  expect_out(server,
             serving(poem.path(), server) + about(caller, {10, 10, 10, 10, 8}));
}

TEST(Server, AnEmptyPoemMayBeRepeated) {
  const PoemFile poem("");
  PoetryServer server(poem.path(), {"--repeat", "3"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), "");
}

TEST(Server, ServesOneClientOnlyWithOnce) {
  const PoemFile poem("one poem");
  PoetryServer server(poem.path(), {"--once"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), "one poem");
  caller.leave();
  EXPECT_EQ(server.process().wait().status, 0);
}

// --- How it breaks off -------------------------------------------------------

TEST(Server, BreaksOffLikeTheEndOfAPoem) {
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

TEST(Server, BreaksOffWithAnOrderlyEndOnRequest) {
  PoetryServer server(
      science, {"--delay", "0", "--fail-after", "11", "--fail", "close"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all().size(), 11U);
  EXPECT_FALSE(caller.error());
}

TEST(Server, BreaksOffWithAResetOnRequest) {
  PoetryServer server(
      science, {"--delay", "0", "--fail-after", "11", "--fail", "reset"});
  for (int i = 0; i < 2; ++i) {
    Caller caller(server.port());
    EXPECT_EQ(caller.read_all(), rig::contents(science).substr(0, 11));
    EXPECT_EQ(caller.error(), std::errc::connection_reset);
  }
}

TEST(Server, StallsUntilTheClientLeavesOnRequest) {
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

TEST(Server, MayBreakOffBeforeTheFirstByte) {
  PoetryServer server(science, {"--fail-after", "0"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), "");
  EXPECT_FALSE(caller.error());
}

TEST(Server, DoesNotFailAfterMoreBytesThanThereAre) {
  PoetryServer server(
      science, {"--delay", "0", "--fail-after", "654", "--fail", "reset"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  EXPECT_FALSE(caller.error());
}

// --- Its clients -------------------------------------------------------------

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

// --- What it says, and where -------------------------------------------------

TEST(Server, PrintsNothingAboutClientsWithQuiet) {
  PoetryServer server(science, {"-q", "--delay", "0"});
  EXPECT_EQ(Caller(server.port()).read_all(), rig::contents(science));
  EXPECT_EQ(Caller(server.port()).read_all(), rig::contents(science));
  expect_out(server, serving(science, server));
  EXPECT_EQ(server.process().err(), "");
}

TEST(Server, K06_PrintsNothingAboutLostClientsWithQuiet) {
  PoetryServer server(science, {"-q", "--delay", "0.001", "--num-bytes", "5"});
  Caller(server.port()).reset();
  EXPECT_EQ(Caller(server.port()).read_all(), rig::contents(science));
  EXPECT_EQ(server.process().err(), "");
}

TEST(Server, K04_FailuresGoToStderrAndSetTheExitStatus) {
  PoetryServer taken(science);
  const std::string port = std::to_string(taken.port());
  const auto in_use = serve({"--port", port, science});
  EXPECT_EQ(in_use.status, 1);
  EXPECT_EQ(in_use.out, "");
  EXPECT_EQ(rig::lines(in_use.err).size(), 1U) << in_use.err;
  const auto usage = serve({});
  EXPECT_EQ(usage.status, 2);
  EXPECT_EQ(usage.out, "");

  PoetryServer once(science, {"--delay", "0", "--once"});
  Caller caller(once.port());
  EXPECT_EQ(caller.read_all(), rig::contents(science));
  caller.leave();
  const auto outcome = once.process().wait();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
}

TEST(Server, LogsMoreWithVerbose) {
  PoetryServer server(science, {"-v", "--delay", "0"});
  EXPECT_EQ(Caller(server.port()).read_all(), rig::contents(science));
  server.process().wait_for_err("slowpoetry: debug: ");
}

TEST(Server, TakesTheLevelOfItsLogFromTheEnvironment) {
  Process server({.words = {slowpoetry, "--delay", "0", "--once", science},
                  .environment = {"SPDLOG_LEVEL=debug"}});
  server.wait_for_out(".\n");
  const std::string out = server.out();
  const auto port = std::stoi(out.substr(out.rfind(' ')));
  EXPECT_EQ(Caller(static_cast<std::uint16_t>(port)).read_all(),
            rig::contents(science));
  EXPECT_TRUE(server.wait().err.starts_with("slowpoetry: debug: "));
}

TEST(Server, HasWrittenAllItsLinesWhenItIsTerminated) {
  const PoemFile log("");
  Process server(
      {.words = {slowpoetry, "--delay", "0", science}, .output = log.path()});
  const auto printed = [&] { return rig::contents(log.path()); };
  rig::eventually("the server to listen",
                  [&] { return printed().ends_with(".\n"); });
  const auto port = std::stoi(printed().substr(printed().rfind(' ')));
  Caller caller(static_cast<std::uint16_t>(port));
  EXPECT_EQ(caller.read(653), rig::contents(science));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait().status, -SIGTERM);
  EXPECT_EQ(rig::lines(printed()).size(), 2U + 66U);
}

TEST(Server, K05_EndsAtOnceWhenStdoutFails) {
  const auto outcome =
      rig::run({.words = {slowpoetry, science}, .output = "/dev/full"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "slowpoetry: cannot print: No space left on device\n");
}

class ServerSignals : public testing::TestWithParam<int> {};

TEST_P(ServerSignals, J01_PrintsOneLineAndDiesOfTheSignal) {
  PoetryServer server(science);
  server.process().signal(GetParam());
  const auto outcome = server.process().wait();
  EXPECT_EQ(outcome.status, -GetParam());
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  EXPECT_TRUE(outcome.err.starts_with("slowpoetry: ")) << outcome.err;
}

TEST_P(ServerSignals, J01_DiesOfTheSignalWhileItServesAndKeepsItsLines) {
  PoetryServer server(
      science, {"--delay", "0", "--fail-after", "10", "--fail", "stall"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read(10).size(), 10U);
  server.process().signal(GetParam());
  const auto outcome = server.process().wait();
  EXPECT_EQ(outcome.status, -GetParam());
  EXPECT_EQ(outcome.out, serving(science, server) + about(caller, {10}));
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
}

TEST_P(ServerSignals, F03_ThePortCanBeReusedAtOnce) {
  PoetryServer first(science,
                     {"--delay", "0", "--fail-after", "10", "--fail", "stall"});
  Caller caller(first.port());
  EXPECT_EQ(caller.read(10).size(), 10U);
  first.process().signal(GetParam());
  first.process().wait();
  PoetryServer second(science, {"--port", std::to_string(first.port())});
  EXPECT_EQ(Caller(second.port()).read(10).size(), 10U);
}

INSTANTIATE_TEST_SUITE_P(Both,
                         ServerSignals,
                         testing::Values(SIGINT, SIGTERM),
                         [](const auto& test) {
                           return test.param == SIGINT ? "SIGINT" : "SIGTERM";
                         });

TEST(Server, J04_AStormOfSignalsChangesNothing) {
  const PoemFile poem(rig::long_poem(200));
  PoetryServer server(poem.path(), {"--delay", "0.001", "--num-bytes", "1"});
  Caller caller(server.port());
  std::string text;
  for (int i = 0; i < 200; ++i) {
    for (const int number : {SIGWINCH, SIGSTOP, SIGCONT}) {
      server.process().signal(number);
    }
    text += caller.read(1);
  }
  EXPECT_EQ(text, rig::long_poem(200));
  EXPECT_EQ(caller.read_all(), "");
  EXPECT_FALSE(caller.error());
  EXPECT_EQ(server.process().err(), "");
}

// --- What it refuses ---------------------------------------------------------

TEST(Server, F02_FailsWhenThePortIsInUse) {
  PoetryServer first(science);
  const std::string port = std::to_string(first.port());
  const auto outcome = serve({"--port", port, science});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "slowpoetry: cannot listen on localhost:" + port +
                             ": Address already in use\n");
}

TEST(Server, F02_FailsWhenTheInterfaceDoesNotExist) {
  const auto outcome = serve({"--iface", "203.0.113.1", science});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "slowpoetry: cannot listen on 203.0.113.1:0: Cannot assign "
            "requested address\n");
}

TEST(Server, F02_FailsWhenTheInterfaceNameDoesNotResolve) {
  const auto outcome = serve({"--iface", "no..such.host", science});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.err.starts_with(
      "slowpoetry: cannot listen on no..such.host:0: "));
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
}

TEST(Server, M11_NeedsExactlyOneFile) {
  const std::string message = "Provide exactly one poetry file.";
  expect_usage_error(serve({}), message);
  expect_usage_error(serve({science, science}), message);
  expect_usage_error(serve({"--port", "0"}), message);
}

TEST(Server, M11_RefusesAFileThatDoesNotExist) {
  const auto outcome = serve({"no/such/poem.txt"});
  expect_usage_error(outcome, "no/such/poem.txt: No such file or directory");
}

TEST(Server, M11_RefusesADirectory) {
  expect_usage_error(serve({"/tmp"}), "/tmp: Is a directory");
}

TEST(Server, M11_RefusesAFifoWithoutWaiting) {
  const std::string path =
      testing::TempDir() + "fifo-" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto outcome = serve({path});
  ::unlink(path.c_str());
  expect_usage_error(outcome, path + ": ");
}

TEST(Server, M11_RefusesAnUnreadableFile) {
  const PoemFile poem("secret");
  ::chmod(poem.path().c_str(), 0);
  const auto outcome = rig::run(
      {.words = {slowpoetry, poem.path()}, .as_nobody = ::geteuid() == 0});
  if (outcome.status == 126) GTEST_SKIP() << "nobody may not run our programs";
  expect_usage_error(outcome, poem.path() + ": Permission denied");
}

struct BadOption {
  std::string name;
  std::vector<std::string> values;
};

void PrintTo(const BadOption& option, std::ostream* out) {
  *out << option.name;
}

class ServerOptions : public testing::TestWithParam<BadOption> {};

TEST_P(ServerOptions, M11_AreCheckedAtTheStart) {
  for (const std::string& value : GetParam().values) {
    SCOPED_TRACE(value);
    const std::string option = "--" + GetParam().name;
    // Values that look like options.
    const auto outcome = serve({option + "=" + value, science});
    expect_usage_error(outcome, "'" + value + "'");
    expect_usage_error(outcome, option);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Every,
    ServerOptions,
    testing::Values(
        BadOption{"port", {"abc", "70000", "-1", "0x10", "+80", " 5", "1.5"}},
        BadOption{"delay", {"x", "-1", "nan", "inf", "1s", " 1"}},
        BadOption{"num-bytes", {"0", "-5", "x", "1.5", "99999999999999999999"}},
        BadOption{"repeat", {"0", "-1", "x"}},
        BadOption{"fail-after", {"-1", "x"}},
        BadOption{"fail", {"often", "CLOSE"}},
        BadOption{"sndbuf", {"0", "-1", "x"}},
        BadOption{"send-timeout", {"0", "-1", "nan", "x"}}),
    [](const auto& test) {
      std::string name = test.param.name;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST(Server, TakesAValueAsTheNextWord) {
  expect_usage_error(serve({"--port", "abc", science}), "'abc'");
  expect_usage_error(serve({"--delay", "nan", science}), "'nan'");
  expect_usage_error(serve({"--delay", "-1", science}), "'-1'");
}

TEST(Server, RefusesUnknownOptions) {
  expect_usage_error(serve({"--bogus", science}), "'--bogus'");
  expect_usage_error(serve({"-x", science}), "'-x'");
  expect_usage_error(serve({science, "--port"}), "'--port'");
}

TEST(Server, AFileNameMayHaveACommaInIt) {
  expect_usage_error(serve({"one,two.txt"}),
                     "one,two.txt: No such file or directory");
}

TEST(Server, C07_AHugeDelayIsAccepted) {
  PoetryServer server(science, {"--delay", "1e300"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read(10), rig::contents(science).substr(0, 10));
  server.process().wait_until_it_sleeps();
  EXPECT_FALSE(caller.has_news());
}

TEST(Server, HelpStartsWithAnExampleAndEndsWithTheExitStatuses) {
  const auto outcome = serve({"--help"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(rig::lines(outcome.out).at(0), "Example:");
  EXPECT_TRUE(rig::lines(outcome.out).at(1).starts_with("  slowpoetry "));
  for (const std::string option :
       {"--port", "--iface", "--delay", "--num-bytes", "-h, --help",
        "-V, --version", "-q, --quiet", "-v, --verbose", "--sndbuf", "--once",
        "--repeat", "--fail-after", "--fail ", "--send-timeout"}) {
    EXPECT_NE(outcome.out.find(option), std::string::npos) << option;
  }
  EXPECT_TRUE(std::regex_search(
      outcome.out,
      std::regex("\n +0 .*\n +1 .*\n +2 .*\n +128\\+n .*signal.*\n$")))
      << outcome.out;
  EXPECT_EQ(serve({"-h"}).out, outcome.out);
}

TEST(Server, VersionIsItsNameAndThreeNumbers) {
  const auto outcome = serve({"--version"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(std::regex_match(outcome.out,
                               std::regex("slowpoetry \\d+\\.\\d+\\.\\d+\n")))
      << outcome.out;
  EXPECT_EQ(serve({"-V"}).out, outcome.out);
}

}  // namespace
