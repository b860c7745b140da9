// Our programs with others: nc, socat and curl fetch poems from our server, and
// nc and socat serve them to our clients.

#include <ostream>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/process.h"
#include "support/servers.h"

namespace {

using rig::PoemFile;
using rig::PoetryServer;
using rig::Process;
using Words = std::vector<std::string>;

// A tool that is not installed is not a failure.
#define SKIP_WITHOUT(name) \
  if (rig::tool(name).empty()) GTEST_SKIP() << "there is no " name " here"

// --- Their clients -----------------------------------------------------------

rig::Outcome fetch(const std::string& name, Words arguments) {
  arguments.insert(arguments.begin(), rig::tool(name));
  return rig::run({.words = std::move(arguments)});
}

class OurServer : public testing::TestWithParam<std::string> {
 protected:
  void expect_poem(const rig::Outcome& outcome) {
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.out, rig::binary_poem());
  }

  const PoemFile poem{rig::binary_poem()};
  PoetryServer server{
      poem.path(), {"--delay", "0"}, {rig::program(GetParam())}};
  const std::string port = std::to_string(server.port());
};

INSTANTIATE_TEST_SUITE_P(Each,
                         OurServer,
                         testing::Values("blocking-server/slowpoetry",
                                         "reactor-server/slowpoetry"),
                         [](const auto& test) {
                           return test.param.substr(0, test.param.find('-'));
                         });

TEST_P(OurServer, ServesNetcat) {
  SKIP_WITHOUT("nc");
  expect_poem(fetch("nc", {"127.0.0.1", port}));
}

TEST_P(OurServer, ServesNetcatByName) {
  SKIP_WITHOUT("nc");
  expect_poem(fetch("nc", {"localhost", port}));
}

TEST_P(OurServer, M08_ServesNetcatThatSendsData) {
  SKIP_WITHOUT("nc");
  expect_poem(rig::run({.words = {rig::tool("nc"), "-N", "127.0.0.1", port},
                        .input = "GET / HTTP/1.0\r\n\r\n"}));
}

TEST_P(OurServer, ServesSocat) {
  SKIP_WITHOUT("socat");
  expect_poem(fetch("socat", {"-u", "TCP:127.0.0.1:" + port, "STDOUT"}));
}

TEST_P(OurServer, M08_ServesSocatThatSendsData) {
  SKIP_WITHOUT("socat");
  expect_poem(rig::run({.words = {rig::tool("socat"), "-t", "20", "STDIO",
                                  "TCP:127.0.0.1:" + port},
                        .input = std::string(60000, 'x')}));
}

// Some bytes are Telnet commands; a poem in ASCII has none.
TEST(OurServerAndCurl, ServesCurlsTelnet) {
  SKIP_WITHOUT("curl");
  const std::string science = rig::poem_path("science");
  PoetryServer server(science, {"--delay", "0.001"});
  const auto outcome = fetch(
      "curl", {"--silent", "--no-buffer", "telnet://" + server.address()});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, rig::contents(science));
}

// The answer is not HTTP, which curl has to be told.
TEST_P(OurServer, M08_ServesCurlsHttp) {
  SKIP_WITHOUT("curl");
  expect_poem(
      fetch("curl", {"--silent", "--http0.9", "http://" + server.address()}));
}

// --- Their servers -----------------------------------------------------------

struct Client {
  std::string name;
  std::string path;
};

void PrintTo(const Client& client, std::ostream* out) {
  *out << client.name;
}

class TheirServer : public testing::TestWithParam<Client> {
 protected:
  // Returns the port that it has chosen, which it prints on stderr.
  static std::string port_of(const Process& server, const std::string& line) {
    std::smatch match;
    std::string err;
    rig::eventually("a line on stderr", [&] {
      err = server.err();
      return std::regex_search(err, match, std::regex(line));
    });
    return match[1];
  }

  // Runs the client.
  static void expect_poem(const std::string& port, const std::string& poem) {
    const auto outcome =
        rig::run({.words = {rig::program(GetParam().path), port}});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
    if (GetParam().name == "Simple" || GetParam().name == "Reactor3") {
      EXPECT_EQ(outcome.out, poem);
    } else if (GetParam().name == "Blocking" ||
               GetParam().name == "Coroutine") {
      EXPECT_NE(outcome.out.find("Task 1: got " + std::to_string(poem.size()) +
                                 " bytes of poetry from 127.0.0.1:" + port),
                std::string::npos)
          << outcome.out;
    } else {
      EXPECT_NE(outcome.out.find("\nTask 1: " + std::to_string(poem.size()) +
                                 " bytes of poetry\nGot 1 poems in "),
                std::string::npos)
          << outcome.out;
    }
  }
};

TEST_P(TheirServer, NetcatServesOurClients) {
  SKIP_WITHOUT("nc");
  Process server(
      {.words = {rig::tool("nc"), "-N", "-v", "-n", "-l", "127.0.0.1", "0"},
       .input = rig::binary_poem()});
  expect_poem(port_of(server, "Listening on \\S+ (\\d+)"), rig::binary_poem());
}

TEST_P(TheirServer, SocatServesOurClients) {
  SKIP_WITHOUT("socat");
  const std::string science = rig::poem_path("science");
  Process server({.words = {rig::tool("socat"), "-d", "-d", "-U",
                            "TCP-LISTEN:0,bind=127.0.0.1", "OPEN:" + science}});
  expect_poem(port_of(server, "listening on .*127\\.0\\.0\\.1:(\\d+)"),
              rig::contents(science));
}

INSTANTIATE_TEST_SUITE_P(
    Every,
    TheirServer,
    testing::Values(Client{"Blocking", "blocking-client/get-poetry"},
                    Client{"Async", "async-client/get-poetry"},
                    Client{"Reactor1", "reactor-client-1/get-poetry"},
                    Client{"Broken", "reactor-client-1/get-poetry-broken"},
                    Client{"Reactor2", "reactor-client-2/get-poetry"},
                    Client{"Simple", "reactor-client-2/get-poetry-simple"},
                    Client{"Reactor3", "reactor-client-3/get-poetry"},
                    Client{"Coroutine", "coroutine-client/get-poetry"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
