// The command line of the clients.

#include <unistd.h>
#include <filesystem>
#include <regex>
#include <utility>

#include "programs/clients.h"

using namespace clients;
using namespace std::chrono_literals;

namespace {

FOR_ALL_CLIENTS_BUT(ReactorClients, "Stack", "Blocking", "Async");
class Programs : public ClientTest {};
INSTANTIATE_TEST_SUITE_P(Every, Programs, testing::ValuesIn(programs), name_of);

TEST_P(Programs, M10_RefuseInvalidAddresses) {
  Server server(rig::serves("x"));
  for (const std::string word : {"abc",
                                 "host:",
                                 "a:b:9",
                                 "",
                                 " 5",
                                 "5 ",
                                 "+80",
                                 "0x50",
                                 "1e3",
                                 "0",
                                 "70000",
                                 "65536",
                                 "99999999999999999999",
                                 "127.0.0.1:0",
                                 "127.0.0.1:http",
                                 "::1:80",
                                 "[::1]",
                                 "[::1]:",
                                 "[::1:80",
                                 "[]:80",
                                 "[127.0.0.1]:80",
                                 "10000,10001",
                                 "80.",
                                 "\xd9\xa3",
                                 "\xc2\xb2",
                                 "127.0.0.1:\xd9\xa3",
                                 "a b:80"}) {
    SCOPED_TRACE(word);
    const auto outcome = run({server.address(), word});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    const auto err = rig::lines(outcome.err);
    ASSERT_EQ(err.size(), 2U) << outcome.err;
    EXPECT_TRUE(err[0].starts_with(GetParam().program() + ": ")) << err[0];
    EXPECT_NE(err[0].find('\'' + word + '\''), std::string::npos) << err[0];
    EXPECT_EQ(err[1], "try --help");
  }
  EXPECT_EQ(server.visits(), 0);
}

// Every message quotes what was typed, and stays in its line.
TEST_P(Programs, M10_QuoteTypedWordsInOneLine) {
  const std::pair<Words, std::string> table[] = {
      {{"a\nb"}, "'a\\x0ab'"},
      {{"a\nb:80"}, "'a\\x0ab:80'"},
      {{"a\xc2\x9b:80"}, "'a\\xc2\\x9b:80'"},
      {{"caf\xe9:80"}, "'caf\\xe9:80'"},
      {{"a\u2028:80"}, "'a\\xe2\\x80\\xa8:80'"},
      {{"--no\nsuch"}, "'--no\\x0asuch'"},
      {{"--max-bytes", "1\n2"}, "'1\\x0a2'"},
  };
  for (const auto& [typed, quoted] : table) {
    const auto outcome = run(typed);
    EXPECT_EQ(outcome.status, 2);
    const auto err = rig::lines(outcome.err);
    ASSERT_EQ(err.size(), 2U) << outcome.err;
    EXPECT_NE(err[0].find(quoted), std::string::npos) << err[0];
    EXPECT_EQ(err[1], "try --help");
  }
}

TEST_P(Programs, M10_NameThemselvesInOneLine) {
  const std::string link =
      testing::TempDir() + "get\npoetry-" + std::to_string(::getpid());
  std::filesystem::create_symlink(rig::program(GetParam().path), link);
  const auto outcome = run(Command{.words = {link, "abc"}});
  std::filesystem::remove(link);
  EXPECT_TRUE(outcome.err.starts_with("get\\x0apoetry-")) << outcome.err;
  EXPECT_EQ(rig::lines(outcome.err).size(), 2U) << outcome.err;
}

TEST_P(Programs, M10_SayThatPortsMustBeIntegers) {
  for (const std::string word :
       {"abc", "host:", " 5", "+80", "0x50", "127.0.0.1:http", "\xd9\xa3"}) {
    const auto outcome = run({word});
    EXPECT_EQ(outcome.err, GetParam().program() +
                               ": Ports must be integers. '" + word +
                               "'\ntry --help\n");
  }
}

TEST_P(Programs, RefuseInvalidOptions) {
  std::vector<std::pair<Words, std::string>> table = {
      {{"--bogus", "80"}, "--bogus"},
      {{"--bogus=1", "80"}, "--bogus=1"},
      {{"-x", "80"}, "-x"},
      {{"-1"}, "-1"},
      {{"--max-bytes", "x", "80"}, "x"},
      {{"--max-bytes", "-1", "80"}, "-1"},
      {{"--max-bytes=", "80"}, ""},
      {{"--max-bytes", "1.5", "80"}, "1.5"},
      {{"80", "--max-bytes"}, "--max-bytes"},
      {{"--rcvbuf", "0", "80"}, "0"},
      {{"--rcvbuf", "x", "80"}, "x"},
      {{"--help=yes"}, "--help=yes"},
  };
  const bool has_reactor =
      !GetParam().is("Blocking") && !GetParam().is("Async");
  if (has_reactor) {
    for (const std::string value : {"0", "-1", "nan", "x", "1s", "inf"}) {
      table.push_back({{"--timeout", value, "80"}, value});
    }
    table.push_back({{"80", "--timeout"}, "--timeout"});
    table.push_back({{"--reactor", "foo", "80"}, "foo"});
    table.push_back({{"--reactor", "", "80"}, ""});
    table.push_back({{"--reactor", "EPOLL", "80"}, "EPOLL"});
    table.push_back({{"80", "--reactor"}, "--reactor"});
  } else {
    table.push_back({{"--timeout", "1", "80"}, "--timeout"});
    table.push_back({{"--reactor", "poll", "80"}, "--reactor"});
  }
  for (const auto& [arguments, word] : table) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    const auto err = rig::lines(outcome.err);
    ASSERT_EQ(err.size(), 2U) << outcome.err;
    EXPECT_TRUE(err[0].starts_with(GetParam().program() + ": ")) << err[0];
    EXPECT_NE(err[0].find('\'' + word + '\''), std::string::npos) << err[0];
    EXPECT_EQ(err[1], "try --help");
  }
}

TEST_P(Programs, NameTheRangeOfANumber) {
  const auto said = [&](const Words& arguments) {
    return rig::lines(run(arguments).err).at(0);
  };
  const std::string program = GetParam().program();
  EXPECT_EQ(said({"--max-bytes", "-1", "80"}),
            program +
                ": --max-bytes must be an integer not less than 0, "
                "not '-1'");
  EXPECT_EQ(said({"--max-bytes", "99999999999999999999", "80"}),
            program + ": --max-bytes is too large: '99999999999999999999'");
  EXPECT_EQ(said({"--rcvbuf", "0", "80"}),
            program +
                ": --rcvbuf must be an integer from 1 to 2147483647, "
                "not '0'");
}

TEST_P(Programs, RefuseVeryLongArguments) {
  for (const std::string& word :
       {"--max-bytes=" + std::string(100'000, '1'), std::string(100'000, '1'),
        std::string("--max-bytes=1\n2"), std::string("--max.bytes=1")}) {
    SCOPED_TRACE(word.substr(0, 20));
    const auto outcome = run({word});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.ends_with("'\ntry --help\n"));
  }
}

// One piece at a time, so that each client reads the same pieces.
TEST_P(ReactorClients, N01_PrintTheSameWithEveryReactor) {
  rig::RefusingPort refusing;
  Server server([](Visit& visit) {
    for (const char* piece : {"a ", "whole ", "poem\n"}) {
      visit.send(piece);
      visit.wait_until_read();
    }
    visit.finish();
  });
  const Client best{GetParam().name, GetParam().path, ""};
  const Words addresses{server.address(), refusing.address()};
  const auto expected = rig::run({.words = best.words(addresses)});
  const auto outcome = run(addresses);
  EXPECT_EQ(rig::masked(outcome.out), rig::masked(expected.out));
  EXPECT_EQ(outcome.err, expected.err);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(expected.status, 1);
}

TEST_P(ReactorClients, N03_NameTheReactorsThereAre) {
  const auto outcome = rig::run(
      {.words = {rig::program(GetParam().path), "--reactor", "foo", "80"}});
  for (const std::string name : {"select", "poll", "epoll"}) {
    EXPECT_NE(outcome.err.find(name), std::string::npos) << outcome.err;
  }
}

TEST_P(Programs, HelpStartsWithAnExampleAndEndsWithTheExitStatuses) {
  const auto outcome = run({"--help"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(rig::lines(outcome.out).at(0), "Example:");
  EXPECT_TRUE(rig::lines(outcome.out)
                  .at(1)
                  .starts_with("  " + GetParam().program() + ' '))
      << outcome.out;
  for (const std::string option : {"[host:]port ...", "--max-bytes", "--rcvbuf",
                                   "-h, --help", "-V, --version"}) {
    EXPECT_NE(outcome.out.find(option), std::string::npos) << option;
  }
  EXPECT_TRUE(std::regex_search(
      outcome.out,
      std::regex("\n +0 .*\n +1 .*\n +2 .*\n +128\\+n .*signal.*\n$")))
      << outcome.out;
}

TEST_P(Programs, HelpIsPrintedWithoutArguments) {
  const auto outcome = run(Words{});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out, run({"--help"}).out);
  EXPECT_EQ(outcome.out, run({"-h"}).out);
}

TEST_P(Programs, K05_HelpThatCannotBePrintedFails) {
  const auto outcome =
      run(Command{.words = words({"--help"}), .output = "/dev/full"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
}

TEST_P(Programs, VersionIsTheNameAndThreeNumbers) {
  const auto outcome = run({"--version"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_TRUE(std::regex_match(
      outcome.out, std::regex(GetParam().program() + " \\d+\\.\\d+\\.\\d+\n")))
      << outcome.out;
  EXPECT_EQ(run({"-V"}).out, outcome.out);
}

}  // namespace
