// The Slow Poetry Servers, as a user runs them: how they are started, and what
// they print. Promises of both are tested with each of them, and with each
// --reactor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/process.h"
#include "support/servers.h"

namespace server {

using rig::Caller;
using rig::Command;
using rig::Outcome;
using rig::PoemFile;
using rig::Process;
using Words = std::vector<std::string>;

extern const std::string science;  // the path of a poem

struct Edition {
  std::string name;
  std::string path;
  std::string reactor;  // empty: it has none
};

void PrintTo(const Edition& edition, std::ostream* out);

extern const std::vector<Edition> editions;
extern const std::vector<Edition> with_reactor;

// The command line of the edition that is being tested.
Words words(const Words& arguments);

Outcome serve(const Words& arguments);

class PoetryServer : public rig::PoetryServer {
 public:
  explicit PoetryServer(const std::string& file,
                        Words options = {"--delay", "0"})
      : rig::PoetryServer(file, std::move(options), words({})) {}
};

// Chooses the edition for words().
void choose(const Edition& edition);

class Server : public testing::TestWithParam<Edition> {
 protected:
  void SetUp() override { choose(GetParam()); }
};

class BlockingServer : public testing::Test {
 protected:
  void SetUp() override { choose(editions.front()); }
};

// With each --reactor.
class ReactorServer : public Server {};

std::string name_of(const testing::TestParamInfo<Edition>& test);

// The lines that the server prints about a client and its chunks.
std::string about(const Caller& caller, const std::vector<std::size_t>& chunks);

// The line that it prints when it listens.
std::string serving(const std::string& file, const PoetryServer& server);

// The ports of a server that serves on `count` of them.
std::vector<std::uint16_t> ports(PoetryServer& server, std::size_t count);

// These wait until as much has arrived as is expected; expect_err() takes a
// regular expression.
void expect_out(PoetryServer& server, const std::string& expected);
void expect_err(PoetryServer& server, const std::string& expected);

void expect_usage_error(const Outcome& outcome, const std::string& quoted);

// A file that cannot be read: the same without "try --help".
void expect_file_error(const Outcome& outcome, const std::string& quoted);

}  // namespace server
