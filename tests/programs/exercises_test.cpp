// The exercises of the guide that are servers and clients.

#include <sys/socket.h>

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/process.h"
#include "support/servers.h"

namespace {

using rig::Caller;
using rig::Process;

const std::string exercises = "docs/exercises/";
const std::string science = rig::poem_path("science");

// --- Poems by name -----------------------------------------------------------

// The protocol of lines, or that of netstrings.
struct Framing {
  std::string name;
  std::string ask_for_science;
  std::string no_such_poem;
  std::string endless;  // the beginning of a name without an end
};

void PrintTo(const Framing& framing, std::ostream* out) {
  *out << framing.name;
}

class PoemsByName : public testing::TestWithParam<Framing> {
 protected:
  std::string path(const std::string& part) const {
    return rig::program(exercises + GetParam().name + '-' + part);
  }

  void SetUp() override { port = port_of(server); }

  static std::uint16_t port_of(Process& process) {
    process.wait_for_out(".\n");
    const std::string out = process.out();
    return static_cast<std::uint16_t>(std::stoi(out.substr(out.rfind(' '))));
  }

  rig::Outcome get(const std::string& name) {
    return rig::run({.words = {path("client"), std::to_string(port), name}});
  }

  Process server{{.words = {path("server"), "--silence", "0.5", science,
                            rig::poem_path("geduld")}}};
  std::uint16_t port = 0;
};

INSTANTIATE_TEST_SUITE_P(
    In,
    PoemsByName,
    testing::Values(Framing{"lines", "science\n",
                            "There are only: geduld science\n",
                            std::string(1000, 'x')},
                    Framing{"netstrings", "7:science,",
                            "-There are only: geduld science\n", "1000:"}),
    [](const auto& test) { return test.param.name; });

TEST_P(PoemsByName, AreSentByteForByte) {
  const auto outcome = get("science");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, rig::contents(science));
  EXPECT_EQ(outcome.err, "");
}

TEST_P(PoemsByName, AnUnknownNameIsAnsweredWithTheNamesThereAre) {
  const auto outcome = get("haiku");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, GetParam().no_such_poem);
}

TEST_P(PoemsByName, SeveralMayBeAskedForAtOnce) {
  Caller caller(port);
  caller.send(GetParam().ask_for_science + GetParam().ask_for_science);
  const std::string poem = rig::contents(science);
  const std::string got = caller.read(2 * poem.size());
  EXPECT_NE(got.find(poem), std::string::npos);
}

TEST_P(PoemsByName, M02_ANameThatIsTooLongEndsTheConnection) {
  Process patient({.words = {path("server"), "--silence", "600", science}});
  Caller hostile(port_of(patient));
  hostile.send(GetParam().endless);
  EXPECT_EQ(hostile.read_all(), "");
  Caller polite(port_of(patient));
  polite.send(GetParam().ask_for_science);
  EXPECT_NE(polite.read(100), "");
}

TEST_P(PoemsByName, M03_ASilentClientIsGivenUp) {
  Caller silent(port);
  EXPECT_EQ(silent.read_all(), "");
}

// It asks for poems, and reads none: the server reads no further names.
TEST_P(PoemsByName, M09_AClientThatNeverReadsDoesNotFillTheMemory) {
  const long before = server.memory();
  Caller deaf(port);
  std::string names;
  for (int i = 0; i < 5000; ++i) names += GetParam().ask_for_science;
  for (int i = 0; i < 20; ++i) {
    if (::send(deaf.sock().fd(), names.data(), names.size(),
               MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
      break;
    }
  }
  EXPECT_EQ(get("science").status, 0);
  if (!rig::is_sanitized) {
    EXPECT_LE(server.memory(), before + 2048);
  }
}

TEST_P(PoemsByName, AClientReportsARefusal) {
  const rig::RefusingPort closed;
  const auto outcome = rig::run(
      {.words = {path("client"), std::to_string(closed.port()), "science"}});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "No poem: Connection refused\n");
}

TEST_P(PoemsByName, M01_AClientRefusesAnAnswerThatIsTooLong) {
  const bool is_line = GetParam().name == "lines";
  rig::Server hostile(
      rig::sends_and_stalls(is_line ? "OK 9999999\n" : "9999999:"));
  const auto outcome = rig::run(
      {.words = {path("client"), std::to_string(hostile.port()), "x"}});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
}

// --- The first poem ----------------------------------------------------------

rig::Outcome first_poem(std::vector<std::string> words) {
  words.insert(words.begin(), rig::program(exercises + "first-poem"));
  return rig::run({.words = words});
}

TEST(FirstPoem, IsPrintedAndNoOther) {
  rig::Server silent(rig::stays_silent());
  rig::Server good(rig::serves("a poem\n"));
  const rig::RefusingPort closed;
  const auto outcome =
      first_poem({silent.address(), closed.address(), good.address()});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "a poem\n");
}

TEST(FirstPoem, IsMissingIfAllServersRefuse) {
  const rig::RefusingPort closed;
  const auto outcome = first_poem({closed.address(), closed.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  const auto line =
      "Failed to connect to " + closed.address() + ": Connection refused\n";
  EXPECT_EQ(outcome.err, line + line);
}

TEST(FirstPoem, MustBeCompleteInTime) {
  rig::Server slow(rig::sends_and_stalls("eleven byte"));
  const auto outcome = first_poem({"--timeout", "0.5", slow.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "Task 1: connection lost after 11 bytes: Connection timed out\n");
}

TEST(FirstPoem, HasAtMostTheGivenNumberOfBytes) {
  rig::Server endless(rig::never_ends());
  const auto outcome = first_poem({"--max-bytes", "1000", endless.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_NE(outcome.err.find("more than 1000 bytes"), std::string::npos)
      << outcome.err;
}

}  // namespace
