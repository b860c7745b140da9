// The Get Poetry Now! clients, seen from outside: behaviour.md, sections 3, 5.
//
// What all of them promise is tested with every client and every --reactor;
// what they print differs, and is written down once, in expect_printed().

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <map>
#include <memory>
#include <ostream>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/process.h"
#include "support/servers.h"

namespace {

using namespace std::chrono_literals;
using rig::Command;
using rig::Gate;
using rig::Outcome;
using rig::PoemFile;
using rig::PoetryServer;
using rig::Process;
using rig::Server;
using rig::Visit;
using Words = std::vector<std::string>;

// --- The clients -------------------------------------------------------------

struct Client {
  std::string name;
  std::string path;
  std::string reactor;  // empty: as it likes, or it has none

  bool is(const std::string& other) const { return name == other; }
  std::string program() const { return path.substr(path.find('/') + 1); }
  // Tells what it gets, and reports.
  bool chatty() const {
    return !is("Blocking") && !is("Simple") && !is("Stack");
  }

  Words words(Words words) const {
    if (!reactor.empty()) {
      words.insert(words.begin(), {"--reactor", reactor});
    }
    words.insert(words.begin(), rig::program(path));
    return words;
  }
};

void PrintTo(const Client& client, std::ostream* out) {
  *out << client.name << ' ' << client.reactor;
}

std::string name_of(const testing::TestParamInfo<Client>& test) {
  return test.param.name +
         (test.param.reactor.empty() ? "" : "_" + test.param.reactor);
}

const std::vector<Client> programs = {
    {"Blocking", "blocking-client/get-poetry", ""},
    {"Async", "async-client/get-poetry", ""},
    {"Reactor1", "reactor-client-1/get-poetry", ""},
    {"Broken", "reactor-client-1/get-poetry-broken", ""},
    {"Reactor2", "reactor-client-2/get-poetry", ""},
    {"Simple", "reactor-client-2/get-poetry-simple", ""},
    {"Stack", "reactor-client-2/get-poetry-stack", ""},
};

// Those with these names, once per reactor where there is a choice.
std::vector<Client> clients(const std::set<std::string>& names) {
  std::vector<Client> result;
  for (const Client& client : programs) {
    if (!names.contains(client.name)) continue;
    if (client.is("Blocking") || client.is("Async")) {
      result.push_back(client);
      continue;
    }
    for (const std::string reactor : {"select", "poll", "epoll"}) {
      result.push_back({client.name, client.path, reactor});
    }
  }
  return result;
}

class ClientTest : public testing::TestWithParam<Client> {
 protected:
  // The command line with --reactor, where there is a choice.
  Words words(Words arguments) const { return GetParam().words(arguments); }
  Outcome run(Words arguments) {
    return run(Command{.words = words(std::move(arguments))});
  }
  Outcome run(Command command) {
    Process client(std::move(command));
    pid = client.pid();
    return client.wait();
  }
  rig::Behaviour resets_after(std::size_t bytes) {
    return rig::resets_after(bytes, pid);
  }

  std::atomic<pid_t> pid = 0;
};

#define FOR_CLIENTS(Suite, ...)         \
  class Suite : public ClientTest {};   \
  INSTANTIATE_TEST_SUITE_P(With, Suite, \
                           testing::ValuesIn(clients({__VA_ARGS__})), name_of)

FOR_CLIENTS(
    Clients, "Blocking", "Async", "Reactor1", "Broken", "Reactor2", "Simple");
// Those that wait for all servers at once, if only for the first byte.
FOR_CLIENTS(WaitingForAll, "Async", "Reactor1", "Broken", "Reactor2", "Simple");
// Those that tell at once what they get, at all times.
FOR_CLIENTS(Listening, "Async", "Reactor1", "Reactor2");
// Those that print more than once.
FOR_CLIENTS(Telling, "Blocking", "Async", "Reactor1", "Reactor2");
// Those that hear a signal while they wait.
FOR_CLIENTS(Hearing, "Blocking", "Async", "Reactor1", "Reactor2", "Simple");
FOR_CLIENTS(ReactorClients, "Reactor1", "Broken", "Reactor2", "Simple");
// Those whose sockets are the reactor's.
FOR_CLIENTS(ProtocolClients, "Reactor2", "Simple");
FOR_CLIENTS(BlockingClient, "Blocking");
FOR_CLIENTS(BrokenClient, "Broken");
FOR_CLIENTS(SimpleClient, "Simple");
FOR_CLIENTS(StackClient, "Stack");

class Programs : public ClientTest {};
INSTANTIATE_TEST_SUITE_P(Every, Programs, testing::ValuesIn(programs), name_of);

// --- What they print ---------------------------------------------------------

// A poem that was asked for: what should have come of it.
struct Wanted {
  enum Fate { whole, partial, never };

  std::string address;
  std::string poem;  // what is to arrive
  Fate fate = whole;

  std::string mark() const { return fate == partial ? " (partial)" : ""; }
};

std::string last_line(const std::vector<Wanted>& poems) {
  const auto got = std::count_if(poems.begin(), poems.end(), [](const auto& p) {
    return p.fate == Wanted::whole;
  });
  const std::string all = std::to_string(poems.size());
  const bool complete = got == static_cast<std::ptrdiff_t>(poems.size());
  return "Got " + (complete ? all : std::to_string(got) + " of " + all) +
         " poems in TIME\n";
}

void expect_blocking(const std::vector<Wanted>& poems, const std::string& out) {
  std::string expected;
  int num = 0;
  for (const Wanted& wanted : poems) {
    const std::string task = "Task " + std::to_string(++num) + ": ";
    expected += task + "get poetry from: " + wanted.address + '\n';
    if (wanted.fate == Wanted::never) continue;
    expected += task + "got " + std::to_string(wanted.poem.size()) +
                " bytes of poetry from " + wanted.address + " in TIME" +
                wanted.mark() + '\n';
  }
  EXPECT_EQ(rig::masked(out), expected + last_line(poems));
}

// The poems, whole ones only, in some order.
void expect_poems(const std::vector<Wanted>& poems, std::string out) {
  std::vector<std::string> left;
  for (const Wanted& wanted : poems) {
    if (wanted.fate == Wanted::whole) left.push_back(wanted.poem);
  }
  // The longest first: one poem may be the beginning of another.
  std::sort(left.begin(), left.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
  while (!left.empty()) {
    const auto next =
        std::find_if(left.begin(), left.end(),
                     [&](const auto& p) { return out.starts_with(p); });
    ASSERT_NE(next, left.end()) << "not a poem: " << out.substr(0, 200);
    out.erase(0, next->size());
    left.erase(next);
  }
  EXPECT_EQ(out, "");
}

// What the lines before the report say about one task.
struct Told {
  std::size_t bytes = 0;
  int pieces = 0;
  int finished = 0;
};

std::map<int, Told> read_chatter(const std::vector<Wanted>& poems,
                                 const std::vector<std::string>& chatter) {
  static const std::regex got(
      "Task (\\d+): got (\\d+) bytes of poetry from (.*)");
  static const std::regex finished("Task (\\d+) finished");
  std::map<int, Told> told;
  for (const std::string& line : chatter) {
    std::smatch match;
    const bool is_got = std::regex_match(line, match, got);
    if (!is_got && !std::regex_match(line, match, finished)) {
      ADD_FAILURE() << "unexpected: " << line;
      continue;
    }
    const int num = std::stoi(match[1]);
    EXPECT_EQ(told[num].finished, 0) << "after it has finished: " << line;
    if (!is_got) {
      ++told[num].finished;
      continue;
    }
    const std::size_t bytes = std::stoul(match[2]);
    EXPECT_GT(bytes, 0U) << line;
    EXPECT_EQ(match[3], poems.at(static_cast<std::size_t>(num - 1)).address);
    told[num].bytes += bytes;
    ++told[num].pieces;
  }
  return told;
}

void expect_chatter(const Client& client,
                    const std::vector<Wanted>& poems,
                    const std::string& out) {
  std::string report;
  int num = 0;
  for (const Wanted& wanted : poems) {
    ++num;
    if (wanted.fate == Wanted::never) continue;
    report += "Task " + std::to_string(num) + ": " +
              std::to_string(wanted.poem.size()) + " bytes of poetry" +
              wanted.mark() + '\n';
  }
  report += last_line(poems);
  const std::string masked = rig::masked(out);
  ASSERT_TRUE(masked.ends_with(report)) << masked << "should end with\n"
                                        << report;

  const auto told = read_chatter(
      poems, rig::lines(masked.substr(0, masked.size() - report.size())));
  num = 0;
  for (const Wanted& wanted : poems) {
    const auto found = told.find(++num);
    const Told task = found == told.end() ? Told() : found->second;
    EXPECT_EQ(task.bytes, wanted.poem.size()) << "task " << num;
    const bool finishes =
        wanted.fate == Wanted::whole && !client.is("Reactor2");
    if (client.is("Broken")) {
      // It reads on until the poem is over, and need not say that it is.
      EXPECT_EQ(task.pieces, wanted.poem.empty() ? 0 : 1) << "task " << num;
      EXPECT_LE(task.finished, finishes ? 1 : 0) << "task " << num;
    } else {
      EXPECT_EQ(task.finished, finishes ? 1 : 0) << "task " << num;
    }
  }
}

void expect_printed(const Client& client,
                    const std::vector<Wanted>& poems,
                    const std::string& out) {
  if (client.is("Blocking")) {
    expect_blocking(poems, out);
  } else if (client.is("Simple")) {
    expect_poems(poems, out);
  } else {
    expect_chatter(client, poems, out);
  }
}

std::vector<std::string> sorted_lines(const std::string& text) {
  auto result = rig::lines(text);
  std::sort(result.begin(), result.end());
  return result;
}

std::string refused(const std::string& address) {
  return "Failed to connect to " + address + ": Connection refused\n";
}

std::string reset(int num, std::size_t bytes) {
  return "Task " + std::to_string(num) + ": connection lost after " +
         std::to_string(bytes) + " bytes: Connection reset by peer\n";
}

// --- All goes well -----------------------------------------------------------

// Runs the client; all is to be as it should be.
void expect_all_whole(const Client& client,
                      const std::vector<Wanted>& poems,
                      Words arguments = {}) {
  for (const Wanted& wanted : poems) {
    arguments.push_back(wanted.address);
  }
  const auto outcome = rig::run({.words = client.words(arguments)});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  expect_printed(client, poems, outcome.out);
}

TEST_P(Clients, B01_PrintWhatTheTutorialPrints) {
  std::vector<std::unique_ptr<PoetryServer>> servers;
  std::vector<Wanted> poems;
  for (const auto& [name, bytes] :
       {std::pair("ecstasy", "30"), {"fascination", "10"}, {"science", "10"}}) {
    const std::string file = rig::poem_path(name);
    servers.push_back(std::make_unique<PoetryServer>(
        file, Words{"--delay", ".002", "--num-bytes", bytes}));
    poems.push_back({servers.back()->address(), rig::contents(file)});
  }
  EXPECT_EQ(poems[0].poem.size(), 3003U);
  EXPECT_EQ(poems[1].poem.size(), 623U);
  EXPECT_EQ(poems[2].poem.size(), 653U);
  expect_all_whole(GetParam(), poems);
}

TEST_P(Clients, FetchFromTheSameServerThreeTimes) {
  const std::string science = rig::poem_path("science");
  PoetryServer server(science, {"--delay", "0", "--num-bytes", "100"});
  const Wanted wanted{server.address(), rig::contents(science)};
  expect_all_whole(GetParam(), {wanted, wanted, wanted});
}

TEST_P(Clients, FetchAnEmptyPoem) {
  const PoemFile poem("");
  PoetryServer server(poem.path());
  expect_all_whole(GetParam(), {{server.address(), ""}});
}

TEST_P(Clients, FetchAPoemOfOneByte) {
  const PoemFile poem("x");
  PoetryServer server(poem.path());
  expect_all_whole(GetParam(), {{server.address(), "x"}});
}

TEST_P(Clients, M05_FetchAllByteValues) {
  const PoemFile poem(rig::binary_poem());
  PoetryServer server(poem.path(), {"--delay", "0", "--num-bytes", "7"});
  expect_all_whole(GetParam(), {{server.address(), rig::binary_poem()}});
}

TEST_P(Clients, M06_CountBytesHoweverCharactersAreCut) {
  const std::string geduld = rig::poem_path("geduld");
  PoetryServer server(geduld, {"--delay", "0", "--num-bytes", "1"});
  expect_all_whole(GetParam(), {{server.address(), rig::contents(geduld)}});
}

TEST_P(Clients, E02_DoNotCareHowAPoemIsCut) {
  const std::string poem = rig::long_poem(3000);
  Server by_bytes(rig::serves_byte_by_byte(poem));
  Server at_once(rig::serves(poem));
  expect_all_whole(GetParam(),
                   {{by_bytes.address(), poem}, {at_once.address(), poem}});
}

TEST_P(Clients, E01_FetchALongPoem) {
  const PoemFile poem(rig::long_poem(20'000'000));
  PoetryServer server(poem.path(), {"--delay", "0", "--num-bytes", "1000000"});
  expect_all_whole(GetParam(),
                   {{server.address(), rig::long_poem(20'000'000)}});
}

TEST_P(SimpleClient, E01_FetchesAVeryLongPoem) {
  const PoemFile poem(rig::long_poem(100'000'000));
  PoetryServer server(poem.path(),
                      {"--delay", "0", "--num-bytes", "100000000"});
  const auto outcome = run({server.address()});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(outcome.out == rig::long_poem(100'000'000));
}

TEST_P(Clients, D13_PrintIPv6AddressesInBrackets) {
  if (!rig::has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  const std::string science = rig::poem_path("science");
  PoetryServer server(science, {"--iface", "::1", "--delay", "0"});
  expect_all_whole(GetParam(),
                   {{server.address("[::1]"), rig::contents(science)}});
}

TEST_P(Clients, G03_PrintAddressesAsTheyWereTyped) {
  const std::string science = rig::poem_path("science");
  PoetryServer server(science, {"--delay", "0", "--num-bytes", "100"});
  const auto outcome = run({server.address("localhost"), server.address(""),
                            std::to_string(server.port())});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  const std::string poem = rig::contents(science);
  expect_printed(GetParam(),
                 {{server.address("localhost"), poem},
                  {server.address(), poem},
                  {server.address(), poem}},
                 outcome.out);
}

TEST_P(Clients, G03_NameARefusedAddressAsItWasTyped) {
  rig::RefusingPort port;
  const std::string number = std::to_string(port.port());
  const auto outcome = run({"localhost:" + number, ':' + number, number});
  EXPECT_EQ(sorted_lines(outcome.err),
            sorted_lines(refused("localhost:" + number) +
                         refused(port.address()) + refused(port.address())));
}

// Each with its own number, as often as it likes; expect_printed() adds up.
TEST_P(Clients, G06_NumberTheTasksAndCountEveryByte) {
  std::vector<std::unique_ptr<Server>> servers;
  std::vector<Wanted> poems;
  for (const std::size_t size : {1U, 7U, 100U, 1000U, 70000U}) {
    const std::string poem = rig::long_poem(size);
    const bool is_cut = size == 100;
    servers.push_back(std::make_unique<Server>(
        is_cut ? rig::serves_byte_by_byte(poem) : rig::serves(poem)));
    poems.push_back({servers.back()->address(), poem});
  }
  expect_all_whole(GetParam(), poems);
}

TEST_P(Listening, L02_FetchAThousandPoemsAtOnce) {
  Server server(rig::serves("x"));
  const std::vector<Wanted> poems(1000, {server.address(), "x"});
  expect_all_whole(GetParam(), poems);
}

// --- In which order ----------------------------------------------------------

TEST_P(BlockingClient, FetchesOnePoemAfterTheOther) {
  Gate gate;
  Server first([&](Visit& visit) {
    visit.send("first");
    visit.wait_until_read();
    visit.wait_for(gate);
    visit.finish();
  });
  Server second(rig::serves("second"));
  Process client({.words = words({first.address(), second.address()})});
  const std::string first_line =
      "Task 1: get poetry from: " + first.address() + '\n';
  first.wait_for_visits(1);
  client.wait_for_out(first_line);
  client.wait_until_it_sleeps();
  EXPECT_EQ(second.visits(), 0);
  EXPECT_EQ(client.out(), first_line);
  gate.open();
  expect_printed(GetParam(),
                 {{first.address(), "first"}, {second.address(), "second"}},
                 client.wait().out);
}

// No time is lost between the tasks, and none is counted twice.
TEST_P(BlockingClient, TakesTheSumOfTheTimes) {
  Server server(rig::serves("poem"));
  const auto outcome = run({server.address(), server.address()});
  static const std::regex time("in 0:00:0(\\d\\.\\d{6})");
  std::vector<double> times;
  for (std::sregex_iterator i(outcome.out.begin(), outcome.out.end(), time),
       end;
       i != end; ++i) {
    times.push_back(std::stod((*i)[1]));
  }
  ASSERT_EQ(times.size(), 3U) << outcome.out;
  // Printed digits are cut off.
  EXPECT_GE(times[2] + 0.000003, times[0] + times[1]);
}

TEST_P(WaitingForAll, ConnectToAllServersBeforeTheFirstPoemIsOver) {
  Gate gate;
  const auto waits = [&](Visit& visit) {
    visit.wait_for(gate);
    visit.send("poem");
    visit.finish();
  };
  Server first(waits);
  Server second(waits);
  Process client({.words = words({first.address(), second.address()})});
  first.wait_for_visits(1);
  second.wait_for_visits(1);
  gate.open();
  const auto outcome = client.wait();
  EXPECT_EQ(outcome.status, 0);
  expect_printed(GetParam(),
                 {{first.address(), "poem"}, {second.address(), "poem"}},
                 outcome.out);
}

// Each server waits until the next one is done with.
TEST_P(WaitingForAll, ReportInTheOrderOfTheArgumentsWhoeverIsFirst) {
  Gate third_done;
  Gate second_done;
  Server first([&](Visit& visit) {
    visit.wait_for(second_done);
    visit.send("first one\n");
    visit.finish();
  });
  Server second([&](Visit& visit) {
    visit.wait_for(third_done);
    visit.send("second one\n");
    visit.finish();
    second_done.open();
  });
  Server third([&](Visit& visit) {
    visit.send("third one\n");
    visit.finish();
    third_done.open();
  });
  const auto outcome =
      run({first.address(), second.address(), third.address()});
  EXPECT_EQ(outcome.status, 0);
  expect_printed(GetParam(),
                 {{first.address(), "first one\n"},
                  {second.address(), "second one\n"},
                  {third.address(), "third one\n"}},
                 outcome.out);
  if (GetParam().is("Simple")) {
    EXPECT_EQ(outcome.out, "third one\nsecond one\nfirst one\n");
  }
}

TEST_P(Listening, APoemThatStallsKeepsNobodyWaiting) {
  Gate gate;
  Server first([&](Visit& visit) {
    visit.send("fir");
    visit.wait_until_read();
    visit.wait_for(gate);
    visit.send("st");
    visit.finish();
  });
  Server second(rig::serves("second"));
  Process client({.words = words({first.address(), second.address()})});
  second.wait_for_served(1);
  client.wait_for_out("Task 1: got 3 bytes");
  client.wait_for_out("Task 2: got 6 bytes");
  gate.open();
  expect_printed(GetParam(),
                 {{first.address(), "first"}, {second.address(), "second"}},
                 client.wait().out);
}

TEST_P(BrokenClient, APoemThatStallsKeepsAllOthersWaiting) {
  Gate gate;
  Gate first_read;
  Gate second_sent;
  Server first([&](Visit& visit) {
    visit.send("fir");
    visit.wait_until_read();
    first_read.open();
    visit.wait_for(gate);
    visit.send("st");
    visit.finish();
  });
  Server second([&](Visit& visit) {
    visit.wait_for(first_read);
    visit.send("second");
    second_sent.open();
    visit.finish();
  });
  Process client({.words = words({first.address(), second.address()})});
  rig::eventually("the second poem", [&] { return second_sent.is_open(); });
  client.wait_until_it_sleeps();
  EXPECT_EQ(client.out(), "");
  gate.open();
  const auto outcome = client.wait();
  EXPECT_TRUE(outcome.out.starts_with("Task 1: got 5 bytes")) << outcome.out;
  expect_printed(GetParam(),
                 {{first.address(), "first"}, {second.address(), "second"}},
                 outcome.out);
}

TEST_P(ProtocolClients, L03_AFirehoseDoesNotHoldUpASlowPoem) {
  Gate done;
  const std::string drop = rig::long_poem(65536);
  Server firehose([&](Visit& visit) {
    for (int drops = 0; !done.is_open() && !visit.over(); ++drops) {
      visit.push(drop);
      // Past half of what a poem may have: a very busy machine needs time.
      if (drops > 8000) std::this_thread::sleep_for(5ms);
    }
    visit.reset();
  });
  Server slow([&](Visit& visit) {
    for (const char* word : {"a ", "slow ", "poem\n"}) {
      visit.push(word);
      visit.wait_until_read();
    }
    visit.finish();
    done.open();
  });
  const auto outcome = run({firehose.address(), slow.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(std::regex_match(
      outcome.err, std::regex("Task 1: connection lost after \\d+ bytes: "
                              "Connection reset by peer\n")))
      << outcome.err;
  if (GetParam().is("Simple")) {
    EXPECT_EQ(outcome.out, "a slow poem\n");
  } else {
    EXPECT_NE(outcome.out.find("\nTask 2: 12 bytes of poetry\n"),
              std::string::npos);
  }
}

// --- Some things go wrong ----------------------------------------------------

TEST_P(Clients, D03_TellThatAServerRefuses) {
  rig::RefusingPort port;
  const auto outcome = run({port.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, refused(port.address()));
  expect_printed(GetParam(), {{port.address(), "", Wanted::never}},
                 outcome.out);
}

TEST_P(Clients, A11_EndByThemselvesIfAllServersRefuse) {
  rig::RefusingPort ports[3];
  const auto outcome =
      run({ports[0].address(), ports[1].address(), ports[2].address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(
      sorted_lines(outcome.err),
      sorted_lines(refused(ports[0].address()) + refused(ports[1].address()) +
                   refused(ports[2].address())));
  expect_printed(GetParam(),
                 {{ports[0].address(), "", Wanted::never},
                  {ports[1].address(), "", Wanted::never},
                  {ports[2].address(), "", Wanted::never}},
                 outcome.out);
}

TEST_P(Clients, B16_FetchTheOthersIfOneOfThreeRefuses) {
  for (std::size_t bad = 0; bad < 3; ++bad) {
    rig::RefusingPort port;
    Server server(rig::serves("a poem\n"));
    std::vector<Wanted> poems(3, {server.address(), "a poem\n"});
    poems[bad] = {port.address(), "", Wanted::never};
    const auto outcome =
        run({poems[0].address, poems[1].address, poems[2].address});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err, refused(port.address()));
    expect_printed(GetParam(), poems, outcome.out);
  }
}

TEST_P(Clients, D10_TellThatThereIsNoSuchHost) {
  Server server(rig::serves("a poem\n"));
  // An empty label: there is no need to ask a name server.
  const std::string nowhere = "no..such.host:1";
  const auto outcome = run({nowhere, server.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  EXPECT_TRUE(std::regex_match(
      outcome.err,
      std::regex("Failed to connect to no\\.\\.such\\.host:1: .+\n")))
      << outcome.err;
  expect_printed(GetParam(),
                 {{nowhere, "", Wanted::never}, {server.address(), "a poem\n"}},
                 outcome.out);
}

TEST_P(Clients, E11_KeepWhatArrivedBeforeAReset) {
  for (const std::size_t bytes : {0U, 1U, 11U, 65536U}) {
    SCOPED_TRACE(bytes);
    pid = 0;
    Server server(resets_after(bytes));
    const auto outcome = run({server.address()});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err, reset(1, bytes));
    expect_printed(GetParam(),
                   {{server.address(), rig::long_poem(bytes), Wanted::partial}},
                   outcome.out);
  }
}

// Three good servers, and three bad ones. One of these is silent until all good
// poems are complete: whoever waits for it would wait for ever.
TEST_P(Clients, G07_FetchAllGoodPoemsHoweverManyBadServersThereAre) {
  int rotation = 0;
  for (const std::string order : {"GGGBBB", "BBBGGG", "GBGBGB", "BGBGBG",
                                  "BGGGBB", "GBBBGG", "BGBBGG", "GGBBGB"}) {
    SCOPED_TRACE(order);
    pid = 0;
    Server good[] = {Server(rig::serves("one\n")),
                     Server(rig::serves(rig::long_poem(30000))),
                     Server(rig::serves_byte_by_byte("three\n"))};
    rig::RefusingPort refusing;
    Server resetting(resets_after(11));
    Server silent([&](Visit& visit) {
      if (!GetParam().is("Blocking")) {
        visit.wait_for([&] {
          return good[0].served() + good[1].served() + good[2].served() == 3;
        });
      }
      resets_after(0)(visit);
    });

    std::vector<Wanted> poems;
    std::string err;
    int goods = 0;
    int bads = rotation++;
    for (const char kind : order) {
      const int num = static_cast<int>(poems.size()) + 1;
      if (kind == 'G') {
        const std::string text = goods == 0   ? "one\n"
                                 : goods == 1 ? rig::long_poem(30000)
                                              : "three\n";
        poems.push_back({good[goods++].address(), text});
        continue;
      }
      switch (bads++ % 3) {
        case 0:
          poems.push_back({refusing.address(), "", Wanted::never});
          err += refused(refusing.address());
          break;
        case 1:
          poems.push_back(
              {resetting.address(), rig::long_poem(11), Wanted::partial});
          err += reset(num, 11);
          break;
        default:
          poems.push_back({silent.address(), "", Wanted::partial});
          err += reset(num, 0);
      }
    }
    Words addresses;
    for (const Wanted& wanted : poems) {
      addresses.push_back(wanted.address);
    }
    const auto outcome = run(addresses);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(sorted_lines(outcome.err), sorted_lines(err));
    expect_printed(GetParam(), poems, outcome.out);
  }
}

TEST_P(Clients, D14_GiveEachOfTwentyAddressesItsOutcomeWithTwelveDescriptors) {
  std::vector<std::unique_ptr<Server>> servers;
  std::vector<Wanted> poems;
  Words addresses;
  for (int i = 0; i < 20; ++i) {
    servers.push_back(std::make_unique<Server>(rig::serves("x")));
    addresses.push_back(servers.back()->address());
    poems.push_back({addresses.back(), "x"});
  }
  const auto outcome =
      run(Command{.words = words(addresses), .descriptors = 12});

  const auto failures = rig::lines(outcome.err);
  for (Wanted& wanted : poems) {
    const std::string failure =
        "Failed to connect to " + wanted.address + ": Too many open files";
    if (std::count(failures.begin(), failures.end(), failure) == 1) {
      wanted = {wanted.address, "", Wanted::never};
    }
  }
  const auto failed =
      std::count_if(poems.begin(), poems.end(),
                    [](const auto& p) { return p.fate == Wanted::never; });
  EXPECT_EQ(static_cast<std::size_t>(failed), failures.size()) << outcome.err;
  EXPECT_LT(failed, 20);
  // The blocking client never needs more than one at a time.
  EXPECT_EQ(failed == 0, GetParam().is("Blocking"));
  EXPECT_EQ(outcome.status, failed == 0 ? 0 : 1);
  expect_printed(GetParam(), poems, outcome.out);
}

TEST_P(Clients, L01_CopeWithMoreDescriptorsThanSelectKnows) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < 4096) GTEST_SKIP() << "too few descriptors here";
  Server server(rig::serves("a poem\n"));
  const auto outcome = run(Command{.words = words({server.address()}),
                                   .descriptors = 4096,
                                   .inherited = 1030});
  if (GetParam().is("Async") || GetParam().reactor == "select") {
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  } else {
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
    expect_printed(GetParam(), {{server.address(), "a poem\n"}}, outcome.out);
  }
}

// --- What the exit status says -----------------------------------------------

TEST_P(Clients, K04_FailuresGoToStderrAndTheStatusTells) {
  struct Golden {
    Words arguments;
    int status;
    std::string err;
  };
  rig::RefusingPort refusing;
  const std::string program = GetParam().program();
  Server good(rig::serves("a poem\n"));
  Server empty(rig::serves(""));
  Server resetting(resets_after(11));
  const std::vector<Golden> table = {
      {{good.address()}, 0, ""},
      {{empty.address()}, 0, ""},
      {{good.address(), good.address()}, 0, ""},
      {{refusing.address()}, 1, refused(refusing.address())},
      {{good.address(), refusing.address()}, 1, refused(refusing.address())},
      {{resetting.address()}, 1, reset(1, 11)},
      {{good.address(), resetting.address()}, 1, reset(2, 11)},
      {{good.address(), "abc"},
       2,
       program + ": Ports must be integers. 'abc'\ntry --help\n"},
  };
  for (const auto& [arguments, status, err] : table) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    pid = 0;
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.status, status);
    EXPECT_EQ(outcome.err, err);
    // A usage error has no word on stdout, and what failed has none there.
    if (status == 2) {
      EXPECT_EQ(outcome.out, "");
    }
    EXPECT_EQ(outcome.out.find("Failed"), std::string::npos);
    EXPECT_EQ(outcome.out.find("lost"), std::string::npos);
  }
}

TEST_P(Clients, K06_NoByteOfAPeerIsInALineAboutIt) {
  const std::string hostile = "\x1b]0;owned\x07\x1b[2J";
  Server server([&](Visit& visit) {
    visit.send(hostile);
    visit.wait_until_read();
    visit.reset();
  });
  const auto outcome = run({server.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, reset(1, hostile.size()));
  EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
}

// --- Limits ------------------------------------------------------------------

TEST_P(Clients, M01_TakeAPoemOfExactlyTheLimit) {
  const std::string poem = rig::long_poem(5000);
  Server server(rig::serves(poem));
  expect_all_whole(GetParam(), {{server.address(), poem}},
                   {"--max-bytes", "5000"});
}

TEST_P(Clients, M01_FailAPoemOfOneByteMoreThanTheLimit) {
  Server server(rig::serves(rig::long_poem(5000)));
  Server good(rig::serves(rig::long_poem(4999)));
  const auto outcome =
      run({"--max-bytes", "4999", server.address(), good.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(std::regex_match(
      outcome.err,
      std::regex("Task 1: connection lost after \\d+ bytes: .+\n")))
      << outcome.err;
  if (GetParam().is("Simple")) {
    EXPECT_EQ(outcome.out, rig::long_poem(4999));
  } else {
    EXPECT_NE(outcome.out.find("\nGot 1 of 2 poems in "), std::string::npos);
  }
}

TEST_P(Clients, M01_EndAPoemThatNeverEnds) {
  Server server(rig::never_ends());
  const auto outcome = run({"--max-bytes", "100000", server.address()});
  EXPECT_EQ(outcome.status, 1);
  std::smatch match;
  const std::regex line("Task 1: connection lost after (\\d+) bytes: .+\n");
  ASSERT_TRUE(std::regex_match(outcome.err, match, line)) << outcome.err;
  // No more than the limit and a buffer.
  EXPECT_GE(std::stoul(match[1]), 100'000U);
  EXPECT_LE(std::stoul(match[1]), 100'000U + 65536U);
}

TEST_P(ReactorClients, M03_ATimeoutEndsASilentServer) {
  Server server(rig::stays_silent());
  const auto outcome = run({"--timeout", "0.1", server.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  EXPECT_TRUE(
      std::regex_match(outcome.err, std::regex("Task 1: .*timed out\n")))
      << outcome.err;
  expect_printed(GetParam(), {{server.address(), "", Wanted::partial}},
                 outcome.out);
}

TEST_P(ReactorClients, M03_ATimeoutLeavesAPoemAloneThatIsThere) {
  Server silent(rig::stays_silent());
  Server good(rig::serves("a poem\n"));
  const auto outcome =
      run({"--timeout", "0.6", silent.address(), good.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(
      std::regex_match(outcome.err, std::regex("Task 1: .*timed out\n")))
      << outcome.err;
  expect_printed(
      GetParam(),
      {{silent.address(), "", Wanted::partial}, {good.address(), "a poem\n"}},
      outcome.out);
}

TEST_P(ReactorClients, M03_ATimeoutThatIsNotNeededCostsNoTime) {
  Server server(rig::serves("a poem\n"));
  expect_all_whole(GetParam(), {{server.address(), "a poem\n"}},
                   {"--timeout", "1000"});
}

TEST_P(ReactorClients, C07_AnAbsurdTimeoutIsATimeout) {
  Server server(rig::serves("a poem\n"));
  expect_all_whole(GetParam(), {{server.address(), "a poem\n"}},
                   {"--timeout", "1e300"});
}

// However often it says something: the poem has to be complete in time.
TEST_P(ProtocolClients, M03_ATimeoutEndsAServerThatSendsOnAndOn) {
  Server server([](Visit& visit) {
    while (!visit.over()) {
      visit.push("x");
      std::this_thread::sleep_for(5ms);
    }
  });
  const auto outcome = run({"--timeout", "0.2", server.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(
      std::regex_match(outcome.err, std::regex("Task 1: .*timed out\n")))
      << outcome.err;
}

TEST_P(ReactorClients, D06_ATimeoutEndsAnAttemptToConnect) {
  rig::FullBacklog server;
  const auto outcome = run({"--timeout", "0.2", server.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  EXPECT_TRUE(std::regex_match(
      outcome.err, std::regex("Failed to connect to " + server.address() +
                              ": .*timed out\n")))
      << outcome.err;
  expect_printed(GetParam(), {{server.address(), "", Wanted::never}},
                 outcome.out);
}

TEST_P(ProtocolClients, D06_AnAttemptThatPendsKeepsNobodyWaiting) {
  rig::FullBacklog pending;
  Server good(rig::serves("a poem\n"));
  const auto outcome =
      run({"--timeout", "0.6", pending.address(), good.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(std::regex_match(
      outcome.err, std::regex("Failed to connect to " + pending.address() +
                              ": .*timed out\n")))
      << outcome.err;
  expect_printed(
      GetParam(),
      {{pending.address(), "", Wanted::never}, {good.address(), "a poem\n"}},
      outcome.out);
}

// --- Waiting -----------------------------------------------------------------

// A program that looks around from time to time would do so in every window.
TEST_P(Clients, A12_WaitingCostsNothing) {
  Server server(rig::stays_silent());
  Server other(rig::stays_silent());
  const bool has_timeout =
      !GetParam().is("Blocking") && !GetParam().is("Async");
  Process client({.words = words({server.address()})});
  Process patient(
      {.words =
           words(has_timeout ? Words{"--timeout", "1000", other.address()}
                             : Words{"--max-bytes", "1000", other.address()})});
  server.wait_for_visits(1);
  other.wait_for_visits(1);
  rig::eventually("300 ms without waking up", [&] {
    const auto before = std::pair(client.sleeps(), patient.sleeps());
    std::this_thread::sleep_for(300ms);
    return before == std::pair(client.sleeps(), patient.sleeps());
  });
}

TEST_P(Clients, J04_AStormOfSignalsChangesNothing) {
  const std::string poem = rig::long_poem(100);
  std::atomic<std::size_t> rounds = 0;
  Server server([&](Visit& visit) {
    for (std::size_t i = 0; i < poem.size(); ++i) {
      visit.wait_for([&] { return rounds > i; });
      visit.push({&poem[i], 1});
    }
    visit.finish();
  });
  Process client({.words = words({server.address()})});
  server.wait_for_visits(1);
  for (std::size_t i = 0; i < poem.size(); ++i) {
    for (const int number : {SIGWINCH, SIGSTOP, SIGCONT, SIGWINCH}) {
      client.signal(number);
    }
    ++rounds;
  }
  const auto outcome = client.wait();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  expect_printed(GetParam(), {{server.address(), poem}}, outcome.out);
}

// --- Signals -----------------------------------------------------------------

// One poem is complete, one has begun, one has not.
class ThreePoems {
 public:
  // Until all is as said above.
  void wait(const Process& client, const Client& kind) const {
    rig::eventually("the second poem", [&] { return begun_.is_open(); });
    if (!kind.is("Blocking")) third_.wait_for_visits(1);
    client.wait_until_it_sleeps();
  }

  // The second server goes on; returns when the client has read that.
  void go_on(bool to_its_end) {
    if (to_its_end) end_.open();
    more_.open();
    rig::eventually("the second poem", [&] { return read_.is_open(); });
  }

  Words addresses() const {
    return {first_.address(), second_.address(), third_.address()};
  }

  void expect_partial(const Client& kind, const std::string& out) const {
    if (!kind.is("Blocking")) {
      return expect_printed(kind,
                            {{first_.address(), "the first"},
                             {second_.address(), "the second", Wanted::partial},
                             {third_.address(), "", Wanted::partial}},
                            out);
    }
    // It never comes to the third.
    EXPECT_EQ(rig::masked(out),
              "Task 1: get poetry from: " + first_.address() +
                  "\nTask 1: got 9 bytes of poetry from " + first_.address() +
                  " in TIME\nTask 2: get poetry from: " + second_.address() +
                  "\nTask 2: got 10 bytes of poetry from " + second_.address() +
                  " in TIME (partial)\nGot 1 of 3 poems in TIME\n");
  }

 private:
  Gate begun_;
  Gate more_;
  Gate read_;
  Gate end_;
  Server first_{rig::serves("the first")};
  Server second_{[this](Visit& visit) {
    visit.wait_for([this] { return first_.served() == 1; });
    visit.send("the second");
    visit.wait_until_read();
    begun_.open();
    visit.wait_for(more_);
    visit.send(", and more");
    visit.wait_until_read();
    read_.open();
    if (end_.is_open()) visit.finish();
    visit.stall();
  }};
  Server third_{rig::stays_silent()};
};

TEST_P(Hearing, J01_SIGINTEndsThemWithAReportOfWhatThereIs) {
  if (rig::are_signals_held_back && GetParam().reactor == "select") {
    GTEST_SKIP() << "ThreadSanitizer holds signals back until select() returns";
  }
  ThreePoems three;
  Process client({.words = words(three.addresses())});
  three.wait(client, GetParam());
  client.signal(SIGINT);
  const auto outcome = client.wait();
  EXPECT_EQ(outcome.status, -SIGINT);
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  three.expect_partial(GetParam(), outcome.out);
}

TEST_P(Clients, J01_SIGINTEndsThemBeforeTheFirstByteToo) {
  if (rig::are_signals_held_back && GetParam().reactor == "select") {
    GTEST_SKIP() << "ThreadSanitizer holds signals back until select() returns";
  }
  Server server(rig::stays_silent());
  Process client({.words = words({server.address()})});
  server.wait_for_visits(1);
  client.wait_until_it_catches(SIGINT);
  client.wait_until_it_sleeps();
  client.signal(SIGINT);
  const auto outcome = client.wait();
  EXPECT_EQ(outcome.status, -SIGINT);
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  expect_printed(GetParam(), {{server.address(), "", Wanted::partial}},
                 outcome.out);
}

TEST_P(Clients, J01_SIGTERMEndsThemAtOnce) {
  ThreePoems three;
  Process client({.words = words(three.addresses())});
  three.wait(client, GetParam());
  client.signal(SIGTERM);
  EXPECT_EQ(client.wait().status, -SIGTERM);
}

TEST_P(BrokenClient, IsDeafToTheFirstSIGINTAndSaysSoAndTheSecondEndsIt) {
  if (rig::are_signals_held_back) {
    GTEST_SKIP() << "ThreadSanitizer holds signals back until recv() returns";
  }
  ThreePoems three;
  Process client({.words = words(three.addresses())});
  three.wait(client, GetParam());
  client.signal(SIGINT);
  client.wait_for_err("\n");
  // It reads on, and says nothing more.
  three.go_on(false);
  client.wait_until_it_sleeps();
  EXPECT_FALSE(client.ended());
  EXPECT_EQ(rig::lines(client.err()).size(), 1U) << client.err();

  client.signal(SIGINT);
  EXPECT_EQ(client.wait().status, -SIGINT);
}

TEST_P(BrokenClient, HearsTheFirstSIGINTOnceThePoemIsOver) {
  if (rig::are_signals_held_back) {
    GTEST_SKIP() << "ThreadSanitizer holds signals back until recv() returns";
  }
  ThreePoems three;
  Process client({.words = words(three.addresses())});
  three.wait(client, GetParam());
  client.signal(SIGINT);
  client.wait_for_err("\n");
  three.go_on(true);
  const auto outcome = client.wait();
  EXPECT_EQ(outcome.status, -SIGINT);
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  EXPECT_NE(outcome.out.find("\nTask 2: 20 bytes of poetry"), std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("\nTask 3: 0 bytes of poetry (partial)\nGot "),
            std::string::npos)
      << outcome.out;
}

// --- Printing ----------------------------------------------------------------

// With a server that stalls, as "at once" does not wait for the end.
TEST_P(Listening, K05_EndAtOnceWhenNothingCanBePrinted) {
  Server server(rig::sends_and_stalls("a poem"));
  const auto outcome =
      run(Command{.words = words({server.address()}), .output = "/dev/full"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err,
            GetParam().program() + ": cannot print: No space left on device\n");
}

TEST_P(Clients, K05_FailWhenNothingCanBePrinted) {
  Server server(rig::serves("a poem"));
  const auto outcome =
      run(Command{.words = words({server.address()}), .output = "/dev/full"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err,
            GetParam().program() + ": cannot print: No space left on device\n");
}

TEST_P(Clients, J05_DieQuietlyWhenNobodyReads) {
  Server server(rig::serves("a poem"));
  const auto outcome =
      run(Command{.words = words({server.address()}), .lines_wanted = 0});
  EXPECT_EQ(outcome.status, -SIGPIPE);
  EXPECT_EQ(outcome.err, "");
}

// "get-poetry ... | head -1"
TEST_P(Telling, J05_DieQuietlyWhenTheReaderHasSeenEnough) {
  Gate reader_has_left;
  Server server([&](Visit& visit) {
    visit.send("a poem");
    visit.wait_for(reader_has_left);
    visit.send(", and more");
    visit.finish();
  });
  Process client({.words = words({server.address()}), .lines_wanted = 1});
  rig::eventually("the first line", [&] { return client.reader_has_left(); });
  reader_has_left.open();
  const auto outcome = client.wait();
  EXPECT_EQ(outcome.status, -SIGPIPE);
  EXPECT_EQ(outcome.err, "");
}

TEST_P(Telling, PrintLineByLineInAPipe) {
  Server server(rig::sends_and_stalls("a poem"));
  Process client({.words = words({server.address()})});
  client.wait_for_out("\n");
  EXPECT_FALSE(client.ended());
}

constexpr auto red = "\x1b[31mred\x07\n\ttab \xc2\x9b caf\xc3\xa9 \xff\r\n";

TEST_P(SimpleClient, M07_EscapesControlCharactersOnATerminal) {
  if (!rig::has_terminals()) GTEST_SKIP() << "there are no terminals";
  Server server(rig::serves(red));
  const auto outcome =
      run(Command{.words = words({server.address()}), .terminal = true});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out,
            "\\x1b[31mred\\x07\n\ttab \\xc2\\x9b caf\xc3\xa9 \\xff\\x0d\n");
}

TEST_P(SimpleClient, M07_PrintsByteForByteInAPipe) {
  Server server(rig::serves(red));
  const auto outcome = run({server.address()});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, red);
}

TEST_P(SimpleClient, M04_PrintsNoPartOfAPoem) {
  Server bad(resets_after(11));
  Server good(rig::serves("a poem\n"));
  const auto outcome = run({bad.address(), good.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, reset(1, 11));
  EXPECT_EQ(outcome.out, "a poem\n");
}

// --- The stack ---------------------------------------------------------------

TEST_P(StackClient, PrintsWhoCalledItWhenTheFirstBytesArrive) {
  Server server(rig::sends_and_stalls("a poem"));
  const auto outcome = run({server.address()});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "");
  std::size_t from = 0;
  for (const std::string name : {"main\n", "reactor::Reactor::run()\n",
                                 "PoetryProtocol::data_received("}) {
    from = outcome.err.find(name, from);
    ASSERT_NE(from, std::string::npos) << name << " in\n" << outcome.err;
  }
  // The innermost is the last one.
  EXPECT_EQ(outcome.err.find('\n', from), outcome.err.size() - 1)
      << outcome.err;
}

TEST_P(StackClient, TellsThatAServerRefuses) {
  rig::RefusingPort port;
  const auto outcome = run({port.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, refused(port.address()));
}

TEST_P(StackClient, HasNothingToPrintForAnEmptyPoem) {
  Server server(rig::serves(""));
  const auto outcome = run({server.address()});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
}

// --- The command line --------------------------------------------------------

TEST_P(Programs, M10_TakeNothingForAnAddressThatIsNone) {
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

TEST_P(Programs, M10_SayThatPortsMustBeIntegers) {
  for (const std::string word :
       {"abc", "host:", " 5", "+80", "0x50", "127.0.0.1:http", "\xd9\xa3"}) {
    const auto outcome = run({word});
    EXPECT_EQ(outcome.err, GetParam().program() +
                               ": Ports must be integers. '" + word +
                               "'\ntry --help\n");
  }
}

TEST_P(Programs, RefuseOptionsThatMakeNoSense) {
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

TEST_P(Programs, RefuseWhateverIsTypedHoweverLong) {
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

// A piece at a time, so that all of them hear of the same pieces.
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

TEST_P(Programs, HelpIsWhatOneGetsWithoutArguments) {
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
