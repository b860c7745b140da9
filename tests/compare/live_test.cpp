// The lanes of a client while it runs, and how they are shown in place.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "compare/live.h"
#include "compare/run/clock.h"
#include "compare/run/live_text.h"
#include "compare/run/progress.h"

namespace {

using poetry_compare::draw_run;
using poetry_compare::Event;
using poetry_compare::LiveText;
using poetry_compare::Progress;
using poetry_compare::RunManifest;
using poetry_compare::RunSoFar;
using poetry_compare::Terminal;
using testing::HasSubstr;

// --- In place ----------------------------------------------------------------

TEST(LiveText, MovesUpByTheLinesAboveTheCursorAndClearsTheRest) {
  LiveText text;
  EXPECT_EQ(text.replace("one"), "\r\x1b[J\x1b[?7lone\x1b[?7h\r");
  EXPECT_EQ(text.replace("one\ntwo\nthree"),
            "\r\x1b[J\x1b[?7lone\ntwo\nthree\x1b[?7h\r");
  EXPECT_EQ(text.replace("one\ntwo"),
            "\r\x1b[2A\x1b[J\x1b[?7lone\ntwo\x1b[?7h\r");
  EXPECT_EQ(text.replace(""), "\r\x1b[1A\x1b[J");
  EXPECT_EQ(text.replace(""), "\r\x1b[J");
}

TEST(LiveText, StaysBelowATextThatIsForgotten) {
  LiveText text;
  text.replace("one\ntwo\nthree");
  text.forget();
  EXPECT_EQ(text.replace(""), "\r\x1b[J");
}

// --- The lanes ---------------------------------------------------------------

constexpr std::uint16_t first_port = 9000;
constexpr std::int64_t ms = 1'000'000;

Event make_event(const std::string& call, std::int64_t time, int result) {
  Event event;
  event.call = call;
  event.time = time;
  event.pid = event.thread = 1;
  event.fd = 3;
  event.result = result;
  return event;
}

Event between(std::uint16_t local, std::uint16_t peer, Event event) {
  event.local = local;
  event.peer = peer;
  return event;
}

// The clients connect at once, and each server sends ten bytes every 0.1 s. The
// first `read` tasks are read at once, the others are not.
class LiveLanes : public testing::Test {
 protected:
  RunSoFar record(std::int64_t end, std::size_t tasks, std::size_t read) {
    manifest.settings.delay = .1;
    manifest.poems.clear();
    RunSoFar run{manifest, {0, end}, {}, {}};
    run.client.pid = 1;
    for (std::uint16_t task = 0; task < tasks; ++task) {
      add_task(run, static_cast<std::uint16_t>(first_port + task), task < read);
    }
    return run;
  }

  std::string draw(std::int64_t end,
                   std::size_t tasks = 2,
                   std::size_t read = 1,
                   const Terminal& terminal = {60, true, false}) {
    return draw_run(record(end, tasks, read), 2, terminal);
  }

 private:
  void add_task(RunSoFar& run, std::uint16_t port, bool is_read) {
    const auto local = static_cast<std::uint16_t>(port + 1000);
    manifest.poems.push_back({{"poem", port, 1000, 10}, {}, {}});
    auto& client = run.client.events;
    auto& server = run.servers.emplace_back().events;
    client.push_back(between(local, port, make_event("connect", 0, 0)));
    server.push_back(between(port, local, make_event("accept", 0, 4)));
    for (auto time = 50 * ms; time < run.span.end; time += 100 * ms) {
      server.push_back(between(port, local, make_event("send", time, 10)));
      const auto event = make_event("recv", time + ms, 10);
      if (is_read) client.push_back(between(local, port, event));
    }
  }

  RunManifest manifest;
};

TEST_F(LiveLanes, GrowWithTheTime) {
  EXPECT_EQ(draw(399 * ms), "   T1 ▆▆\n   T2 ▒▒\n");
  EXPECT_EQ(draw(999 * ms), "   T1 ▆▆▆▆▆\n   T2 ▒▒▒▒▒\n");
}

TEST_F(LiveLanes, BeginWithTheFirstConnection) {
  EXPECT_EQ(draw(100 * ms, 0, 0), "");
  EXPECT_EQ(draw(20 * ms), "   T1 ·\n   T2 ·\n");
}

TEST_F(LiveLanes, HaveTheScaleOfTheTimeThatTheRunShouldTake) {
  const auto run = record(999 * ms, 1, 1);
  EXPECT_EQ(draw_run(run, 20, {60, true, false}), "   T1 ▆▆\n");
  EXPECT_EQ(draw_run(run, 2, {60, true, false}), "   T1 ▆▆▆▆▆\n");
}

TEST_F(LiveLanes, FitTheTerminalIfTheRunTakesLongerThanExpected) {
  const auto text = draw(60'000 * ms, 1, 0, {60, false, false});
  EXPECT_GT(text.size(), 30U);
  EXPECT_LE(text.size(), 60U);
}

TEST_F(LiveLanes, AreNoMoreThanTheTerminalHasLines) {
  const auto lines = [&](std::size_t height) {
    const auto text = draw(500 * ms, 8, 4, {60, true, false, height});
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(lines(24), 8);
  EXPECT_EQ(lines(9), 8);
  EXPECT_EQ(lines(5), 4);
  EXPECT_EQ(lines(1), 0);
}

TEST_F(LiveLanes, HaveTheCharactersAndColoursOfTheTerminal) {
  EXPECT_EQ(draw(399 * ms, 2, 1, {60, false, false}), "   T1 ==\n   T2 %%\n");
  EXPECT_EQ(draw(399 * ms, 2, 1, {60, false, true}),
            "   T1 \x1b[34m==\x1b[0m\n   T2 \x1b[32m%%\x1b[0m\n");
}

// --- How often ---------------------------------------------------------------

// Makes stderr a terminal of its own, as long as it lives.
class StderrOnTerminal {
 public:
  StderrOnTerminal() {
    int side = -1;
    if (::openpty(&main_, &side, nullptr, nullptr, nullptr) != 0) return;
    // The bytes are not read: a full terminal must not block the test.
    ::fcntl(side, F_SETFL, O_NONBLOCK);
    stderr_ = ::dup(STDERR_FILENO);
    ::dup2(side, STDERR_FILENO);
    ::close(side);
  }
  StderrOnTerminal(const StderrOnTerminal&) = delete;
  StderrOnTerminal& operator=(const StderrOnTerminal&) = delete;
  ~StderrOnTerminal() {
    if (main_ < 0) return;
    ::dup2(stderr_, STDERR_FILENO);
    ::close(stderr_);
    ::close(main_);
  }
  bool works() const { return main_ >= 0; }

 private:
  int main_ = -1;
  int stderr_ = -1;
};

// Counts how often a run is read while tick() is called without a pause.
int count_pictures(std::int64_t nanoseconds) {
  const RunManifest manifest;
  int count = 0;
  Progress progress(1, {}, [](const RunSoFar&) { return "lane\n"; });
  const auto end = poetry_compare::now() + nanoseconds;
  while (poetry_compare::now() < end) {
    progress.tick([&] {
      ++count;
      return RunSoFar{manifest, {}, {}, {}};
    });
  }
  return count;
}

TEST(Progress, ReadsARunFiveTimesASecondAtMost) {
  const StderrOnTerminal terminal;
  if (!terminal.works()) GTEST_SKIP() << "there is no pseudo-terminal";
  ::setenv("TERM", "xterm", 1);
  const auto count = count_pictures(700 * ms);
  EXPECT_GE(count, 1);
  EXPECT_LE(count, 4);
}

TEST(Progress, ReadsNothingOnADumbTerminal) {
  const StderrOnTerminal terminal;
  if (!terminal.works()) GTEST_SKIP() << "there is no pseudo-terminal";
  ::setenv("TERM", "dumb", 1);
  EXPECT_EQ(count_pictures(10 * ms), 0);
}

}  // namespace
