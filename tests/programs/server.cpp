#include "programs/server.h"

#include <ostream>
#include <regex>
#include <stdexcept>
#include <utility>

namespace server {
namespace {

Words command;  // of the edition that is being tested

void expect_error(const Outcome& outcome,
                  const std::string& quoted,
                  std::size_t lines) {
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  const auto err = rig::lines(outcome.err);
  ASSERT_EQ(err.size(), lines) << outcome.err;
  EXPECT_TRUE(err[0].starts_with("slowpoetry: ")) << err[0];
  EXPECT_NE(err[0].find(quoted), std::string::npos) << err[0];
}

}  // namespace

const std::string science = rig::poem_path("science");

const std::vector<Edition> editions = {
    {"Blocking", "blocking-server/slowpoetry", ""},
    {"Reactor", "reactor-server/slowpoetry", "select"},
    {"Reactor", "reactor-server/slowpoetry", "poll"},
    {"Reactor", "reactor-server/slowpoetry", "epoll"},
};

const std::vector<Edition> with_reactor(editions.begin() + 1, editions.end());

void PrintTo(const Edition& edition, std::ostream* out) {
  *out << edition.name << ' ' << edition.reactor;
}

std::string name_of(const testing::TestParamInfo<Edition>& test) {
  const Edition& edition = test.param;
  return edition.name + (edition.reactor.empty() ? "" : "_") + edition.reactor;
}

void choose(const Edition& edition) {
  command = {rig::program(edition.path)};
  if (edition.reactor.empty()) return;
  command.insert(command.end(), {"--reactor", edition.reactor});
}

Words words(const Words& arguments) {
  Words words = command;
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

Outcome serve(const Words& arguments) {
  return rig::run({.words = words(arguments)});
}

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

std::vector<std::uint16_t> ports(PoetryServer& server, std::size_t count) {
  std::vector<std::string> lines;
  rig::eventually("a line for each port", [&] {
    lines = rig::lines(server.process().out());
    return lines.size() >= count;
  });
  std::vector<std::uint16_t> ports;
  for (const std::string& line : lines) {
    const auto port = std::stoi(line.substr(line.rfind(' ')));
    ports.push_back(static_cast<std::uint16_t>(port));
    EXPECT_EQ(line,
              "Serving " + science + " on port " + std::to_string(port) + ".");
  }
  return ports;
}

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

void expect_file_error(const Outcome& outcome, const std::string& quoted) {
  expect_error(outcome, quoted, 1);
}

void expect_usage_error(const Outcome& outcome, const std::string& quoted) {
  expect_error(outcome, quoted, 2);
  EXPECT_TRUE(outcome.err.ends_with("\ntry --help\n")) << outcome.err;
}

}  // namespace server
