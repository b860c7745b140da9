// The Get Poetry Now! clients, run with each --reactor: how they are started,
// and what they print.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <iosfwd>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/process.h"
#include "support/servers.h"

namespace clients {

using rig::Command;
using rig::Gate;
using rig::Outcome;
using rig::PoemFile;
using rig::PoetryServer;
using rig::Process;
using rig::Server;
using rig::Visit;
using Words = std::vector<std::string>;

struct Client {
  std::string name;
  std::string path;
  std::string reactor;  // empty: the default, or it has none

  bool is(const std::string& other) const { return name == other; }
  bool has_timeout() const { return !is("Blocking") && !is("Async"); }
  // It prints complete poems, and nothing else on stdout.
  bool prints_poems() const { return is("Simple") || is("Reactor3"); }
  std::string program() const { return path.substr(path.find('/') + 1); }
  // The command line, with --reactor where there is a choice.
  Words words(Words arguments) const;
};

void PrintTo(const Client& client, std::ostream* out);
std::string name_of(const testing::TestParamInfo<Client>& test);

extern const std::vector<Client> programs;

// Those with these names, and all others; once per reactor where there is a
// choice.
std::vector<Client> with_each_reactor(const std::set<std::string>& names);
std::vector<Client> all_but(const std::set<std::string>& names);

class ClientTest : public testing::TestWithParam<Client> {
 protected:
  Words words(Words arguments) const { return GetParam().words(arguments); }
  Outcome run(Words arguments);
  Outcome run(Command command);
  rig::Behaviour resets_after(std::size_t bytes);

  std::atomic<pid_t> pid = 0;  // of the client that runs
};

#define FOR_CLIENTS(Suite, ...)                                         \
  class Suite : public ClientTest {};                                   \
  INSTANTIATE_TEST_SUITE_P(                                             \
      With, Suite, testing::ValuesIn(with_each_reactor({__VA_ARGS__})), \
      name_of)

#define FOR_ALL_CLIENTS_BUT(Suite, ...) \
  class Suite : public ClientTest {};   \
  INSTANTIATE_TEST_SUITE_P(With, Suite, \
                           testing::ValuesIn(all_but({__VA_ARGS__})), name_of)

// A poem that is asked for, and its expected outcome.
struct Wanted {
  enum Fate { whole, partial, never };

  std::string address;
  std::string poem;  // the bytes that arrive
  Fate fate = whole;

  std::string mark() const { return fate == partial ? " (partial)" : ""; }
};

// Checks what the client has printed on stdout.
void expect_printed(const Client& client,
                    const std::vector<Wanted>& poems,
                    const std::string& out);

// Runs the client, which has to get all of each poem.
void expect_all_whole(const Client& client,
                      const std::vector<Wanted>& poems,
                      Words arguments = {});

std::vector<std::string> sorted_lines(const std::string& text);

// Lines on stderr: the server refuses, or it resets the connection.
std::string refused(const std::string& address);
std::string reset(int num, std::size_t bytes);

}  // namespace clients
