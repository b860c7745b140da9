// The command line of the Slow Poetry Server, and its checks at the start.

#include <sys/stat.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <regex>
#include <tuple>

#include "programs/server.h"

using namespace server;
using namespace std::chrono_literals;

namespace {

INSTANTIATE_TEST_SUITE_P(Each, Server, testing::ValuesIn(editions), name_of);
INSTANTIATE_TEST_SUITE_P(Each,
                         ReactorServer,
                         testing::ValuesIn(with_reactor),
                         name_of);

TEST_P(Server, F02_FailsWhenThePortIsInUse) {
  PoetryServer first(science);
  const std::string port = std::to_string(first.port());
  const auto outcome = serve({"--port", port, science});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "slowpoetry: cannot listen on localhost:" + port +
                             ": Address already in use\n");
}

TEST_P(ReactorServer, F02_FailsWhenTheSecondPortIsInUse) {
  PoetryServer first(science);
  const std::string port = std::to_string(first.port());
  const auto outcome = serve({"--port", "0", "--port", port, science});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "slowpoetry: cannot listen on localhost:" + port +
                             ": Address already in use\n");
}

TEST_P(Server, F02_FailsWhenTheInterfaceDoesNotExist) {
  const auto outcome = serve({"--iface", "203.0.113.1", science});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "slowpoetry: cannot listen on 203.0.113.1:0: Cannot assign "
            "requested address\n");
}

TEST_P(Server, F02_FailsWhenTheInterfaceNameDoesNotResolve) {
  const auto outcome = serve({"--iface", "no..such.host", science});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.err.starts_with(
      "slowpoetry: cannot listen on no..such.host:0: "));
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
}

TEST_P(Server, M11_NeedsExactlyOneFile) {
  const std::string message = "Provide exactly one poetry file.";
  expect_usage_error(serve({}), message);
  expect_usage_error(serve({science, science}), message);
  expect_usage_error(serve({"--port", "0"}), message);
}

TEST_P(Server, M11_RefusesAFileThatDoesNotExist) {
  const auto outcome = serve({"no/such/poem.txt"});
  expect_file_error(outcome, "no/such/poem.txt: No such file or directory");
}

TEST_P(Server, M11_RefusesADirectory) {
  expect_file_error(serve({"/tmp"}), "/tmp: Is a directory");
}

TEST_P(Server, M11_RefusesADevice) {
  for (const std::string path : {"/dev/zero", "/dev/null"}) {
    expect_file_error(serve({path}), path + ": Not a regular file");
  }
}

TEST_P(Server, M11_ServesAFileWhoseSizeTheSystemDoesNotKnow) {
  PoetryServer server("/proc/version");
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), rig::contents("/proc/version"));
}

// One line stays one line: a script reads them.
TEST_P(Server, M11_PrintsNamesInOneLine) {
  const auto path =
      testing::TempDir() + "a\nb\x1b-" + std::to_string(::getpid());
  std::string shown = path;
  shown.replace(shown.find('\n'), 1, "\\x0a");
  shown.replace(shown.find('\x1b'), 1, "\\x1b");
  expect_file_error(serve({path}), shown + ": No such file or directory");

  std::ofstream(path) << "poem";
  PoetryServer server(path);
  EXPECT_EQ(server.process().out(), serving(shown, server));
  std::filesystem::remove(path);
  Caller caller(server.port());
  EXPECT_EQ(caller.read_all(), "");
  expect_err(server, "slowpoetry: error: cannot read [^\n]*\\\\x0a[^\n]*\n");
}

TEST_P(Server, M11_RefusesAFifoWithoutWaiting) {
  const std::string path =
      testing::TempDir() + "fifo-" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto outcome = serve({path});
  ::unlink(path.c_str());
  expect_file_error(outcome, path + ": ");
}

TEST_P(Server, M11_RefusesAnUnreadableFile) {
  const PoemFile poem("secret");
  ::chmod(poem.path().c_str(), 0);
  const auto outcome =
      rig::run({.words = words({poem.path()}), .as_nobody = ::geteuid() == 0});
  if (outcome.status == 126) GTEST_SKIP() << "nobody may not run our programs";
  expect_file_error(outcome, poem.path() + ": Permission denied");
}

struct BadOption {
  std::string name;
  std::vector<std::string> values;
};

void PrintTo(const BadOption& option, std::ostream* out) {
  *out << option.name;
}

std::string option_name(
    const testing::TestParamInfo<std::tuple<Edition, BadOption>>& test) {
  const auto& [edition, option] = test.param;
  std::string name = edition.name + '_' + option.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class ServerOptions
    : public testing::TestWithParam<std::tuple<Edition, BadOption>> {
 protected:
  void SetUp() override { choose(std::get<0>(GetParam())); }
};

TEST_P(ServerOptions, M11_AreCheckedAtTheStart) {
  const auto& [name, values] = std::get<1>(GetParam());
  for (const std::string& value : values) {
    SCOPED_TRACE(value);
    const std::string option = "--" + name;
    // Values that look like options.
    const auto outcome = serve({option + "=" + value, science});
    expect_usage_error(outcome, "'" + value + "'");
    expect_usage_error(outcome, option);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Every,
    ServerOptions,
    testing::Combine(
        testing::Values(editions.front(), editions.back()),
        testing::Values(
            BadOption{"port",
                      {"abc", "70000", "-1", "0x10", "+80", " 5", "1.5"}},
            BadOption{"delay", {"x", "-1", "nan", "inf", "1s", " 1"}},
            BadOption{"num-bytes",
                      {"0", "-5", "x", "1.5", "99999999999999999999"}},
            BadOption{"repeat", {"0", "-1", "x"}},
            BadOption{"fail-after", {"-1", "x"}},
            BadOption{"fail", {"often", "CLOSE"}},
            BadOption{"sndbuf", {"0", "-1", "x"}},
            BadOption{"send-timeout", {"0", "-1", "nan", "x"}})),
    option_name);

TEST_P(ReactorServer, N03_AnUnknownReactorIsAUsageError) {
  const auto outcome = serve({"--reactor", "kqueue", science});
  expect_usage_error(outcome, "'kqueue'");
  expect_usage_error(outcome, "epoll, poll, select");
}

TEST_F(BlockingServer, HasNoReactor) {
  expect_usage_error(serve({"--reactor", "poll", science}), "'--reactor'");
}

TEST_F(BlockingServer, TakesOnePortOnly) {
  const auto outcome = serve({"--port", "0", "--port", "10001", science});
  expect_usage_error(outcome, "'10001'");
  EXPECT_EQ(serve({"--help"}).out.find("several"), std::string::npos);
}

TEST_P(ReactorServer, ChecksEachPort) {
  expect_usage_error(serve({"--port", "0", "--port", "x", science}), "'x'");
  expect_usage_error(serve({"--port", "x", "--port", "0", science}), "'x'");
}

TEST_P(Server, TakesAValueAsTheNextWord) {
  expect_usage_error(serve({"--port", "abc", science}), "'abc'");
  expect_usage_error(serve({"--delay", "nan", science}), "'nan'");
  expect_usage_error(serve({"--delay", "-1", science}), "'-1'");
}

TEST_P(Server, RefusesUnknownOptions) {
  expect_usage_error(serve({"--bogus", science}), "'--bogus'");
  expect_usage_error(serve({"-x", science}), "'-x'");
  expect_usage_error(serve({science, "--port"}), "'--port'");
}

TEST_P(Server, AFileNameMayHaveACommaInIt) {
  expect_file_error(serve({"one,two.txt"}),
                    "one,two.txt: No such file or directory");
}

TEST_P(Server, C07_AHugeDelayIsAccepted) {
  PoetryServer server(science, {"--delay", "1e300"});
  Caller caller(server.port());
  EXPECT_EQ(caller.read(10), rig::contents(science).substr(0, 10));
  server.process().wait_until_it_sleeps();
  EXPECT_FALSE(caller.has_news());
}

TEST_P(Server, HelpStartsWithAnExampleAndEndsWithTheExitStatuses) {
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

TEST_P(Server, VersionIsItsNameAndThreeNumbers) {
  const auto outcome = serve({"--version"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(std::regex_match(outcome.out,
                               std::regex("slowpoetry \\d+\\.\\d+\\.\\d+\n")))
      << outcome.out;
  EXPECT_EQ(serve({"-V"}).out, outcome.out);
}

}  // namespace
