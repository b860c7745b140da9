// The parts that the programs share: times, escaping, poems in files, outcomes.

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>

#include "cli/elapsed.h"
#include "cli/poem.h"
#include "cli/print.h"
#include "cli/stack.h"
#include "cli/tasks.h"
#include "cli/values.h"

// Only functions with external linkage are on the printed stack.
namespace stack_test {

[[gnu::noinline]] std::string stack_here() {
  testing::internal::CaptureStderr();
  cli::print_stack();
  return testing::internal::GetCapturedStderr();
}

}  // namespace stack_test

namespace {

using namespace std::chrono_literals;
using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

const auto reset = make_error_code(std::errc::connection_reset);
const auto refused = make_error_code(std::errc::connection_refused);

// --- Elapsed -----------------------------------------------------------------

TEST(Elapsed, AlwaysHasSixDigits) {
  EXPECT_EQ(cli::to_string(0s), "0:00:00.000000");
  EXPECT_EQ(cli::to_string(7s + 4711us), "0:00:07.004711");
  EXPECT_EQ(cli::to_string(10s + 134220us), "0:00:10.134220");
}

TEST(Elapsed, CarriesMinutesAndHours) {
  EXPECT_EQ(cli::to_string(59min + 59s), "0:59:59.000000");
  EXPECT_EQ(cli::to_string(100h + 1min), "100:01:00.000000");
}

TEST(Elapsed, TruncatesFractionsOfAMicrosecond) {
  EXPECT_EQ(cli::to_string(1s - 1ns), "0:00:00.999999");
}

// --- Escaping ----------------------------------------------------------------

TEST(Escape, LeavesTextAlone) {
  const std::string text = "Geduld, gr\u00fc\u00dft \u2013 \U0001f40c\n\tund\n";
  EXPECT_EQ(cli::escape(text), text);
  EXPECT_EQ(cli::escape(""), "");
}

TEST(Escape, ShowsControlBytes) {
  EXPECT_EQ(cli::escape("\x1b[2J"), "\\x1b[2J");
  EXPECT_EQ(cli::escape("a\rb\x7f"), "a\\x0db\\x7f");
  EXPECT_EQ(cli::escape(std::string("\0", 1)), "\\x00");
}

TEST(Escape, ShowsC1ControlCharacters) {
  EXPECT_EQ(cli::escape("\xc2\x9b"
                        "2J"),
            "\\xc2\\x9b2J");
  EXPECT_EQ(cli::escape("\xc2\x80"), "\\xc2\\x80");
  EXPECT_EQ(cli::escape("\xc2\xa0"), "\xc2\xa0");
}

TEST(Escape, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(cli::escape("\x9b"), "\\x9b");  // Latin 1
  EXPECT_EQ(cli::escape("\xc3"), "\\xc3");  // cut off
  EXPECT_EQ(cli::escape("\xe2\x82"), "\\xe2\\x82");
  EXPECT_EQ(cli::escape("\xc3\n"), "\\xc3\n");
  EXPECT_EQ(cli::escape("\xc0\x9b"), "\\xc0\\x9b");  // an overlong encoding
  EXPECT_EQ(cli::escape("\xe0\x82\x9b"), "\\xe0\\x82\\x9b");
  EXPECT_EQ(cli::escape("\xf0\x80\x82\x9b"), "\\xf0\\x80\\x82\\x9b");
  EXPECT_EQ(cli::escape("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(cli::escape("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(cli::escape("\xff"), "\\xff");
}

// --- Names in a line ---------------------------------------------------------

TEST(OneLine, LeavesNamesAlone) {
  for (const std::string name :
       {"", "poetry/science.txt", "a b", "gr\u00fc\u00dft \U0001f40c", "a\\nb",
        "a'b\"c"}) {
    EXPECT_EQ(cli::one_line(name), name);
  }
}

TEST(OneLine, ShowsCharactersThatEndALine) {
  EXPECT_EQ(cli::one_line("a\nb\tc\rd\ve\ff"),
            "a\\x0ab\\x09c\\x0dd\\x0be\\x0cf");
  EXPECT_EQ(cli::one_line("a\u2028b\u2029c"),
            "a\\xe2\\x80\\xa8b\\xe2\\x80\\xa9c");
  EXPECT_EQ(cli::one_line("a\xc2\x85"
                          "b"),
            "a\\xc2\\x85b");  // U+0085, next line
}

TEST(OneLine, ShowsEscapeSequencesAndInvalidBytes) {
  EXPECT_EQ(cli::one_line("\x1b[2J\x7f"), "\\x1b[2J\\x7f");
  EXPECT_EQ(cli::one_line("\xc2\x9b"
                          "2J"),
            "\\xc2\\x9b2J");
  EXPECT_EQ(cli::one_line("caf\xe9"), "caf\\xe9");  // Latin 1
  EXPECT_EQ(cli::one_line(std::string("\0", 1)), "\\x00");
}

TEST(OneLine, IsNotChangedByASecondCall) {
  const std::string shown = cli::one_line("a\n\x9b\u2028");
  EXPECT_EQ(cli::one_line(shown), shown);
}

// --- Poems in files ----------------------------------------------------------

class PoemTest : public testing::Test {
 protected:
  PoemTest() {
    path_ = testing::TempDir() + "poem-" + std::to_string(::getpid());
    std::ofstream(path_, std::ios::binary) << "0123456789";
  }
  ~PoemTest() override { std::filesystem::remove_all(path_); }

  std::string path_;
};

TEST_F(PoemTest, IsReadFromAnywhere) {
  cli::Poem poem(path_, 1);
  EXPECT_EQ(poem.size(), 10u);
  EXPECT_EQ(poem.read(0, 4), "0123");
  EXPECT_EQ(poem.read(8, 100), "89");
}

TEST_F(PoemTest, StartsAgainAtItsEnd) {
  cli::Poem poem(path_, 3);
  EXPECT_EQ(poem.size(), 30u);
  EXPECT_EQ(poem.read(8, 4), "89");
  EXPECT_EQ(poem.read(10, 4), "0123");
  EXPECT_EQ(poem.read(29, 4), "9");
}

TEST_F(PoemTest, MayBeAsLongAsTheLargestSize) {
  const auto most = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(cli::Poem(path_, most).size(), most);
}

TEST_F(PoemTest, SaysWhenItsFileHasBecomeShorter) {
  cli::Poem poem(path_, 1);
  std::filesystem::resize_file(path_, 3);
  EXPECT_EQ(poem.read(0, 10), "012");
  EXPECT_THROW(poem.read(3, 1), std::runtime_error);
}

TEST_F(PoemTest, OutlivesTheNameOfItsFile) {
  cli::Poem poem(path_, 1);
  std::filesystem::remove(path_);
  EXPECT_EQ(poem.read(0, 10), "0123456789");
  EXPECT_THROW(cli::Poem(path_, 1), std::runtime_error);
}

TEST_F(PoemTest, IsARegularFile) {
  EXPECT_THROW(cli::Poem(testing::TempDir(), 1), std::runtime_error);
  EXPECT_THROW(cli::Poem("/dev/null", 1), std::runtime_error);
  EXPECT_THROW(cli::Poem("/dev/zero", 1), std::runtime_error);
}

TEST_F(PoemTest, IsReadToItsEndIfTheSystemDoesNotKnowItsSize) {
  for (const std::string path : {"/proc/version", "/sys/class/net/lo/mtu"}) {
    std::ifstream file(path);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    if (text.empty()) continue;  // there is no such file here
    cli::Poem poem(path, 2);
    EXPECT_EQ(poem.size(), 2 * text.size()) << path;
    EXPECT_EQ(poem.read(0, 100000), text) << path;
    EXPECT_EQ(poem.read(text.size() + 1, 2), text.substr(1, 2)) << path;
  }
}

TEST_F(PoemTest, IsEmptyOnlyIfItsFileIs) {
  std::ofstream(path_, std::ios::trunc);
  EXPECT_EQ(cli::Poem(path_, 1).size(), 0u);
}

std::string why_unreadable(const std::string& path) {
  try {
    const cli::Poem poem(path, 1);
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST_F(PoemTest, IsRefusedIfItCannotBeRead) {
  EXPECT_EQ(why_unreadable("/proc/self/mem"),
            "cannot read /proc/self/mem: Input/output error");
}

TEST_F(PoemTest, IsNamedInOneLine) {
  EXPECT_EQ(why_unreadable("no\nsuch"),
            "cannot read no\\x0asuch: No such file or directory");
}

// --- Tasks -------------------------------------------------------------------

class TasksTest : public testing::Test {
 protected:
  TasksTest() {
    options_.addresses = {{"a", 1}, {"b", 2}, {"a", 1}};
    options_.max_bytes = 5;
  }

  cli::Options options_;
};

TEST_F(TasksTest, AreNumberedAsOnTheCommandLine) {
  cli::Tasks tasks(options_);
  ASSERT_EQ(tasks.size(), 3u);
  int num = 0;
  for (const cli::Task& task : tasks) {
    EXPECT_EQ(task.num, ++num);
    EXPECT_EQ(task.max_bytes, 5u);
    EXPECT_FALSE(task.deadline);
    EXPECT_FALSE(task.time_left());
  }
}

TEST_F(TasksTest, AreGivenOutOnceEach) {
  cli::Tasks tasks(options_);
  EXPECT_EQ(tasks.next_task_at({"b", 2}).num, 2);
  EXPECT_EQ(tasks.next_task_at({"a", 1}).num, 1);
  EXPECT_EQ(tasks.next_task_at({"a", 1}).num, 3);
  EXPECT_EQ(tasks.next_task_at({"a", 1}).num, 3);
  EXPECT_EQ(tasks.next_task_at({"b", 2}).num, 2);
  EXPECT_THROW(tasks.next_task_at({"a", 2}), std::out_of_range);
}

TEST_F(TasksTest, AddUpToACountAndAStatus) {
  cli::Tasks tasks(options_);
  EXPECT_EQ(tasks.count(), "0 of 3");
  EXPECT_EQ(tasks.exit_status(), EXIT_FAILURE);
  tasks.next_task_at({"a", 1}).finished(3);
  tasks.next_task_at({"b", 2}).finished(0);
  EXPECT_EQ(tasks.count(), "2 of 3");
  EXPECT_EQ(tasks.exit_status(), EXIT_FAILURE);
  tasks.next_task_at({"a", 1}).finished(5);
  EXPECT_EQ(tasks.count(), "3");
  EXPECT_EQ(tasks.exit_status(), EXIT_SUCCESS);
}

TEST_F(TasksTest, SayWhyTheyFailed) {
  cli::Tasks tasks(options_);
  CaptureStderr();
  tasks.next_task_at({"a", 1}).failed(refused);
  tasks.next_task_at({"b", 2}).finished(11, reset);
  EXPECT_EQ(GetCapturedStderr(),
            "Failed to connect to a:1: Connection refused\n"
            "Task 2: connection lost after 11 bytes: Connection reset by "
            "peer\n");
}

TEST_F(TasksTest, NameTheLimitOfAPoemThatIsTooLong) {
  cli::Tasks tasks(options_);
  CaptureStderr();
  tasks.begin()->finished(6, make_error_code(std::errc::message_size));
  EXPECT_EQ(GetCapturedStderr(),
            "Task 1: connection lost after 6 bytes: the poem has more than 5 "
            "bytes (--max-bytes)\n");
}

// The reason may be that the reactor was stopped because of the deadline.
TEST_F(TasksTest, TimeOutWhenTheyFailAfterTheDeadline) {
  options_.timeout = 1ns;
  cli::Tasks tasks(options_);
  while (cli::Clock::now() <= *tasks.begin()->deadline) {
  }
  CaptureStderr();
  tasks.next_task_at({"a", 1}).failed(refused);
  tasks.next_task_at({"b", 2}).finished(11, reset);
  tasks.next_task_at({"a", 1}).finished(11);
  EXPECT_EQ(GetCapturedStderr(),
            "Failed to connect to a:1: Connection timed out\n"
            "Task 2: connection lost after 11 bytes: Connection timed out\n");
  EXPECT_EQ(tasks.count(), "1 of 3");
}

TEST_F(TasksTest, HaveOneOutcome) {
  cli::Tasks tasks(options_);
  cli::Task& task = tasks.next_task_at({"b", 2});
  CaptureStderr();
  EXPECT_FALSE(task.over);
  EXPECT_EQ(task.mark(), " (partial)");
  task.finished(3);
  task.finished(4, reset);
  task.failed(refused);
  EXPECT_EQ(GetCapturedStderr(), "");
  EXPECT_TRUE(task.over);
  EXPECT_TRUE(task.whole);
  EXPECT_EQ(task.mark(), "");
}

TEST_F(TasksTest, FailOnce) {
  cli::Tasks tasks(options_);
  cli::Task& task = tasks.next_task_at({"b", 2});
  CaptureStderr();
  task.failed(refused);
  task.finished(4, reset);
  task.finished(4);
  EXPECT_EQ(GetCapturedStderr(),
            "Failed to connect to b:2: Connection refused\n");
  EXPECT_FALSE(task.whole);
  EXPECT_EQ(task.mark(), " (partial)");
}

TEST_F(TasksTest, HaveTimeUntilTheDeadline) {
  options_.timeout = 1h;
  cli::Tasks tasks(options_);
  const auto left = tasks.next_task_at({"b", 2}).time_left();
  ASSERT_TRUE(left);
  EXPECT_LE(*left, 1h);
  EXPECT_GT(*left, 59min);
}

TEST_F(TasksTest, HaveNoNegativeTimeLeft) {
  options_.timeout = 1ns;
  cli::Tasks tasks(options_);
  while (cli::Clock::now() <= *tasks.begin()->deadline) {
  }
  EXPECT_EQ(tasks.begin()->time_left(), cli::Clock::duration::zero());
}

TEST_F(TasksTest, HaveNoDeadlineBeyondTheClock) {
  options_.timeout = cli::Clock::duration::max();
  cli::Tasks tasks(options_);
  EXPECT_FALSE(tasks.begin()->time_left());
}

// --- The values of options ---------------------------------------------------

cli::Clock::duration seconds(const std::string& value) {
  return cli::parse_seconds("delay", value, true);
}

TEST(Seconds, AreRoundedToTheNearestNanosecond) {
  EXPECT_EQ(seconds("0"), 0s);
  EXPECT_EQ(seconds("0.1"), 100ms);
  EXPECT_EQ(seconds("1.001"), 1001ms);  // not 1.000999999
  EXPECT_EQ(seconds("0.0000000014"), 1ns);
}

TEST(Seconds, AreNotZeroIfTheNumberIsNot) {
  EXPECT_EQ(seconds("1e-30"), 1ns);
  EXPECT_EQ(seconds("1e-320"), 1ns);
  EXPECT_EQ(seconds("1e-400"), 0s);
}

TEST(Seconds, CanBeAddedToNowHoweverManyTheyAre) {
  for (const std::string many :
       {"1e10", "9223372036.854775807", "1e99", "1e308", "1e999"}) {
    EXPECT_GT(cli::Clock::now() + seconds(many), cli::Clock::now()) << many;
    EXPECT_EQ(seconds(many), cli::Clock::duration::max() / 2) << many;
  }
}

// --- The rest ----------------------------------------------------------------

TEST(Report, NamesTheProgram) {
  CaptureStderr();
  EXPECT_EQ(cli::report(std::runtime_error("I fall down.")), 1);
  const std::string line = GetCapturedStderr();
  EXPECT_EQ(line,
            std::string(program_invocation_short_name) + ": I fall down.\n");
}

TEST(Interrupted, IsFalseBeforeASignal) {
  EXPECT_FALSE(cli::interrupted());
  cli::end_if_interrupted();
}

TEST(Stack, HasTheInnermostFunctionLast) {
  const std::string stack = stack_test::stack_here();
  const auto outer = stack.find("testing::Test::Run()");
  const auto inner = stack.find("stack_test::stack_here");
  EXPECT_NE(outer, stack.npos) << stack;
  EXPECT_NE(inner, stack.npos) << stack;
  EXPECT_LT(outer, inner);
  EXPECT_EQ(stack.find("print_stack"), stack.npos);
}

}  // namespace
