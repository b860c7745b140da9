// The cost of starting a program: little more than that of its libraries, and
// it has no library that it does not use.
// Instructions are counted, because a time would depend on the machine.

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/process.h"

namespace {

using Words = std::vector<std::string>;

// As many as a slow machine executes in a millisecond.
constexpr long most_instructions = 1'000'000;

long instructions(const Words& program) {
  Words words{rig::tool("valgrind"), "--tool=callgrind",
              "--callgrind-out-file=/dev/null"};
  words.insert(words.end(), program.begin(), program.end());
  const auto outcome = rig::run({.words = words});
  EXPECT_EQ(outcome.status, 0);
  const std::string collected = "Collected : ";
  const auto found = outcome.err.find(collected);
  if (found == std::string::npos) throw std::runtime_error(outcome.err);
  return std::stol(outcome.err.substr(found + collected.size()));
}

class Startup : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__) || \
    defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "what is not optimised, or watched, starts more slowly";
#endif
  }
};

TEST_P(Startup, CostsLittleMoreThanAnEmptyProgram) {
  if (rig::tool("valgrind").empty()) GTEST_SKIP() << "there is no valgrind";
  const long empty = instructions({EMPTY_PROGRAM});
  const long ours = instructions({rig::program(GetParam()), "--version"});
  EXPECT_LE(ours - empty, most_instructions);
  EXPECT_GT(ours, empty);
}

TEST_P(Startup, LoadsNoLibraryThatIsNotUsed) {
  if (rig::tool("ldd").empty()) GTEST_SKIP() << "there is no ldd";
  const auto outcome =
      rig::run({.words = {rig::tool("ldd"), "-u", rig::program(GetParam())}});
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

INSTANTIATE_TEST_SUITE_P(Programs,
                         Startup,
                         testing::Values("blocking-server/slowpoetry",
                                         "reactor-server/slowpoetry",
                                         "blocking-client/get-poetry",
                                         "threaded-client/get-poetry",
                                         "async-client/get-poetry",
                                         "reactor-client-1/get-poetry",
                                         "reactor-client-2/get-poetry",
                                         "reactor-client-3/get-poetry",
                                         "coroutine-client/get-poetry",
                                         "compare/poetry-trace",
                                         "compare/poetry-compare"));

}  // namespace
