// The output and the log of the Slow Poetry Server, and how signals end it.

#include <csignal>
#include <regex>
#include <thread>
#include <tuple>

#include "programs/server.h"

using namespace server;

namespace {

INSTANTIATE_TEST_SUITE_P(Each, Server, testing::ValuesIn(editions), name_of);

TEST_P(Server, PrintsNothingAboutClientsWithQuiet) {
  PoetryServer server(science, {"-q", "--delay", "0"});
  EXPECT_EQ(Caller(server.port()).read_all(), rig::contents(science));
  EXPECT_EQ(Caller(server.port()).read_all(), rig::contents(science));
  expect_out(server, serving(science, server));
  EXPECT_EQ(server.process().err(), "");
}

TEST_P(Server, K06_PrintsNothingAboutLostClientsWithQuiet) {
  PoetryServer server(science, {"-q", "--delay", "0.001", "--num-bytes", "5"});
  Caller(server.port()).reset();
  EXPECT_EQ(Caller(server.port()).read_all(), rig::contents(science));
  EXPECT_EQ(server.process().err(), "");
}

TEST_P(Server, K04_FailuresGoToStderrAndSetTheExitStatus) {
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

TEST_P(Server, LogsMoreWithVerbose) {
  PoetryServer server(science, {"-v", "--delay", "0"});
  EXPECT_EQ(Caller(server.port()).read_all(), rig::contents(science));
  server.process().wait_for_err("slowpoetry: debug: ");
}

TEST_P(Server, TakesTheLevelOfItsLogFromTheEnvironment) {
  Process server({.words = words({"--delay", "0", "--once", science}),
                  .environment = {"SPDLOG_LEVEL=debug"}});
  server.wait_for_out(".\n");
  const std::string out = server.out();
  const auto port = std::stoi(out.substr(out.rfind(' ')));
  EXPECT_EQ(Caller(static_cast<std::uint16_t>(port)).read_all(),
            rig::contents(science));
  EXPECT_TRUE(server.wait().err.starts_with("slowpoetry: debug: "));
}

TEST_P(Server, HasWrittenAllItsLinesWhenItIsTerminated) {
  const PoemFile log("");
  Process server(
      {.words = words({"--delay", "0", science}), .output = log.path()});
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

TEST_P(Server, K05_EndsAtOnceWhenStdoutFails) {
  const auto outcome =
      rig::run({.words = words({science}), .output = "/dev/full"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "slowpoetry: cannot print: No space left on device\n");
}

std::string signal_name(
    const testing::TestParamInfo<std::tuple<Edition, int>>& test) {
  const auto& [edition, signal] = test.param;
  return name_of({edition, 0}) + (signal == SIGINT ? "_SIGINT" : "_SIGTERM");
}

class ServerSignals : public testing::TestWithParam<std::tuple<Edition, int>> {
 protected:
  void SetUp() override { choose(std::get<0>(GetParam())); }
  int signal() const { return std::get<1>(GetParam()); }
};

TEST_P(ServerSignals, J01_PrintsOneLineAndDiesOfTheSignal) {
  PoetryServer server(science);
  server.process().signal(signal());
  const auto outcome = server.process().wait();
  EXPECT_EQ(outcome.status, -signal());
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  EXPECT_TRUE(outcome.err.starts_with("slowpoetry: ")) << outcome.err;
}

TEST_P(ServerSignals, J01_DiesOfTheSignalWhileItServesAndKeepsItsLines) {
  PoetryServer server(
      science, {"--delay", "0", "--fail-after", "10", "--fail", "stall"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read(10).size(), 10U);
  server.process().signal(signal());
  const auto outcome = server.process().wait();
  EXPECT_EQ(outcome.status, -signal());
  EXPECT_EQ(outcome.out, serving(science, server) + about(caller, {10}));
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
}

TEST_P(ServerSignals, F03_ThePortCanBeReusedAtOnce) {
  PoetryServer first(science,
                     {"--delay", "0", "--fail-after", "10", "--fail", "stall"});
  Caller caller(first.port());
  EXPECT_EQ(caller.read(10).size(), 10U);
  first.process().signal(signal());
  first.process().wait();
  PoetryServer second(science, {"--port", std::to_string(first.port())});
  EXPECT_EQ(Caller(second.port()).read(10).size(), 10U);
}

INSTANTIATE_TEST_SUITE_P(Both,
                         ServerSignals,
                         testing::Combine(testing::ValuesIn(editions),
                                          testing::Values(SIGINT, SIGTERM)),
                         signal_name);

TEST_P(Server, J04_AStormOfSignalsChangesNothing) {
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

}  // namespace
