// Lines, however they are cut.  twisted.protocols.test.test_basic
#include <pthread.h>

#include <functional>
#include <stdexcept>

#include "reactor/protocols/line_receiver.h"
#include "support/parsing.h"
#include "support/tcp.h"

using namespace rig;

namespace {

// Notes what it is given, "raw" bytes together; a line that is a command, does
// it.
class Reader final : public reactor::LineReceiver {
 public:
  using Hook = std::function<void(Reader&, const std::string&)>;

  void line_received(std::string_view line) override {
    lines.emplace_back(line);
    count(line);
    on_line(*this, lines.back());
  }
  void raw_data_received(std::string_view data) override {
    raw += data;
    count(data);
    on_raw(*this, std::string(data));
  }
  void line_length_exceeded(std::string_view line) override {
    ++exceeded;
    dropped += line.size();
    if (loses) LineReceiver::line_length_exceeded(line);
  }
  void connection_lost(std::error_code why) override { reason = why; }
  using LineReceiver::transport;

  Hook on_line = [](Reader&, const std::string&) {};
  Hook on_raw = [](Reader&, const std::string&) {};
  bool loses = true;
  Lines lines;
  std::string raw;
  std::size_t bytes = 0;
  int exceeded = 0;
  std::size_t dropped = 0;
  std::error_code reason;

 private:
  void count(std::string_view some) { bytes += some.size(); }
};

struct Wire {
  Wire() { reader.make_connection(transport); }
  Watchdog watchdog;
  FakeTransport transport;
  Reader reader;
};

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

// Lines, bytes that are none, and lines that are too long, in any order: "2"
// says that two bytes follow, that are not a line.
TEST(LineReceiverOnce, H01_NothingElseDependsOnItEither) {
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

TEST(LineReceiverOnce, H02_ALineOfTheGreatestLengthIsTheLongest) {
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

// The delimiter may still come, as long as it can end a line that is not too
// long.
TEST_F(LineReceiver, H02_ALineWithoutAnEndIsTooLongWhenNoEndCanHelp) {
  reader.data_received(std::string(16384, 'x') + "\r");
  EXPECT_EQ(reader.exceeded, 0);
  reader.data_received("x");
  EXPECT_EQ(reader.exceeded, 1);
  EXPECT_EQ(reader.dropped, 16386u);
}

TEST_F(LineReceiver, H02_ALengthWithoutLimitDoesNotWrap) {
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

TEST_F(LineReceiver, H02_WhoDoesNotLoseTheConnectionGoesOn) {
  reader.loses = false;
  reader.set_max_length(3);
  reader.data_received("three\r\nfour\r\n");
  reader.data_received("two\r\n");
  EXPECT_EQ(reader.exceeded, 1);
  EXPECT_EQ(reader.dropped, 13u);
  EXPECT_EQ(reader.lines, Lines{"two"});
}

// A string that grows has twice the room, and the old one until it has moved.
constexpr std::size_t room(std::size_t chunk) {
  return 4 * (16384 + 2 + chunk);
}

TEST(LineReceiverOnce, H03_AStreamWithoutDelimiterTakesNoMemory) {
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

// --- Lines and bytes ---------------------------------------------------------

// In a thread that has not much of a stack.
void with_little_stack(std::function<void()> call) {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ASSERT_EQ(::pthread_attr_setstacksize(&attributes, 256 << 10), 0);
  pthread_t thread;
  const auto run = [](void* what) -> void* {
    (*static_cast<std::function<void()>*>(what))();
    return nullptr;
  };
  ASSERT_EQ(::pthread_create(&thread, &attributes, run, &call), 0);
  ::pthread_join(thread, nullptr);
  ::pthread_attr_destroy(&attributes);
}

// Each of them gives back all the rest, so neither can it be copied each time.
TEST(LineReceiverOnce, H04_ChangingModesTakesNoStackAndNoCopies) {
  constexpr std::size_t flips = 1'000'000;
  class Flipper final : public reactor::LineReceiver {
   public:
    void line_received(std::string_view) override {
      ++count;
      set_raw_mode();
    }
    void raw_data_received(std::string_view data) override {
      set_line_mode(data.substr(1));
    }
    std::size_t count = 0;
  };
  const Watchdog watchdog;
  FakeTransport transport;
  Flipper flipper;
  flipper.make_connection(transport);
  std::string all;
  while (all.size() < 3 * flips) {
    all += "\r\nx";
  }
  const Allocations allocations;
  with_little_stack([&] { flipper.data_received(all); });
  EXPECT_EQ(flipper.count, flips);
  EXPECT_LT(allocations.count(), 100u);
}

// Even if resuming brings more at once, which is more pausing.
TEST_F(LineReceiver, H04_PausingAndResumingTakesNoStackEither) {
  std::size_t left = 1'000'000;
  transport.on_resume = [&] {
    if (left-- > 0) reader.data_received("\r\n");
  };
  std::size_t count = 0;
  reader.on_line = [&](Reader& some, const std::string&) {
    some.lines.clear();
    ++count;
    some.pause_producing();
    some.resume_producing();
  };
  with_little_stack([&] { reader.data_received("\r\n"); });
  EXPECT_EQ(count, 1'000'001u);
}

TEST_F(LineReceiver, H04_RawBytesComeUntilTheyAreGivenBack) {
  reader.on_line = [](Reader& some, const std::string& line) {
    if (line == "raw") some.set_raw_mode();
  };
  reader.on_raw = [](Reader& some, const std::string& data) {
    const auto end = data.find('.');
    if (end != data.npos) some.set_line_mode(data.substr(end + 1));
  };
  feed(reader, "raw\r\n12\r\n3.a\r\nraw\r\n.b\r\n", 2);
  EXPECT_EQ(reader.lines, (Lines{"raw", "a", "raw", "b"}));
}

TEST_F(LineReceiver, H04_WhatIsNotALineYetMayBecomeRaw) {
  reader.data_received("one\r\ntw");
  reader.set_raw_mode();
  reader.data_received("o\r\n");
  EXPECT_EQ(reader.raw, "two\r\n");
  reader.set_line_mode("thr");
  reader.data_received("ee\r\n");
  EXPECT_EQ(reader.lines, (Lines{"one", "three"}));
}

TEST_F(LineReceiver, H04_WhatIsGivenBackIsSearchedFromItsBeginning) {
  reader.data_received("not a line yet");
  reader.set_raw_mode();
  reader.on_raw = [](Reader& some, const std::string&) {
    some.on_raw = [](Reader&, const std::string&) {};
    some.set_line_mode("a\r\nb\r\nc");
  };
  reader.data_received(".");
  EXPECT_EQ(reader.lines, (Lines{"a", "b"}));
}

// It has seen them once already.
TEST_F(LineReceiver, H04_WhatIsGivenBackDoesNotComeInAgain) {
  class Counter final : public reactor::LineReceiver {
   public:
    void data_received(std::string_view data) override {
      bytes += data.size();
      LineReceiver::data_received(data);
    }
    void line_received(std::string_view line) override {
      lines.emplace_back(line);
    }
    std::size_t bytes = 0;
    std::vector<std::string> lines;
  } counter;
  counter.make_connection(transport);
  counter.set_line_mode("a\r\n");
  counter.data_received("b\r\n");
  EXPECT_EQ(counter.lines, (Lines{"a", "b"}));
  EXPECT_EQ(counter.bytes, 3u);
}

// --- Pausing -----------------------------------------------------------------

TEST_F(LineReceiver, H05_PausingHoldsBackTheLinesThatCameAlready) {
  reader.on_line = [](Reader& some, const std::string&) {
    some.pause_producing();
  };
  reader.data_received("a\r\nb\r\nc");
  EXPECT_TRUE(transport.paused);
  reader.data_received("\r\nd\r\n");
  EXPECT_EQ(reader.lines, (Lines{"a"}));
  reader.resume_producing();
  EXPECT_EQ(reader.lines, (Lines{"a", "b"}));
  EXPECT_TRUE(transport.paused);
  reader.on_line = [](Reader&, const std::string&) {};
  reader.resume_producing();
  EXPECT_EQ(reader.lines, (Lines{"a", "b", "c", "d"}));
  EXPECT_FALSE(transport.paused);
}

TEST_F(LineReceiver, H05_PausingHoldsBackRawBytes) {
  reader.on_line = [](Reader& some, const std::string&) {
    some.set_raw_mode();
    some.pause_producing();
  };
  reader.data_received("a\r\nb\r\n");
  reader.data_received("c");
  EXPECT_EQ(reader.raw, "");
  reader.resume_producing();
  EXPECT_EQ(reader.raw, "b\r\nc");
}

TEST_F(LineReceiver, H05_ClearingForgetsWhatWasHeldBack) {
  std::string cleared;
  reader.on_line = [&](Reader& some, const std::string& line) {
    if (line == "clear") {
      some.data_received("c");
      cleared = some.clear_line_buffer();
    }
    if (line == "pause") some.pause_producing();
  };
  reader.data_received("clear\r\na\r\nb");
  EXPECT_EQ(cleared, "a\r\nbc");
  reader.data_received("c\r\npause\r\nd\r\n");
  EXPECT_EQ(reader.clear_line_buffer(), "d\r\n");
  reader.resume_producing();
  reader.data_received("e\r\nnot a line yet");
  EXPECT_EQ(reader.clear_line_buffer(), "not a line yet");
  reader.data_received("f\r\n");
  EXPECT_EQ(reader.lines, (Lines{"clear", "c", "pause", "e", "f"}));
}

TEST_F(LineReceiver, H05_WhatComesInACallbackIsNextInLine) {
  Lines nested;
  reader.on_line = [&](Reader& some, const std::string& line) {
    if (line != "a") return;
    some.data_received("d\r\ne");
    nested = some.lines;
    EXPECT_EQ(line, "a");
  };
  reader.data_received("a\r\nb\r\nc\r\n");
  EXPECT_EQ(nested, Lines{"a"});
  EXPECT_EQ(reader.lines, (Lines{"a", "b", "c", "d"}));
  EXPECT_EQ(reader.clear_line_buffer(), "e");
}

// The line is still there after whatever else its callback did.
TEST_F(LineReceiver, H05_ALineIsValidDuringItsCallback) {
  class Rude final : public reactor::LineReceiver {
   public:
    void line_received(std::string_view line) override {
      if (line == "nested") return;
      for (int i = 0; i < 100; ++i) {
        data_received("nested\r\n");
      }
      pause_producing();
      resume_producing();
      clear_line_buffer();
      set_raw_mode();
      set_line_mode("one more");
      seen = line;
    }
    std::string seen;
  } rude;
  rude.make_connection(transport);
  const std::string line(3000, 'x');
  rude.data_received(line + "\r\nmore\r\n");
  EXPECT_EQ(rude.seen, line);
}

TEST_F(LineReceiver, H05_AnExceptionLosesNoOtherLine) {
  reader.on_line = [](Reader& some, const std::string& line) {
    if (line != "a") return;
    some.data_received("c\r\n");
    throw std::runtime_error("a bad line");
  };
  EXPECT_THROW(reader.data_received("a\r\nb\r\n"), std::runtime_error);
  reader.data_received("d\r\n");
  EXPECT_EQ(reader.lines, (Lines{"a", "b", "c", "d"}));
}

// Numbered lines, and somebody who at each of them may pause, resume, or be
// given the next ones.
TEST(LineReceiverOnce, H05_WhateverIsDoneTheOrderStays) {
  std::mt19937 random(3);
  for (int i = 0; i < 300; ++i) {
    Wire wire;
    int sent = 0;
    const auto send = [&] {
      std::string some;
      for (auto n = random() % 4; n > 0; --n) {
        some += std::to_string(sent++) + "\r\n";
      }
      wire.reader.data_received(some);
    };
    const auto act = [&](Reader& reader, const std::string&) {
      if (random() % 3 == 0) reader.pause_producing();
      if (random() % 3 == 0) reader.resume_producing();
      if (random() % 4 == 0 && sent < 100) send();
      if (random() % 3 == 0) reader.pause_producing();
    };
    wire.reader.on_line = act;
    while (sent < 100) {
      send();
      act(wire.reader, "");
    }
    for (int more = 0; more < 1000 && wire.reader.lines.size() < 100; ++more) {
      wire.reader.resume_producing();
    }
    Lines expected;
    for (int n = 0; n < sent; ++n) {
      expected.push_back(std::to_string(n));
    }
    wire.reader.on_line = [](Reader&, const std::string&) {};
    wire.reader.resume_producing();
    EXPECT_EQ(wire.reader.lines, expected);
    if (testing::Test::HasFailure()) break;
  }
}

TEST_F(LineReceiver, H05_WhoPausesAtEveryLineDoesNotPayForTheRest) {
  constexpr std::size_t count = 1'000'000;
  std::string all;
  while (all.size() < 2 * count) {
    all += "\r\n";
  }
  std::size_t seen = 0;
  reader.on_line = [&seen](Reader& some, const std::string&) {
    ++seen;
    some.lines.clear();
    some.pause_producing();
  };
  const Allocations allocations;
  reader.data_received(all);
  while (seen < count) {
    reader.resume_producing();
  }
  EXPECT_LT(allocations.count(), 100u);
}

// --- The end -----------------------------------------------------------------

TEST(LineReceiverOnce, H06_AfterQuittingNoLineComes) {
  for (const std::string how : {"lose", "abort"}) {
    for (const std::size_t size : {1u, 100u}) {
      Wire wire;
      wire.reader.on_line = [&](Reader& reader, const std::string& line) {
        if (line != "quit") return;
        how == "lose" ? reader.transport().lose_connection()
                      : reader.transport().abort_connection();
        reader.data_received("c\r\n");
      };
      feed(wire.reader, "a\r\nquit\r\nb\r\n", size);
      wire.reader.data_received("d\r\n");
      wire.reader.resume_producing();
      wire.reader.set_line_mode("e\r\n");
      EXPECT_EQ(wire.reader.lines, (Lines{"a", "quit"}));
      EXPECT_EQ(wire.reader.clear_line_buffer(), "");
    }
  }
}

TEST_F(LineReceiver, H06_WhoPausesAndQuitsGetsNothingHeldBack) {
  reader.on_line = [](Reader& some, const std::string&) {
    some.pause_producing();
  };
  reader.data_received("a\r\nb\r\n");
  transport.lose_connection();
  reader.resume_producing();
  EXPECT_EQ(reader.lines, Lines{"a"});
}

TEST_F(LineReceiver, H06_AfterQuittingNoRawBytesCome) {
  reader.on_line = [](Reader& some, const std::string&) {
    some.set_raw_mode();
    some.transport().lose_connection();
  };
  reader.data_received("a\r\nb");
  reader.data_received("c");
  EXPECT_EQ(reader.raw, "");
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

// Every byte is in a line, in a delimiter, or left over.
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

// Looking for the delimiter from the start of the line at each byte would take
// a minute.
TEST_F(LineReceiver, M02_ALongLineTakesTimeInProportionToItsLength) {
  constexpr std::size_t size = 2'000'000;
  reader.set_max_length(size);
  const Allocations allocations;
  feed(reader, std::string(size, 'x') + "\r\n", 1);
  EXPECT_EQ(reader.bytes, size);
  EXPECT_LT(allocations.count(), 100u);
}

TEST_F(LineReceiver, M02_NothingIsKeptOfWhatIsHandedOut) {
  reader.on_line = [](Reader& some, const std::string&) { some.lines.clear(); };
  const std::string line(9000, 'x');
  const Allocations allocations;
  reader.data_received("a beginning");
  reader.data_received(line + "\r\n" + line + "\r\nan end");
  EXPECT_LT(allocations.live(), 1000u);
  EXPECT_EQ(reader.bytes, 18011u);
}

// --- A real connection -------------------------------------------------------

class LineServer final : public reactor::ProtocolFactory {
 public:
  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address&) override {
    auto reader = std::make_unique<Reader>();
    last = reader.get();
    prepare(*last);
    return reader;
  }
  std::function<void(Reader&)> prepare = [](Reader&) {};
  Reader* last = nullptr;
};

class LineConnection : public TcpTest {};
FOR_EVERY_POLLER(LineConnection);

TEST_P(LineConnection, H05_PausingHoldsTheConnectionToo) {
  const auto server = std::make_shared<LineServer>();
  Lines seen;
  server->prepare = [&](Reader& reader) {
    reader.on_line = [&](Reader& some, const std::string& line) {
      seen.push_back(line);
      if (line == "quit") return some.transport().lose_connection();
      some.pause_producing();
      reactor.call_later(0s, [&some] { some.resume_producing(); });
      some.send_line(line);
    };
  };
  const auto client = std::make_shared<Client>();
  client->prepare = [](Story& story) {
    story.on_made = [](Story& made) {
      made.write("a\r\nb\r\nc\r\nquit\r\nd\r\n");
    };
  };
  const auto to = reactor.listen_tcp(anywhere, server)->host();
  reactor.connect_tcp(to.host, to.port, client);
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(seen, (Lines{"a", "b", "c", "quit"}));
  EXPECT_EQ(client->last().data, "a\r\nb\r\nc\r\n");
  EXPECT_EQ(client->last().reason, reactor::Error::connection_done);
}

}  // namespace
