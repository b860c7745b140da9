// Lines, however they are cut.  twisted.protocols.test.test_basic
#include <stdexcept>
#include <tuple>

#include "support/lines.h"
#include "support/tcp.h"

using namespace rig;

namespace {

using Reader = LineReader;
using Wire = LineWire;

class LineReceiver : public testing::Test, public Wire {};

// --- Cutting -----------------------------------------------------------------

const std::string sample =
    "\r\none\r\n\ntwo\nlines\r\r\nthree\r\n\r\nfour, and the rest\r\nfiv";
const Lines sample_lines{"",      "one", "\ntwo\nlines\r",
                         "three", "",    "four, and the rest"};

TEST(LineReceiverOnce, H01_TheLinesDoNotDependOnHowTheStreamIsCut) {
  for (std::size_t size = 1; size <= sample.size(); ++size) {
    Wire wire;
    feed(wire.reader, sample, size);
    EXPECT_EQ(wire.reader.lines, sample_lines) << size;
    EXPECT_EQ(wire.reader.clear_line_buffer(), "fiv");
    EXPECT_EQ(wire.transport.losses, 0);
  }
}

// Lines, raw bytes, and lines that are too long, in random order: a line "2"
// announces that two raw bytes follow.
TEST(LineReceiverOnce, H01_NoOtherCallDependsOnHowTheStreamIsCut) {
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    const std::string all = any_of("a\r\n-2", random() % 40, random);
    const std::string delimiters[] = {"\n", "\r\n", "\r\n\r", "-\r-"};
    const std::string delimiter = delimiters[random() % 4];
    const auto read = [&](std::size_t most) {
      Wire wire;
      wire.reader.set_delimiter(delimiter);
      wire.reader.set_max_length(5);
      wire.reader.on_line = [](Reader& reader, const std::string& line) {
        if (!line.ends_with("2")) return;
        reader.raw += "|";
        reader.set_raw_mode();
      };
      wire.reader.on_raw = [](Reader& reader, const std::string& data) {
        const auto now = reader.raw.size() - reader.raw.rfind('|') - 1;
        if (now < 2) return;
        const auto extra = now - 2;
        reader.raw.resize(reader.raw.size() - extra);
        reader.set_line_mode(std::string(data, data.size() - extra));
      };
      feed(wire.reader, all, most, random);
      return std::tuple(wire.reader.lines, wire.reader.raw,
                        wire.reader.exceeded);
    };
    const auto at_once = read(1000);
    EXPECT_EQ(read(1), at_once) << all;
    EXPECT_EQ(read(7), at_once) << all;
    if (HasFailure()) break;
  }
}

TEST_F(LineReceiver, H01_ALineIsSentWithItsDelimiter) {
  reader.send_line("poem");
  reader.set_delimiter("\n");
  reader.send_line("");
  EXPECT_EQ(transport.written, "poem\r\n\n");
}

TEST_F(LineReceiver, H01_ADelimiterMayChangeBetweenTwoLines) {
  reader.on_line = [](Reader& some, const std::string& line) {
    if (line == "semicolons") some.set_delimiter(";");
  };
  reader.data_received("semicolons\r\na;b\r\n;c\r\n");
  EXPECT_EQ(reader.lines, (Lines{"semicolons", "a", "b\r\n"}));
  reader.set_delimiter("\n");
  reader.data_received(".\n");
  EXPECT_EQ(reader.lines, (Lines{"semicolons", "a", "b\r\n", "c\r", "."}));
  EXPECT_THROW(reader.set_delimiter(""), std::invalid_argument);
}

// --- Lengths -----------------------------------------------------------------

TEST(LineReceiverOnce, H02_ALineOfMaxLengthIsReceivedALongerOneIsNot) {
  for (const std::string delimiter : {"\n", "\r\n", "abc"}) {
    for (const std::size_t most : {0u, 1u, 2u, 3u, 64u, 16384u}) {
      for (const std::size_t more : {0u, 1u, 2u, 3u}) {
        const std::string line(most + more, 'x');
        const std::string all = line + delimiter + delimiter;
        for (std::size_t cut = 0; cut <= delimiter.size() + more; ++cut) {
          Wire wire;
          wire.reader.set_delimiter(delimiter);
          wire.reader.set_max_length(most);
          wire.reader.data_received(all.substr(0, most + cut));
          wire.reader.data_received(all.substr(most + cut));
          const Lines expected = more ? Lines{} : Lines{line, ""};
          EXPECT_EQ(wire.reader.lines, expected) << most << '+' << more << cut;
          EXPECT_EQ(wire.reader.exceeded, more ? 1 : 0);
          EXPECT_EQ(wire.transport.losses, more ? 1 : 0);
        }
      }
    }
  }
}

// The delimiter may still come as long as the line is not too long.
TEST_F(LineReceiver, H02_AnUnterminatedLineIsTooLongOnceNoDelimiterFits) {
  reader.data_received(std::string(16384, 'x') + "\r");
  EXPECT_EQ(reader.exceeded, 0);
  reader.data_received("x");
  EXPECT_EQ(reader.exceeded, 1);
  EXPECT_EQ(reader.dropped, 16386u);
}

TEST_F(LineReceiver, H02_AnUnlimitedLengthDoesNotOverflow) {
  reader.set_max_length(static_cast<std::size_t>(-1));
  feed(reader, std::string(40000, 'x') + "\r\n", 1000);
  EXPECT_EQ(reader.lines, Lines{std::string(40000, 'x')});
}

TEST_F(LineReceiver, H02_LinesBeforeOneThatIsTooLongAreReceived) {
  reader.set_max_length(3);
  reader.data_received("one\r\nthree\r\ntwo\r\n");
  EXPECT_EQ(reader.lines, Lines{"one"});
  EXPECT_EQ(reader.exceeded, 1);
  reader.data_received("two\r\n");
  EXPECT_EQ(reader.lines, Lines{"one"});
}

TEST_F(LineReceiver, H02_AReceiverThatKeepsTheConnectionReceivesTheNextLine) {
  reader.loses = false;
  reader.set_max_length(3);
  reader.data_received("three\r\nfour\r\n");
  reader.data_received("two\r\n");
  EXPECT_EQ(reader.exceeded, 1);
  EXPECT_EQ(reader.dropped, 13u);
  EXPECT_EQ(reader.lines, Lines{"two"});
}

// A growing string needs twice the room, and the old memory until it has moved.
constexpr std::size_t room(std::size_t chunk) {
  return 4 * (16384 + 2 + chunk);
}

TEST(LineReceiverOnce, H03_AStreamWithoutDelimiterNeedsBoundedMemory) {
  for (const bool loses : {true, false}) {
    for (const std::size_t size : {1000u, 65536u}) {
      Wire wire;
      wire.reader.loses = loses;
      const std::string chunk(size, 'x');
      const Allocations allocations;
      for (std::size_t sent = 0; sent < 100'000'000; sent += size) {
        wire.reader.data_received(chunk);
      }
      EXPECT_LT(allocations.peak(), room(size));
      if (loses) {
        EXPECT_LT(allocations.live(), 1000u);
        EXPECT_EQ(wire.reader.exceeded, 1);
      }
    }
  }
}

// --- Bytes -------------------------------------------------------------------

TEST(LineReceiverOnce, H07_OnlyTheDelimiterEndsALine) {
  using namespace std::string_literals;
  const struct {
    std::string delimiter, all;
    Lines lines;
    std::string rest;
  } cases[] = {
      {"\r\n", "a\nb\r\n", {"a\nb"}, ""},
      {"\r\n", "a\rb\r\n", {"a\rb"}, ""},
      {"\r\n", "a\r\r\nb", {"a\r"}, "b"},
      {"\r\n", "a\n\r\n", {"a\n"}, ""},
      {"\r\n", "\n\r", {}, "\n\r"},
      {"\r\n", "a\0b\r\n\0\r\n"s, {"a\0b"s, "\0"s}, ""},
      {"\r\n", "\xff\x80\r\n\xe4", {"\xff\x80"}, "\xe4"},
      {"\n", "a\r\nb\n", {"a\r", "b"}, ""},
      {"\n", "\n\n", {"", ""}, ""},
      {"\r", "a\r\nb\r", {"a", "\nb"}, ""},
      {"\0"s, "a\0\0b"s, {"a", ""}, "b"},
      {"aa", "aaab", {""}, "ab"},
      {"aab", "aaab", {"a"}, ""},
  };
  for (const auto& [delimiter, all, lines, rest] : cases) {
    for (std::size_t size = 1; size <= all.size(); ++size) {
      Wire wire;
      wire.reader.set_delimiter(delimiter);
      feed(wire.reader, all, size);
      EXPECT_EQ(wire.reader.lines, lines) << all;
      EXPECT_EQ(wire.reader.clear_line_buffer(), rest) << all;
    }
  }
}

// Each byte is in a line, in a delimiter, or left over.
TEST(LineReceiverOnce, H07_NoByteIsLostAndNoneComesTwice) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    const std::string all = any_of("\r\n\n\r\xff.", random() % 60, random);
    Wire wire;
    feed(wire.reader, all, 5, random);
    std::string together;
    for (const std::string& line : wire.reader.lines) {
      together += line + "\r\n";
    }
    EXPECT_EQ(together + wire.reader.clear_line_buffer(), all);
  }
}

// --- Cost --------------------------------------------------------------------

// Searching for the delimiter from the start of the line at each byte would
// take a minute.
TEST_F(LineReceiver, M02_ALongLineTakesTimeInProportionToItsLength) {
  constexpr std::size_t size = 2'000'000;
  reader.set_max_length(size);
  const Allocations allocations;
  feed(reader, std::string(size, 'x') + "\r\n", 1);
  EXPECT_EQ(reader.bytes, size);
  EXPECT_LT(allocations.count(), 100u);
}

TEST_F(LineReceiver, M02_ReceivedLinesAreNotKept) {
  reader.on_line = [](Reader& some, const std::string&) { some.lines.clear(); };
  const std::string line(9000, 'x');
  const Allocations allocations;
  reader.data_received("a beginning");
  reader.data_received(line + "\r\n" + line + "\r\nan end");
  EXPECT_LT(allocations.live(), 1000u);
  EXPECT_EQ(reader.bytes, 18011u);
}

}  // namespace
