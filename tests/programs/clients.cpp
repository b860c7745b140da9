#include "programs/clients.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <regex>
#include <utility>

namespace clients {

// --- Starting them -----------------------------------------------------------

Words Client::words(Words words) const {
  if (!reactor.empty()) {
    words.insert(words.begin(), {"--reactor", reactor});
  }
  words.insert(words.begin(), rig::program(path));
  return words;
}

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
    {"Reactor3", "reactor-client-3/get-poetry", ""},
    {"Coroutine", "coroutine-client/get-poetry", ""},
};

std::vector<Client> with_each_reactor(const std::set<std::string>& names) {
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

std::vector<Client> all_but(const std::set<std::string>& names) {
  std::set<std::string> others;
  for (const Client& client : programs) {
    if (!names.contains(client.name)) others.insert(client.name);
  }
  return with_each_reactor(others);
}

Outcome ClientTest::run(Words arguments) {
  return run(Command{.words = words(std::move(arguments))});
}

Outcome ClientTest::run(Command command) {
  Process client(std::move(command));
  pid = client.pid();
  return client.wait();
}

rig::Behaviour ClientTest::resets_after(std::size_t bytes) {
  return rig::resets_after(bytes, pid);
}

// --- Output ------------------------------------------------------------------

namespace {

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

// The lines of the blocking client: those that announce the tasks come first,
// and the others in any order.
void expect_coroutine(const std::vector<Wanted>& poems,
                      const std::string& out) {
  std::string announced;
  std::vector<std::string> expected;
  int num = 0;
  for (const Wanted& wanted : poems) {
    const std::string task = "Task " + std::to_string(++num) + ": ";
    announced += task + "get poetry from: " + wanted.address + '\n';
    if (wanted.fate == Wanted::never) continue;
    expected.push_back(task + "got " + std::to_string(wanted.poem.size()) +
                       " bytes of poetry from " + wanted.address + " in TIME" +
                       wanted.mark());
  }
  const std::string masked = rig::masked(out);
  ASSERT_TRUE(masked.starts_with(announced)) << out;
  ASSERT_TRUE(masked.ends_with(last_line(poems))) << out;
  const auto size = masked.size() - last_line(poems).size();
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(sorted_lines(masked.substr(0, size).substr(announced.size())),
            expected);
}

// Checks that these are the whole poems, in any order.
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

// The content of the lines that a client prints before its report, for one
// task.
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
      // It reads until the poem is over, and may not print that it is.
      EXPECT_EQ(task.pieces, wanted.poem.empty() ? 0 : 1) << "task " << num;
      EXPECT_LE(task.finished, finishes ? 1 : 0) << "task " << num;
    } else {
      EXPECT_EQ(task.finished, finishes ? 1 : 0) << "task " << num;
    }
  }
}

}  // namespace

void expect_printed(const Client& client,
                    const std::vector<Wanted>& poems,
                    const std::string& out) {
  if (client.is("Blocking")) {
    expect_blocking(poems, out);
  } else if (client.is("Coroutine")) {
    expect_coroutine(poems, out);
  } else if (client.prints_poems()) {
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

void expect_all_whole(const Client& client,
                      const std::vector<Wanted>& poems,
                      Words arguments) {
  for (const Wanted& wanted : poems) {
    arguments.push_back(wanted.address);
  }
  const auto outcome = rig::run({.words = client.words(arguments)});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  expect_printed(client, poems, outcome.out);
}

}  // namespace clients
