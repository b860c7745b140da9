// The table, its writers, the sentences and the timeline.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "compare/measure/model.h"
#include "compare/report/perfetto.h"
#include "compare/report/sentences.h"
#include "compare/report/table.h"
#include "compare/report/timeline.h"
#include "compare/report/write_json.h"
#include "compare/report/write_table.h"
#include "compare/report/write_text.h"

namespace {

using poetry_compare::Cause;
using poetry_compare::Comparison;
using poetry_compare::Variant;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

Variant make_variant(const std::string& name, double wall, double ratio) {
  Variant variant;
  variant.name = name;
  variant.overall.wall = wall;
  variant.overall.cpu = 0.002;
  variant.overall.worst_unread = 0.001;
  variant.runs = {variant.overall};
  variant.counted = 1;
  variant.wall = variant.typical_wall = {wall, wall};
  variant.vs_reference = {ratio, {ratio, ratio}};
  variant.picture.seen = true;
  return variant;
}

// A task that reads what is sent, 30 bytes at a time, at once or at the end.
poetry_compare::Task make_task(std::size_t poem, double end, bool at_once) {
  poetry_compare::Task task;
  task.poem = poem;
  task.end = end;
  for (double time = 0; time < end - 0.01; time += 0.02) {
    task.sends.push_back({time, 30});
    task.bytes += 30;
    if (at_once) task.reads.push_back({time + 0.001, 0, 30, 0u, 0});
  }
  if (!at_once) task.reads.push_back({end, 0, task.bytes, task.bytes, 0});
  return task;
}

Comparison make_comparison() {
  Comparison comparison;
  comparison.settings.delay = 0.02;
  comparison.poems = {{"a.txt", 10000, 3003, 30},
                      {"b.txt", 10001, 623, 10},
                      {"c.txt", 10002, 653, 10}};
  comparison.variants = {make_variant("blocking", 4.62, 1),
                         make_variant("async", 2.035, 2.27),
                         make_variant("broken", 2.04, 2.26)};
  auto& async = comparison.variants[1];
  async.overall.longest_turn = async.overall.awaited_turn = 0.0001;
  async.picture.threads.resize(1);
  async.picture.tasks = {make_task(0, 0.4, true), make_task(1, 0.2, true),
                         make_task(2, 0.2, true)};
  async.picture.waits = {
      {0, 0.1, 0, poetry_compare::WaitKind::any_task, 0, -1}};
  auto& broken = comparison.variants[2];
  broken.overall.longest_turn = broken.overall.awaited_turn = 1.332;
  broken.overall.worst_unread = 2.035;
  broken.overall.unread = {0, 2.035, Cause::stuck, 2.035, 1, 0, true};
  broken.overall.late_turn = {0, 1.332, Cause::stuck, 1.332, 1, 0, true};
  broken.picture.threads.resize(1);
  broken.picture.tasks = {make_task(0, 0.4, true), make_task(1, 0.4, false)};
  return comparison;
}

TEST(Table, IsAlignedAndMarksValuesBelowTheClocksResolution) {
  EXPECT_THAT(
      write_text(make_comparison(), "", {}),
      StartsWith(
          "3 poems, 4 279 bytes, delay 0.02 s, 1 run\n"
          "variant      wall   vs blocking   worst unread   longest turn    "
          "CPU\n"
          "blocking   4.62 s         1.00x        0.001 s              -   2 "
          "ms\n"
          "async      2.04 s         2.27x        0.001 s         0.1 ms   2 "
          "ms\n"
          "broken     2.04 s         2.26x      ! 2.035 s     ! 1 332 ms   2 "
          "ms\n"));
}

TEST(Table, HasADashForACpuTimeThatIsNotKnown) {
  auto comparison = make_comparison();
  comparison.variants.resize(1);
  comparison.variants[0].overall.cpu.reset();
  EXPECT_THAT(write_text(comparison, "", {}), HasSubstr("  -     -\n"));
  EXPECT_THAT(write_csv(comparison), HasSubstr(",0.001000,,,"));
}

TEST(Sentences, AreRightIfAnotherRunIsShown) {
  auto comparison = make_comparison();
  const auto before = sentences(comparison);
  comparison.variants[2].picture.tasks.resize(1);
  EXPECT_EQ(sentences(comparison), before);
}

// The lines of a text.
std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(Table, FitsANarrowTerminal) {
  poetry_compare::Terminal terminal;
  for (const std::size_t width : {68U, 66U, 60U, 40U, 30U}) {
    terminal.width = width;
    const auto comparison = make_comparison();
    const auto text = write_text(comparison, "", terminal);
    for (const auto& line : lines_of(text)) {
      EXPECT_LE(line.size(), width) << line;
    }
    for (const auto& row : make_table(comparison).rows) {
      for (const auto& cell : row) EXPECT_THAT(text, HasSubstr(cell.text));
    }
  }
}

TEST(Table, ContinuesBelowItselfWhereTheTerminalIsNarrow) {
  poetry_compare::Terminal terminal;
  terminal.width = 30;
  EXPECT_THAT(write_text(make_comparison(), "", terminal),
              StartsWith("3 poems, 4 279 bytes, delay\n"
                         "  0.02 s, 1 run\n"
                         "variant     wall  vs blocking\n"
                         "blocking  4.62 s        1.00x\n"
                         "async     2.04 s        2.27x\n"
                         "broken    2.04 s        2.26x\n"
                         "\n"
                         "variant   worst unread\n"));
}

TEST(Table, KeepsItsLinesWhereStdoutIsNotATerminal) {
  const auto text = write_text(make_comparison(), "", {});
  EXPECT_THAT(text,
              HasSubstr("broken was as fast as async, but bytes of task 2 "
                        "lay unread for 2.0 s while one turn took 1.3 "
                        "s.\n"));
}

TEST(Table, HasTheSameColumnsInEveryForm) {
  auto comparison = make_comparison();
  comparison.settings.runs = 5;
  comparison.variants[2].expected = 2.02;
  const auto json = nlohmann::json::parse(write_json(comparison));
  const auto csv = write_csv(comparison);
  const auto markdown = write_markdown(comparison);
  const auto terminal = write_text(comparison, "", {});
  const auto table = make_table(comparison);
  EXPECT_EQ(table.columns.size(), 9u);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto& column = table.columns[i];
    const auto& cell = table.rows[2][i];
    const auto& value = json["variants"][2][column.key];
    EXPECT_EQ(column.numeric ? fmt::format("{:.6f}", value.get<double>())
                             : value.get<std::string>(),
              cell.raw);
    EXPECT_THAT(csv, HasSubstr(column.key));
    EXPECT_THAT(csv, HasSubstr(cell.raw));
    EXPECT_THAT(markdown, HasSubstr("| " + column.title));
    EXPECT_THAT(markdown, HasSubstr(cell.text));
    EXPECT_THAT(terminal, HasSubstr(cell.text));
  }
}

TEST(Table, QuotesCharactersThatWouldBreakIt) {
  auto comparison = make_comparison();
  comparison.variants[0].name = "a,\"b\"|</script>\x01";
  EXPECT_THAT(write_csv(comparison),
              HasSubstr("\"a,\"\"b\"\"|</script>\x01\""));
  EXPECT_THAT(write_markdown(comparison), HasSubstr("\\|"));
  EXPECT_THAT(write_json(comparison),
              HasSubstr("\"a,\\\"b\\\"|\\u003c/script>\\u0001\""));
}

TEST(Sentences, SayTheMeaningOfTheNumbers) {
  EXPECT_THAT(
      sentences(make_comparison()),
      ElementsAre("async was 2.27 times faster than blocking in this one "
                  "run: it waited for all three servers at once.",
                  "broken was as fast as async, but bytes of task 2 lay "
                  "unread for 2.0 s while one turn took 1.3 s."));
}

TEST(Sentences, DoNotRoundAShortTimeToTwiceAsLong) {
  auto comparison = make_comparison();
  auto& unread = *comparison.variants[2].overall.unread;
  unread.end = unread.begin + 0.052;
  unread.blamed = 0.052;
  EXPECT_THAT(sentences(comparison),
              Contains(HasSubstr("lay unread for 0.05 s")));
}

TEST(Sentences, DoNotBlameCallbacksThatDelayedNoTask) {
  auto comparison = make_comparison();
  comparison.variants[1].overall.longest_turn = 0.3;  // a slow exit
  EXPECT_FALSE(make_table(comparison).rows[1][4].alarming);
  EXPECT_THAT(sentences(comparison)[0], StartsWith("async was 2.27 times"));
}

TEST(Sentences, NoteABusyMachineWithoutAReasonOrAnAlarm) {
  auto comparison = make_comparison();
  auto& async = comparison.variants[1];
  for (auto& task : async.picture.tasks) task.connected = 0.5;
  for (auto& task : async.picture.tasks) task.end = 3.64;
  async.expected = 2.02;
  async.overall.unread = {0, 0.3, Cause::machine, 0, 1, 0, true};
  EXPECT_FALSE(make_table(comparison).rows[1][3].alarming);
  EXPECT_THAT(
      sentences(comparison),
      ElementsAre("async was 2.27 times faster than blocking in this one "
                  "run, on a busy machine.",
                  StartsWith("broken took 2.04 s, but"),
                  "The machine was busy: async (expected 2.02 s, took 3.14 s) "
                  "got the processor too late."));
}

TEST(Sentences, DoNotCallAMachineBusyThatHadAProcessor) {
  auto comparison = make_comparison();
  auto& unread = comparison.variants[1].overall.unread;
  unread = {0, 0.3, Cause::machine, 0, 1, 0, true};
  const auto note = HasSubstr("async got the processor too late.");
  unread->delayed = 0.29;
  EXPECT_THAT(sentences(comparison), Contains(note));
  unread->delayed = 0.01;
  EXPECT_THAT(sentences(comparison), Not(Contains(note)));
}

TEST(Sentences, NameAClientThatPolls) {
  auto comparison = make_comparison();
  auto& async = comparison.variants[1];
  async.overall.polls = true;
  async.overall.polled = 1.96;
  EXPECT_TRUE(make_table(comparison).rows[1][5].alarming);
  EXPECT_THAT(sentences(comparison)[0],
              HasSubstr("async took 2.04 s, but for 2.0 s it asked again and "
                        "again instead of waiting."));
}

TEST(Sentences, DoNotPraiseAVariantWithASingleTask) {
  auto comparison = make_comparison();
  comparison.poems.resize(1);
  EXPECT_THAT(sentences(comparison),
              ElementsAre(StartsWith("broken was as fast as async")));
}

TEST(Sentences, DoNotPraiseAVariantThatFailed) {
  auto comparison = make_comparison();
  comparison.variants[1].overall.complaint = "exit status 1: no";
  EXPECT_THAT(complaints(comparison), ElementsAre("async: exit status 1: no"));
  EXPECT_THAT(sentences(comparison), ElementsAre(StartsWith("broken took")));
  EXPECT_THAT(write_csv(comparison), HasSubstr("failed"));
}

TEST(Timeline, HasColumnsOfWholePauses) {
  EXPECT_NEAR(poetry_compare::bin_width(4.62, 0.02, 72), 0.08, 1e-9);
  EXPECT_NEAR(poetry_compare::bin_width(0.1, 0.02, 72), 0.04, 1e-9);
  EXPECT_NEAR(poetry_compare::bin_width(7.2, 0, 72), 0.1, 1e-9);
}

TEST(Timeline, ShowsUnreadBytes) {
  auto comparison = make_comparison();
  for (auto& variant : comparison.variants) variant.runs[0].wall = 0.4;
  const auto text = draw_timeline(comparison, {80, true, false});
  EXPECT_THAT(text, HasSubstr("async        2.04 s    2.27x\n"
                              "   T1 ▆▆▆▆▆▆▆▆▆▆·\n"
                              "   T2 ▆▆▆▆▆·\n"));
  EXPECT_THAT(text, HasSubstr("   T2 ▒▒▒▒▒▒▒▒▒▒█\n"));
}

TEST(Timeline, FitsANarrowTerminal) {
  for (const std::size_t width : {80U, 40U, 24U}) {
    for (const auto& line :
         lines_of(draw_timeline(make_comparison(), {width, false, false}))) {
      if (line.rfind("   T", 0) != 0 && line.find(';') == line.npos) continue;
      EXPECT_LE(line.size(), width) << line;
    }
  }
}

TEST(Timeline, HasASpaceBehindEveryNumberOfATask) {
  auto comparison = make_comparison();
  comparison.poems.resize(10);
  auto& tasks = comparison.variants[1].picture.tasks;
  tasks = {make_task(8, 0.4, true), make_task(9, 0.4, true)};
  const auto text = draw_timeline(comparison, {80, false, false});
  EXPECT_THAT(text, HasSubstr("   T9  ="));
  EXPECT_THAT(text, HasSubstr("   T10 ="));
}

TEST(Timeline, ShowsTheWorstFiveOfManyTasks) {
  auto comparison = make_comparison();
  comparison.poems.resize(50);
  auto& tasks = comparison.variants[1].picture.tasks;
  tasks.clear();
  for (std::size_t i = 0; i < 50; ++i) {
    tasks.push_back(make_task(i, 0.4, true));
    tasks.back().worst_unread = i % 10 == 3 ? 0.3 : 0.001;
  }
  const auto text = draw_timeline(comparison, {80, false, false});
  for (const char* lane : {"T4 ", "T14 ", "T24 ", "T34 ", "T44 ", "45 more"}) {
    EXPECT_THAT(text, HasSubstr("   " + std::string(lane)));
  }
  EXPECT_EQ(text.find("   T5 "), text.npos);
}

TEST(Timeline, IsPlainOnAPlainTerminal) {
  const auto text = draw_timeline(make_comparison(), {60, false, false});
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\n' || (c >= ' ' && c <= '~');
  })) << text;
  EXPECT_THAT(draw_timeline(make_comparison(), {60, true, true}),
              HasSubstr("\x1b["));
}

// Makes stdout a terminal of its own, as long as it lives.
class StdoutOnTerminal {
 public:
  explicit StdoutOnTerminal(unsigned short columns) {
    winsize size{};
    size.ws_row = 24;
    size.ws_col = columns;
    int side = -1;
    if (::openpty(&main_, &side, nullptr, nullptr, &size) != 0) return;
    std::fflush(stdout);
    stdout_ = ::dup(STDOUT_FILENO);
    ::dup2(side, STDOUT_FILENO);
    ::close(side);
  }
  StdoutOnTerminal(const StdoutOnTerminal&) = delete;
  StdoutOnTerminal& operator=(const StdoutOnTerminal&) = delete;
  ~StdoutOnTerminal() {
    if (main_ < 0) return;
    std::fflush(stdout);
    ::dup2(stdout_, STDOUT_FILENO);
    ::close(stdout_);
    ::close(main_);
  }
  bool works() const { return main_ >= 0; }

 private:
  int main_ = -1;
  int stdout_ = -1;
};

TEST(Terminal, HasTheColoursThatTheEnvironmentSays) {
  const StdoutOnTerminal terminal(57);
  if (!terminal.works()) GTEST_SKIP() << "there is no pseudo-terminal";
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "xterm", 1);
  EXPECT_EQ(poetry_compare::find_terminal("auto").width, 57U);
  EXPECT_TRUE(poetry_compare::find_terminal("auto").colour);
  EXPECT_FALSE(poetry_compare::find_terminal("never").colour);
  ::setenv("TERM", "dumb", 1);
  EXPECT_FALSE(poetry_compare::find_terminal("auto").colour);
  EXPECT_TRUE(poetry_compare::find_terminal("always").colour);
  ::setenv("TERM", "xterm", 1);
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(poetry_compare::find_terminal("auto").colour);
  ::unsetenv("NO_COLOR");
}

TEST(Perfetto, HasCompleteEventsOnly) {
  auto comparison = make_comparison();
  comparison.variants[1].picture.turns = {{0.1, 0.05, 0}};
  const auto text = write_perfetto(comparison);
  EXPECT_THAT(text, HasSubstr(R"("name":"turn","ts":100000.0,"dur":50000.0)"));
  EXPECT_EQ(text.find(R"("ph":"B")"), text.npos);
  EXPECT_EQ(text.find(R"("ph":"b")"), text.npos);
}

TEST(Perfetto, RowsAreUnique) {
  auto comparison = make_comparison();
  auto& tasks = comparison.variants[1].picture.tasks;
  tasks = std::vector(250, make_task(0, 0.1, true));  // of the same poem
  std::set<std::string> names;
  std::set<std::pair<int, int>> rows;
  std::size_t count = 0;
  const auto trace = nlohmann::json::parse(write_perfetto(comparison));
  for (const auto& event : trace["traceEvents"]) {
    if (event["name"] != "thread_name") continue;
    ++count;
    names.insert(event["args"]["name"].get<std::string>());
    rows.emplace(event["pid"].get<int>(), event["tid"].get<int>());
  }
  EXPECT_EQ(count, 1U + 250 + 250 + 1 + 2 + 2);
  EXPECT_EQ(names.size(), count);
  EXPECT_EQ(rows.size(), count);
}

}  // namespace
