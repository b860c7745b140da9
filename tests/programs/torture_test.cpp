// Each system call of the programs fails once, in each way that its man page
// has. No program crashes, leaks, spins or hangs; each task has one outcome,
// and a poem that is reported as complete is complete.

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <ostream>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

#include "support/process.h"
#include "support/servers.h"
#include "support/torture.h"

namespace {

using rig::Fault;
using rig::Outcome;
using rig::PoemFile;
using rig::PoetryServer;
using rig::Process;
using Words = std::vector<std::string>;

// --- The clients -------------------------------------------------------------

struct Client {
  std::string name;
  std::string path;
  std::string reactor;  // empty: it has none

  Words words(const Words& addresses) const {
    Words words{rig::program(path)};
    if (!reactor.empty()) words.insert(words.end(), {"--reactor", reactor});
    words.insert(words.end(), addresses.begin(), addresses.end());
    return words;
  }
};

void PrintTo(const Client& client, std::ostream* out) {
  *out << client.name << ' ' << client.reactor;
}

const Client clients[] = {
    {"Blocking", "blocking-client/get-poetry", ""},
    {"Threaded", "threaded-client/get-poetry", ""},
    {"Async", "async-client/get-poetry", ""},
    {"Reactor1", "reactor-client-1/get-poetry", "select"},
    {"Reactor1", "reactor-client-1/get-poetry", "poll"},
    {"Reactor1", "reactor-client-1/get-poetry", "epoll"},
    {"Reactor2", "reactor-client-2/get-poetry", "select"},
    {"Reactor2", "reactor-client-2/get-poetry", "poll"},
    {"Reactor2", "reactor-client-2/get-poetry", "epoll"},
    {"Simple", "reactor-client-2/get-poetry-simple", "epoll"},
    {"Reactor3", "reactor-client-3/get-poetry", "select"},
    {"Reactor3", "reactor-client-3/get-poetry", "poll"},
    {"Reactor3", "reactor-client-3/get-poetry", "epoll"},
    {"Coroutine", "coroutine-client/get-poetry", "select"},
    {"Coroutine", "coroutine-client/get-poetry", "poll"},
    {"Coroutine", "coroutine-client/get-poetry", "epoll"},
};

// --- Output ------------------------------------------------------------------

struct Task {
  int num;
  std::string address;
  std::string poem;  // empty: no server
};

// How many lines of each kind there are about one task.
struct Said {
  int complete = 0;
  int partial = 0;  // in the report
  int lost = 0;
  int failed = 0;

  int outcomes() const { return complete + lost + failed; }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

// "Task 1: 29 bytes of poetry", or "Task 1: got 29 bytes of poetry from ... in"
// of a client that prints it once, at the end.
bool is_report(const std::string& line, const Task& task) {
  const std::string head = "Task " + std::to_string(task.num) + ": ";
  return line.starts_with(head) && contains(line, " bytes of poetry") &&
         (!line.starts_with(head + "got ") || contains(line, " in 0:"));
}

Said said_of(const Task& task, const Outcome& outcome, bool prints_poems) {
  Said said;
  const std::string head = "Task " + std::to_string(task.num) + ": ";
  for (const std::string& line : rig::lines(outcome.out)) {
    if (prints_poems || !is_report(line, task)) continue;
    const bool partial = line.ends_with(" (partial)");
    ++(partial ? said.partial : said.complete);
  }
  if (prints_poems && !task.poem.empty()) {
    said.complete = contains(outcome.out, task.poem);
  }
  for (const std::string& line : rig::lines(outcome.err)) {
    if (line.starts_with(head + "connection lost after ")) ++said.lost;
    if (line.starts_with("Failed to connect to " + task.address + ": ")) {
      ++said.failed;
    }
  }
  return said;
}

// "get-poetry: poll: Cannot allocate memory": a call that all tasks need has
// failed. A line of the log has its level there.
bool gave_up(const Outcome& outcome) {
  for (const std::string& line : rig::lines(outcome.err)) {
    if (line.starts_with("get-poetry") && !contains(line, ": error: ")) {
      return true;
    }
  }
  return false;
}

// Whether the client may give up: a call that all tasks need has failed, and
// repeating it would not help.
bool is_fatal(const Fault* fault) {
  static const std::set<std::string> calls{
      "epoll_create1", "epoll_ctl",      "eventfd", "poll",
      "select",        "pthread_create", "write"};
  return fault && calls.contains(fault->call) && fault->what != "EINTR" &&
         (fault->call != "write" || fault->what != "EAGAIN") &&
         !fault->what.starts_with("short ");
}

// Returns an error in the outcomes of the poems, or nothing. One failure may
// cost one poem.
std::string judge_poems(const std::vector<Task>& tasks,
                        const Outcome& outcome,
                        bool prints_poems) {
  int possible = 0;
  int complete = 0;
  std::size_t size = 0;
  for (const Task& task : tasks) {
    const Said said = said_of(task, outcome, prints_poems);
    if (said.outcomes() != 1) return "not one outcome of " + task.address;
    // Each connected task is in the report.
    if (!prints_poems && said.partial < said.lost) return "a wrong report";
    const auto bytes = std::to_string(task.poem.size()) + " bytes of poetry";
    if (said.complete && !prints_poems && !contains(outcome.out, bytes)) {
      return "not all of the poem from " + task.address;
    }
    possible += !task.poem.empty();
    complete += said.complete;
    if (said.complete) size += task.poem.size();
  }
  if (complete < possible - 1) return "one failure is the end of two poems";
  if (outcome.status != 1) return "the exit status";
  if (prints_poems) return outcome.out.size() == size ? "" : "not just poems";
  const auto last = "Got " + std::to_string(complete) + " of " +
                    std::to_string(tasks.size()) + " poems in ";
  return contains(outcome.out, last) ? "" : "not \"" + last + "\"";
}

std::string judge(const Client& client,
                  const std::vector<Task>& tasks,
                  const Outcome& outcome,
                  const Fault* fault) {
  const bool prints_poems =
      client.name == "Simple" || client.name == "Reactor3";
  std::string wrong;
  if (!gave_up(outcome)) {
    wrong = judge_poems(tasks, outcome, prints_poems);
  } else if (!is_fatal(fault)) {
    wrong = "gave up";
  } else if (outcome.status != 1) {
    wrong = "the exit status";
  } else {
    for (const Task& task : tasks) {
      const Said said = said_of(task, outcome, prints_poems);
      if (said.outcomes() > 1) wrong = "two outcomes of " + task.address;
    }
  }
  if (wrong.empty()) return "";
  return wrong + "\nexit status " + std::to_string(outcome.status) +
         "\nstdout: " + outcome.out + "\nstderr: " + outcome.err;
}

// --- Fetching ----------------------------------------------------------------

const Words at_once{"--delay", "0", "--num-bytes", "1000", "--quiet"};

class ClientTorture : public testing::TestWithParam<Client> {
 protected:
  std::string name() const {
    return GetParam().path.substr(GetParam().path.find('/') + 1);
  }
};

TEST_P(ClientTorture, TwoPoemsAndARefusalSurviveEveryFailure) {
  const std::string poems[] = {"Once: " + rig::long_poem(700),
                               "Once more: " + rig::long_poem(1500)};
  const PoemFile files[] = {PoemFile(poems[0]), PoemFile(poems[1])};
  PoetryServer one(files[0].path(), at_once);
  PoetryServer other(files[1].path(), at_once);
  const rig::RefusingPort closed;
  const std::vector<Task> tasks = {{1, one.address(), poems[0]},
                                   {2, closed.address(), ""},
                                   {3, other.address("localhost"), poems[1]}};
  const Words words =
      GetParam().words({tasks[0].address, tasks[1].address, tasks[2].address});
  rig::torture(name(), [&](const Words& environment, const Fault* fault) {
    const auto outcome = rig::run({.words = words, .environment = environment});
    return judge(GetParam(), tasks, outcome, fault);
  });
}

// One poem that never ends, and one that does.
class InterruptTorture : public ClientTorture {};

TEST_P(InterruptTorture, CtrlCEndsItWithEveryFailure) {
  if (rig::are_signals_held_back && GetParam().reactor == "select") {
    GTEST_SKIP() << "ThreadSanitizer holds signals back until select() returns";
  }
  const std::string poem = rig::long_poem(700);
  const PoemFile file(poem);
  PoetryServer one(file.path(), at_once);
  rig::torture(name(), [&](const Words& environment, const Fault*) {
    rig::Server stalled(rig::sends_and_stalls("Once: "));
    const Task tasks[] = {{1, stalled.address(), "Once: "},
                          {2, one.address("localhost"), poem}};
    Process client(
        {.words = GetParam().words({tasks[0].address, tasks[1].address}),
         .environment = environment});
    rig::eventually("the first poem", [&] {
      return client.ended() || contains(client.out(), "Task 1: got ");
    });
    client.signal(SIGINT);
    const auto outcome = client.wait();
    const Said first = said_of(tasks[0], outcome, false);
    const Said second = said_of(tasks[1], outcome, false);
    const bool may_end = gave_up(outcome) || first.lost || first.failed;
    if (outcome.status == -SIGINT || (outcome.status == 1 && may_end)) {
      if (first.complete == 0 && second.outcomes() <= 1) return std::string();
    }
    return "exit status " + std::to_string(outcome.status) +
           "\nstdout: " + outcome.out + "\nstderr: " + outcome.err;
  });
}

std::string name_of(const testing::TestParamInfo<Client>& test) {
  const Client& client = test.param;
  return client.name + (client.reactor.empty() ? "" : "_" + client.reactor);
}

INSTANTIATE_TEST_SUITE_P(Of,
                         ClientTorture,
                         testing::ValuesIn(clients),
                         name_of);

// Those that print each piece.
INSTANTIATE_TEST_SUITE_P(Of,
                         InterruptTorture,
                         testing::ValuesIn(clients + 2, clients + 9),
                         name_of);

// --- Serving -----------------------------------------------------------------

std::uint16_t port_in(const std::string& out) {
  const auto at = out.find(" on port ");
  if (at == out.npos || out.back() != '\n') return 0;
  return static_cast<std::uint16_t>(std::atoi(out.c_str() + at + 9));
}

struct Visit {
  std::string poem;
  bool ended_well = false;
  bool was_forgotten = false;  // it got no end, and no error
};

Visit visit(std::uint16_t port) try {
  rig::Caller caller(port);
  const std::string poem = caller.read_all();
  return {poem, !caller.error(),
          caller.error() == std::errc::resource_unavailable_try_again};
} catch (const std::system_error&) {
  return {};  // the client is gone
}

// Returns an error in the outcome of the server, or nothing.
std::string judge(const Outcome& outcome,
                  const std::string& poem,
                  const std::vector<Visit>& visits,
                  const Fault* fault) {
  std::string wrong;
  int whole = 0;
  for (const Visit& visit : visits) {
    if (!poem.starts_with(visit.poem)) wrong = "not the poem: " + visit.poem;
    if (visit.was_forgotten) wrong = "a client waits for ever";
    whole += visit.ended_well && visit.poem == poem;
  }
  const bool said_so = outcome.err != "slowpoetry: Terminated\n";
  if (visits.empty()) {
    if (outcome.status != 1 && outcome.status != 2) wrong = "the exit status";
    if (rig::lines(outcome.err).empty()) wrong = "no line says why";
  } else if (is_fatal(fault)) {
    // The signal may come before the server has ended by itself.
    if (outcome.status != 1 && outcome.status != -SIGTERM) {
      wrong = "the exit status";
    }
  } else if (outcome.status != -SIGTERM) {
    wrong = "the exit status";
  } else if (outcome.status == -SIGTERM && whole < 2) {
    wrong = "one failure is the end of two poems";
  } else if (whole < 3 && !said_so) {
    wrong = "no line says why";
  }
  if (wrong.empty()) return "";
  return wrong + "\nexit status " + std::to_string(outcome.status) +
         "\nstdout: " + outcome.out + "\nstderr: " + outcome.err;
}

class ServerTorture : public testing::TestWithParam<Client> {};

TEST_P(ServerTorture, AFailureLosesAtMostOneOfThreePoems) {
  const std::string poem = rig::long_poem(60);
  const PoemFile file(poem);
  const Words words =
      GetParam().words({"--delay", "0", "--num-bytes", "25", file.path()});
  rig::torture("slowpoetry", [&](const Words& environment, const Fault* fault) {
    Process server({.words = words, .environment = environment});
    rig::eventually("the server to listen", [&] {
      return server.ended() || port_in(server.out()) != 0;
    });
    const std::uint16_t port = port_in(server.out());
    std::vector<Visit> visits;
    for (int i = 0; port != 0 && i < 3; ++i) {
      visits.push_back(visit(port));
    }
    rig::eventually("the server to be done", [&] {
      try {
        return server.ended() || rig::is_asleep(server.pid());
      } catch (const std::exception&) {
        return false;  // it has ended since
      }
    });
    server.signal(SIGTERM);
    return judge(server.wait(), poem, visits, fault);
  });
}

INSTANTIATE_TEST_SUITE_P(
    Of,
    ServerTorture,
    testing::Values(Client{"Blocking", "blocking-server/slowpoetry", ""},
                    Client{"Reactor", "reactor-server/slowpoetry", "select"},
                    Client{"Reactor", "reactor-server/slowpoetry", "poll"},
                    Client{"Reactor", "reactor-server/slowpoetry", "epoll"}),
    name_of);

}  // namespace
