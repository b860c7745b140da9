// Records of a program's calls.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "compare/calls/call_tree.h"
#include "compare/calls/call_words.h"
#include "compare/calls/chosen_calls.h"
#include "support/process.h"

namespace {

using poetry_compare::Choice;

// An empty file, as the recorder wants it.
class Record {
 public:
  Record() { std::ofstream{path}; }
  ~Record() { std::remove(path.c_str()); }

  const std::string path =
      testing::TempDir() + "call_recorder_test." + std::to_string(::getpid());
};

// Runs the command with the recorder.
rig::Outcome run(const Record& record, const std::vector<std::string>& words) {
  rig::Command command;
  command.words = {"env", std::string("LD_PRELOAD=") + RECORDER,
                   "POETRY_CALLS_FILE=" + record.path};
  command.words.insert(command.words.end(), words.begin(), words.end());
  return rig::run(command);
}

// All calls of a run in words.
std::string calls_of(const std::string& what) {
  const Record record;
  run(record, {RECORDED, what});
  const Choice all = {{"call", "hello", "receive", "elsewhere", "fall", "read",
                       "in_a_thread", "in_a_child", "killed", "lambda in main"},
                      {}};
  return describe(choose_calls(poetry_compare::read_calls(record.path), all));
}

const std::string rest =
    " main() calls call(). call() calls lambda in main. lambda in main calls "
    "elsewhere(). elsewhere() returns to lambda in main. lambda in main "
    "returns to call(). call() returns to main().";

TEST(CallRecorder, CallsNestAsTheyWereMade) {
  EXPECT_EQ(calls_of("hello"),
            "main() runs. main() calls call(). call() calls Tried::hello(). "
            "Tried::hello() calls receive(). receive() calls read(). "
            "read() returns to receive(): would block. "
            "receive() returns to Tried::hello(). "
            "Tried::hello() returns to call(). call() returns to main()." +
                rest);
}

TEST(CallRecorder, AnExceptionEndsTheCallsThatItLeaves) {
  EXPECT_EQ(calls_of("fall"),
            "main() runs. main() calls call(). call() calls fall(). "
            "fall() returns to call(). call() returns to main()." +
                rest);
}

TEST(CallRecorder, AnotherThreadIsNotRecorded) {
  EXPECT_EQ(calls_of("thread"),
            "main() runs. main() calls in_a_thread(). "
            "in_a_thread() returns to main()." +
                rest);
}

TEST(CallRecorder, AChildProcessIsNotRecorded) {
  EXPECT_EQ(calls_of("child"),
            "main() runs. main() calls in_a_child(). "
            "in_a_child() calls elsewhere(). "
            "elsewhere() returns to in_a_child(). "
            "in_a_child() returns to main()." +
                rest);
}

TEST(CallRecorder, ARecordSurvivesAKilledProgram) {
  EXPECT_EQ(calls_of("killed"),
            "main() runs. main() calls killed(). killed() calls elsewhere(). "
            "elsewhere() returns to killed(). killed() returns to main().");
}

TEST(CallRecorder, TheDeepestCallsBelongToTheirCaller) {
  const Record record;
  run(record, {RECORDED, "deep"});
  std::size_t depth = 0;
  const auto tree = poetry_compare::read_calls(record.path);
  for (const auto* call = &tree; !call->calls.empty(); ++depth) {
    call = &call->calls.front();
  }
  EXPECT_GT(depth, 100);
  EXPECT_LT(depth, 1000);
}

TEST(CallRecorder, AProgramThatStartsTheRecordedOneIsNotRecorded) {
  const Record record;
  run(record, {"timeout", "20", RECORDED, "hello"});
  EXPECT_EQ(poetry_compare::read_calls(record.path).name, "main");
}

TEST(CallRecorder, AProgramThatIsNotCompiledForItLeavesNoRecord) {
  const Record record;
  EXPECT_EQ(run(record, {"true"}).status, 0);
  try {
    poetry_compare::read_calls(record.path);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(),
                 "the record of the calls: there is no call in it; is the "
                 "program compiled with -finstrument-functions?");
  }
}

}  // namespace
