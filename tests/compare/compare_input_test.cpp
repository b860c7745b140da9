// poetry-compare with clients, servers and traces that are wrong.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "support/comparing.h"

namespace {

namespace fs = std::filesystem;

using rig::file_contents;
using rig::run_compare;
using rig::science;
using testing::AllOf;
using testing::HasSubstr;

using CompareInput = rig::Comparing;

TEST_F(CompareInput, ShowsTheOthersWhenOneFails) {
  result = run_compare(
      "--no-timeline --timeout 1 --delay .001 --variants async "
      "--with none=/no/such/program "
      "--with 'fails=sh -c \"echo oh no >&2; exit 3\"' "
      "--with 'hangs=sleep 60' "
      "--with 'rubbish=sh -c \"head -c 300000 /dev/urandom\"' "
      "--with 'dies=sh -c \"kill -KILL \\$\\$\"' "
      "--with 'half=" SLEEPY_CLIENT " late' " +
      science + ' ' + science);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(
      result.text,
      AllOf(HasSubstr("none: cannot start: No such file or directory\n"),
            HasSubstr("fails: exit status 3: oh no\n"),
            HasSubstr("hangs: stopped, because it took longer than 1 s\n"),
            HasSubstr("rubbish: did not connect to any server\n"),
            HasSubstr("dies: ended by signal 9: Killed\n"),
            HasSubstr("half: exit status 2\n")));
  EXPECT_TRUE(
      std::regex_search(result.text, std::regex("\nasync .*s  .* complete\n")))
      << result.text;
}

TEST_F(CompareInput, SaysThatAStaticProgramCannotBeTraced) {
  const auto source = (directory / "a.c").string();
  std::ofstream(source) << "int main(void) { return 0; }\n";
  const auto program = (directory / "a").string();
  if (std::system(("cc -static -o " + program + ' ' + source + " 2>/dev/null")
                      .c_str()) != 0) {
    GTEST_SKIP() << "there is no compiler for static programs";
  }
  result = run_compare("--variants async --delay .001 --with a=" + program +
                       ' ' + science);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.text, HasSubstr("a: nothing was seen: it is statically "
                                     "linked\n"));
}

TEST_F(CompareInput, UsesRunningServers) {
  result = run_compare("--connect 1 --variants async,blocking");
  EXPECT_EQ(result.status, 1);
  for (const char* name : {"async", "blocking"}) {
    EXPECT_THAT(result.text,
                HasSubstr(std::string(name) +
                          ": exit status 1: Failed to connect to 127.0.0.1:1: "
                          "Connection refused\n"));
  }
}

TEST_F(CompareInput, DamagedTracesAreStillReported) {
  const auto t = directory / "t";
  compare_with("--variants async,broken,simple --delay .001 " + science);
  EXPECT_EQ(result.status, 0) << result.text;
  fs::resize_file(t / "01-async.jsonl",
                  fs::file_size(t / "01-async.jsonl") / 2);
  std::ofstream(t / "02-broken.jsonl").flush();
  const auto newer = t / "03-simple.jsonl";
  const auto text = std::regex_replace(
      file_contents(newer), std::regex("\"version\":2"), "\"version\":9");
  std::ofstream(newer) << text;

  result = run_compare("report " + t.string());
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.text,
              AllOf(HasSubstr("async: " + (t / "01-async.jsonl").string()),
                    HasSubstr("broken: " + (t / "02-broken.jsonl").string() +
                              ": is empty"),
                    HasSubstr("newer than 2\n")));
}

TEST_F(CompareInput, AWrongCommandLineIsRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"--variants foo", "not 'foo'"},
      {"--with foo", "not 'foo'"},
      {"--with \"a='b\"", "does not end"},
      {"--variants async,async", "two variants 'async'"},
      {"--server foo", "not 'foo'"},
      {"--num-bytes 1,x", "not 'x'"},
      {"--num-bytes 1,2,3,4", "--num-bytes has 4 numbers for 3 poems"},
      {"--runs 0", "not '0'"},
      {"--connect abc", "not 'abc'"},
      {"--delay -1", "not '-1'"},
      {"--color blue", "not 'blue'"},
      {"--open", "--html"},
      {"report", "needs traces"},
      {"--nonsense", "'--nonsense'"}};
  for (const auto& [arguments, words] : cases) {
    result = run_compare(arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.text, HasSubstr(words)) << arguments;
    EXPECT_THAT(result.text, HasSubstr("\ntry --help\n")) << arguments;
  }
}

TEST_F(CompareInput, RefusesAMissingDirectoryBeforeAnythingRuns) {
  const auto missing = directory / "missing";
  const auto file = (missing / "file").string();
  for (const std::string option : {"--html", "--svg", "--json", "--csv",
                                   "--markdown", "--perfetto", "--traces"}) {
    result = run_compare(option + ' ' + file + ' ' + science);
    EXPECT_EQ(result.status, 2) << option;
    EXPECT_EQ(result.text, "poetry-compare: cannot write " + file +
                               ": there is no directory " + missing.string() +
                               '\n');
    EXPECT_FALSE(fs::exists(missing)) << option;
  }
}

TEST_F(CompareInput, ARefusedFileLeavesNoOtherFile) {
  const auto json = directory / "j.json";
  result = run_compare("--json " + json.string() + " --perfetto " +
                       directory.string() + ' ' + science);
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.text, "poetry-compare: cannot write " + directory.string() +
                             ": Is a directory\n");
  EXPECT_FALSE(fs::exists(json));
}

TEST_F(CompareInput, AFileThatIsNamedTwiceIsRefused) {
  const auto x = (directory / "x").string();
  const auto y = (directory / "y").string();
  const auto poem = (directory / "poem").string();
  fs::copy_file(science, poem);
  fs::create_symlink("x", y);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"--json " + x + " --csv " + x, "--json and --csv"},
      {"--html " + x + " --svg " + directory.string() + "/./x",
       "--html and --svg"},
      {"--markdown " + x + " --perfetto " + y, "--markdown and --perfetto"},
      {"--csv " + poem, "the poem and --csv"},
      {"--csv " + x + " > " + x, "standard output and --csv"}};
  for (const auto& [options, words] : cases) {
    result = run_compare(poem + ' ' + options);
    EXPECT_EQ(result.status, 2) << options;
    if (words.find("output") != words.npos) result.text = file_contents(x);
    EXPECT_THAT(result.text, HasSubstr(words + " are the same file\n"));
    fs::remove(x);
    EXPECT_FALSE(fs::exists(y)) << options;
  }
  EXPECT_EQ(file_contents(poem), file_contents(science));
}

TEST_F(CompareInput, AReportDoesNotOverwriteItsTraces) {
  const auto t = (directory / "t").string();
  compare_with("--variants simple --delay 0 " + science);
  for (const std::string name : {"comparison.jsonl", "01-simple.jsonl"}) {
    const auto before = file_contents(t + '/' + name);
    result = run_compare("report " + t + " --json " + t + '/' + name);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.text, HasSubstr("a trace and --json are the same file"));
    EXPECT_EQ(file_contents(t + '/' + name), before);
  }
}

TEST_F(CompareInput, WritesTheOtherFilesIfOneCannotBeWritten) {
  const auto t = (directory / "t").string();
  compare_with("--variants simple --delay 0 " + science);
  const auto file = directory / "file";
  for (const std::string option :
       {"html", "svg", "json", "csv", "markdown", "perfetto"}) {
    const std::string other = option == "csv" ? "json" : "csv";
    result = run_compare("report " + t + " --no-timeline --" + option +
                         " /dev/full --" + other + ' ' + file.string());
    EXPECT_EQ(result.status, 1) << option;
    EXPECT_THAT(result.text,
                AllOf(HasSubstr("poetry-compare: cannot write /dev/full: No "
                                "space left on device\n"),
                      HasSubstr("\nsimple ")));
    EXPECT_THAT(file_contents(file), HasSubstr("simple")) << option;
    fs::remove(file);
  }
}

TEST_F(CompareInput, WritesItsFilesAlthoughItCannotPrint) {
  const auto file = (directory / "file").string();
  result = run_compare("--variants simple --delay 0 --csv " + file + ' ' +
                       science + " > /dev/full");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(file_contents(file), HasSubstr("simple"));
}

TEST_F(CompareInput, ADeviceMayBeNamedTwice) {
  result = run_compare(
      "--variants simple --delay 0 --csv /dev/null --json "
      "/dev/null " +
      science);
  EXPECT_EQ(result.status, 0) << result.text;
}

TEST_F(CompareInput, MakesTheLastDirectoryForTraces) {
  const auto traces = directory / "new";
  result = run_compare("--variants async --delay 0 --traces " +
                       traces.string() + "/ " + science);
  EXPECT_EQ(result.status, 0) << result.text;
  EXPECT_TRUE(fs::exists(traces / "01-async.jsonl"));
}

TEST_F(CompareInput, NamesAMissingTemporaryDirectory) {
  ::setenv("TMPDIR", "/nonexistent", 1);
  result = run_compare("--variants async --delay 0 " + science);
  ::unsetenv("TMPDIR");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.text,
              HasSubstr("poetry-compare: cannot make a temporary directory in "
                        "/nonexistent: No such file or directory; set TMPDIR "
                        "to another directory\n"));
}

// --help does not help there.
TEST_F(CompareInput, AFileThatCannotBeReadDoesNotPointToHelp) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/no/poem.txt", "/no/poem.txt: No such file or directory\n"},
      {"/dev/null", "/dev/null: Not a regular file\n"},
      {"report /no/such", "'/no/such': No such file or directory\n"}};
  for (const auto& [arguments, words] : cases) {
    result = run_compare(arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_THAT(result.text, testing::EndsWith(words)) << arguments;
  }
}

}  // namespace
