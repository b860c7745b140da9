// Where clients wait: from the address of a call to file, line and function.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "compare/measure/where.h"
#include "compare/report/where.h"
#include "compare/report/write_json.h"
#include "compare/report/write_table.h"
#include "compare/symbols/elf_file.h"
#include "compare/symbols/place.h"
#include "compare/trace/reader.h"
#include "compare/trace/writer.h"
#include "support/process.h"
#include "support/servers.h"

namespace {

using poetry_compare::Place;
using poetry_compare::Trace;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class WhereItWaits : public testing::Test {
 protected:
  WhereItWaits() {
    std::string name = testing::TempDir() + "where-XXXXXX";
    directory_ = ::mkdtemp(name.data());
  }
  ~WhereItWaits() override { std::filesystem::remove_all(directory_); }

  // The trace of a command that is given the port of a server.
  Trace trace(std::vector<std::string> words) const {
    const rig::Server server(rig::serves("a poem"));
    words.insert(words.begin(),
                 {rig::program("compare/poetry-trace"), "-o", file()});
    words.push_back(std::to_string(server.port()));
    rig::Command command;
    command.words = std::move(words);
    const rig::Outcome outcome = rig::run(std::move(command));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return poetry_compare::read_trace(file());
  }

  // A copy, so that a test can change it.
  std::string copy_of(const std::string& program) const {
    const auto copy = directory_ / "program";
    std::filesystem::copy_file(program, copy);
    return copy;
  }

  std::string file() const { return directory_ / "trace"; }

  std::filesystem::path directory_;
};

// The place of the first call with that name.
std::string place_of(const std::string& call, const Trace& trace) {
  const auto found = find_places(trace.modules, trace.sites);
  EXPECT_FALSE(found.tool_missing);
  for (const auto& event : trace.events) {
    const auto site = static_cast<std::size_t>(event.site);
    if (event.call != call || site >= found.places.size()) continue;
    return found.places[site].text();
  }
  return "not known";
}

class KnownLines : public WhereItWaits,
                   public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    if (rig::tool("addr2line").empty()) GTEST_SKIP() << "needs addr2line";
  }
};

TEST_P(KnownLines, AreFoundWhereverTheCallIsMade) {
  for (const std::string way : {"here", "thread", "child", "become"}) {
    const auto seen = trace({GetParam(), way});
    EXPECT_EQ(place_of("poll", seen),
              "support/known_lines.cpp:1000, in wait_for_bytes")
        << way;
    EXPECT_EQ(place_of("recv", seen),
              "support/known_lines.cpp:2000, in receive")
        << way;
  }
}

INSTANTIATE_TEST_SUITE_P(Programs,
                         KnownLines,
                         testing::Values(KNOWN_LINES,
                                         KNOWN_LINES_AT_FIXED,
                                         KNOWN_LINES_FORTIFIED));

TEST_F(WhereItWaits, AProgramWithoutDebugInformationHasFunctions) {
  const auto seen = trace({KNOWN_LINES_WITHOUT, "here"});
  EXPECT_THAT(place_of("recv", seen),
              StartsWith("compare/known_lines_without, in "));
  EXPECT_THAT(place_of("recv", seen), HasSubstr("receive"));
}

TEST_F(WhereItWaits, AStrippedProgramHasItsName) {
  const auto seen = trace({KNOWN_LINES_STRIPPED, "here"});
  EXPECT_EQ(place_of("recv", seen), "compare/known_lines_stripped");
}

TEST_F(WhereItWaits, AnInterpreterHasItsName) {
  const auto python = rig::tool("python3");
  if (python.empty()) GTEST_SKIP() << "there is no python3";
  const auto seen =
      trace({python, "-c",
             "import socket, sys\n"
             "s = socket.create_connection(('127.0.0.1', sys.argv[1]))\n"
             "while s.recv(100): pass"});
  EXPECT_EQ(place_of("recv", seen), "python3");
}

TEST_F(WhereItWaits, AProgramThatHasChangedHasNoLine) {
  const auto program = copy_of(KNOWN_LINES);
  const auto seen = trace({program, "here"});
  std::filesystem::copy_file(KNOWN_LINES_WITHOUT, program,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(place_of("recv", seen),
              testing::EndsWith("/program, which has changed since"));
  std::filesystem::remove(program);
  EXPECT_THAT(place_of("recv", seen),
              testing::EndsWith("/program, which is not there any more"));
}

TEST_F(WhereItWaits, AProgramThatWasTouchedIsTheSame) {
  const auto program = copy_of(KNOWN_LINES);
  const auto seen = trace({program, "here"});
  std::filesystem::last_write_time(
      program, std::filesystem::file_time_type::clock::now());
  EXPECT_EQ(place_of("recv", seen), "support/known_lines.cpp:2000, in receive");
}

TEST_F(WhereItWaits, WithoutABuildIdSizeAndTimeTellAProgram) {
  const auto program = copy_of(KNOWN_LINES);
  auto seen = trace({program, "here"});
  for (auto& module : seen.modules) module.build_id.clear();
  EXPECT_EQ(place_of("recv", seen), "support/known_lines.cpp:2000, in receive");
  std::filesystem::last_write_time(
      program,
      std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_THAT(place_of("recv", seen), HasSubstr("which has changed since"));
}

TEST_F(WhereItWaits, WithoutAddr2lineTheFunctionIsNamed) {
  const auto seen = trace({KNOWN_LINES, "here"});
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", directory_.c_str(), 1);
  const auto found = find_places(seen.modules, seen.sites);
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_TRUE(found.tool_missing);
  for (const auto& place : found.places) {
    EXPECT_EQ(place.file, "");
    EXPECT_NE(place.function, "");
  }
}

TEST_F(WhereItWaits, ATraceWithoutPlacesIsReadAsBefore) {
  auto seen = trace({KNOWN_LINES, "here"});
  seen.sites.clear();
  seen.modules.clear();
  write_trace(seen, file());
  EXPECT_EQ(place_of("recv", poetry_compare::read_trace(file())), "not known");
}

TEST_F(WhereItWaits, AFileThatIsNoProgramHasNoFunctions) {
  const auto path = (directory_ / "text").string();
  for (const std::string text : {"", "x",
                                 "\x7f"
                                 "ELF",
                                 "not a program"}) {
    std::ofstream(path) << text;
    const poetry_compare::ElfFile elf(path);
    EXPECT_EQ(elf.build_id(), "");
    EXPECT_EQ(elf.function_at(1), "");
    EXPECT_FALSE(elf.has_lines());
  }
}

// To open it for reading waits for a writer.
TEST_F(WhereItWaits, AFifoInPlaceOfAProgramHasNoFunctions) {
  const auto path = (directory_ / "fifo").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const poetry_compare::ElfFile elf(path);
  EXPECT_EQ(elf.function_at(1), "");
}

TEST_F(WhereItWaits, AProgramThatIsCutOffHasNoFunctions) {
  const auto program = copy_of(KNOWN_LINES);
  const auto size = std::filesystem::file_size(program);
  for (std::uintmax_t part = 1; part < 20; ++part) {
    std::filesystem::resize_file(program, size * (20 - part) / 20);
    const poetry_compare::ElfFile elf(program);
    EXPECT_EQ(elf.function_at(1), "") << part;
  }
}

// Two tasks: a thread reads the first one, while bytes of the second one lie
// unread.
poetry_compare::Comparison make_stuck() {
  using poetry_compare::Cause;
  poetry_compare::Comparison comparison;
  comparison.settings.delay = 0.02;
  comparison.poems.resize(2);
  auto& variant = comparison.variants.emplace_back();
  variant.name = "broken";
  auto& picture = variant.picture;
  picture.seen = true;
  picture.threads.resize(1);
  picture.tasks.resize(2);
  picture.tasks[1].poem = 1;
  picture.callers.resize(2);
  picture.callers[0].call = "select";
  picture.callers[0].place = {"a/b", "a/b.cpp", 7, "main", ""};
  picture.callers[1].call = "recv";
  picture.callers[1].place = {"a/b", "", 0, "do_read", ""};
  picture.waits = {{0, 3, 0, poetry_compare::WaitKind::any_task, 0, -1, 0},
                   {3, 2, 0, poetry_compare::WaitKind::one_task, 0, -1, 1}};
  variant.overall.unread = {3, 5, Cause::stuck, 2, 1, 0, true};
  variant.runs = {variant.overall};
  return comparison;
}

TEST(Places, TheSentenceNamesThePlaceOfTheFault) {
  EXPECT_EQ(tell_fault(make_stuck(), make_stuck().variants[0]),
            "broken was stuck in recv, called by a/b, in do_read.");
}

TEST(Places, AVariantWithoutAFaultHasNoSuchSentence) {
  auto comparison = make_stuck();
  comparison.variants[0].overall.unread->blamed = 0;
  EXPECT_EQ(tell_fault(comparison, comparison.variants[0]), "");
}

TEST(Places, EveryFormHasThePlaceOfTheLongestWait) {
  const auto comparison = make_stuck();
  EXPECT_THAT(write_csv(comparison),
              HasSubstr(",select,\"a/b.cpp:7, in main\""));
  EXPECT_THAT(write_markdown(comparison),
              HasSubstr("| broken | select | a/b.cpp:7, in main | 3.00 s |"));
  const auto json = nlohmann::json::parse(write_json(comparison));
  const auto& places = json["variants"][0]["places"];
  EXPECT_EQ(json["variants"][0]["waits_at"], "a/b.cpp:7, in main");
  EXPECT_EQ(places[0]["line"], 7);
  EXPECT_EQ(places[1]["function"], "do_read");
  EXPECT_TRUE(places[1]["file"].is_null());
}

TEST(Places, ThatAreNotKnownAreLeftOut) {
  auto comparison = make_stuck();
  comparison.variants[0].picture.callers.clear();
  EXPECT_EQ(tell_fault(comparison, comparison.variants[0]), "");
  EXPECT_THAT(write_markdown(comparison), Not(HasSubstr("waits in")));
  const auto json = nlohmann::json::parse(write_json(comparison));
  EXPECT_EQ(json["variants"][0]["waits_at"], "");
  EXPECT_TRUE(json["variants"][0]["places"].empty());
}

TEST(ShortName, HasNeitherScopesNorParameters) {
  using poetry_compare::short_name;
  EXPECT_EQ(short_name("main"), "main");
  EXPECT_EQ(short_name("_ZN12_GLOBAL__N_16Client7do_readEv"), "do_read");
  EXPECT_EQ(short_name("a::B<c::D>::e<f::g>(int (*)(h::i))"), "e");
  EXPECT_EQ(short_name("void a::b<int>(int)"), "b");
  EXPECT_EQ(short_name("main::{lambda(int)#1}::operator()(int) const"),
            "a lambda of main");
  EXPECT_EQ(short_name("get(get(int)::Frame*) [clone .actor]"), "get");
  EXPECT_EQ(short_name(""), "");
}

TEST(ShortPath, HasTheLastTwoParts) {
  using poetry_compare::short_path;
  EXPECT_EQ(short_path("/src/async-client/get-poetry.cpp"),
            "async-client/get-poetry.cpp");
  EXPECT_EQ(short_path("/usr/bin/python3.11"), "python3.11");
  EXPECT_EQ(short_path("/lib/x86_64-linux-gnu/libcurl.so.4"), "libcurl.so.4");
  EXPECT_EQ(short_path("main.c"), "main.c");
  EXPECT_EQ(short_path("/main.c"), "main.c");
  EXPECT_EQ(short_path(""), "");
}

}  // namespace
