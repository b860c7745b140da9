// Lines, with a receiver that pauses, quits or changes to raw bytes.
//              twisted.protocols.test.test_basic
#include <pthread.h>

#include <functional>
#include <memory>
#include <stdexcept>

#include "support/function_factory.h"
#include "support/lines.h"
#include "support/tcp.h"

using namespace rig;

namespace {

using Reader = LineReader;
using Wire = LineWire;

class LineControl : public testing::Test, public Wire {};

// --- Lines and bytes ---------------------------------------------------------

// Runs in a thread with a small stack.
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

// Each line returns all of the rest, so copying it each time would be slow.
TEST(LineControlOnce, H04_ChangingModesUsesNoStackAndNoCopies) {
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

// Also if resuming receives more bytes at once, which pause again.
TEST_F(LineControl, H04_PausingAndResumingUsesNoStack) {
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

TEST_F(LineControl, H04_RawModeLastsUntilLineModeIsSet) {
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

TEST_F(LineControl, H04_AnIncompleteLineMayBecomeRaw) {
  reader.data_received("one\r\ntw");
  reader.set_raw_mode();
  reader.data_received("o\r\n");
  EXPECT_EQ(reader.raw, "two\r\n");
  reader.set_line_mode("thr");
  reader.data_received("ee\r\n");
  EXPECT_EQ(reader.lines, (Lines{"one", "three"}));
}

TEST_F(LineControl, H04_ReturnedBytesAreSearchedFromTheirBeginning) {
  reader.data_received("not a line yet");
  reader.set_raw_mode();
  reader.on_raw = [](Reader& some, const std::string&) {
    some.on_raw = [](Reader&, const std::string&) {};
    some.set_line_mode("a\r\nb\r\nc");
  };
  reader.data_received(".");
  EXPECT_EQ(reader.lines, (Lines{"a", "b"}));
}

// The receiver has seen these bytes once already.
TEST_F(LineControl, H04_ReturnedBytesAreNotCountedTwice) {
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

TEST_F(LineControl, H05_PausingHoldsBackBufferedLines) {
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

TEST_F(LineControl, H05_PausingHoldsBackRawBytes) {
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

TEST_F(LineControl, H05_ClearingDropsBufferedBytes) {
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

TEST_F(LineControl, H05_DataReceivedInACallbackComesNext) {
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

// The line stays valid whatever else its callback does.
TEST_F(LineControl, H05_ALineIsValidDuringItsCallback) {
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

TEST_F(LineControl, H05_AnExceptionDropsNoOtherLine) {
  reader.on_line = [](Reader& some, const std::string& line) {
    if (line != "a") return;
    some.data_received("c\r\n");
    throw std::runtime_error("a bad line");
  };
  EXPECT_THROW(reader.data_received("a\r\nb\r\n"), std::runtime_error);
  reader.data_received("d\r\n");
  EXPECT_EQ(reader.lines, (Lines{"a", "b", "c", "d"}));
}

// Numbered lines, and a receiver that may pause, resume or be given the next
// lines at each of them.
TEST(LineControlOnce, H05_RandomOperationsKeepTheOrder) {
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

TEST_F(LineControl, H05_PausingAtEveryLineTakesLinearTime) {
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

TEST(LineControlOnce, H06_NoLineIsReceivedAfterLoseConnection) {
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

TEST_F(LineControl, H06_NoBufferedLineIsReceivedAfterLoseConnection) {
  reader.on_line = [](Reader& some, const std::string&) {
    some.pause_producing();
  };
  reader.data_received("a\r\nb\r\n");
  transport.lose_connection();
  reader.resume_producing();
  EXPECT_EQ(reader.lines, Lines{"a"});
}

TEST_F(LineControl, H06_NoRawBytesAreReceivedAfterLoseConnection) {
  reader.on_line = [](Reader& some, const std::string&) {
    some.set_raw_mode();
    some.transport().lose_connection();
  };
  reader.data_received("a\r\nb");
  reader.data_received("c");
  EXPECT_EQ(reader.raw, "");
}

// --- A real connection -------------------------------------------------------

class LineConnection : public TcpTest {};
FOR_EVERY_POLLER(LineConnection);

TEST_P(LineConnection, H05_PausingPausesTheConnection) {
  Lines seen;
  const auto server = std::make_shared<FunctionFactory>([&] {
    auto reader = std::make_unique<Reader>();
    reader->on_line = [&](Reader& some, const std::string& line) {
      seen.push_back(line);
      if (line == "quit") return some.transport().lose_connection();
      some.pause_producing();
      reactor.call_later(0s, [&some] { some.resume_producing(); });
      some.send_line(line);
    };
    return reader;
  });
  const auto client = std::make_shared<Client>();
  client->prepare = [](ProtocolRecord& record) {
    record.on_made = [](ProtocolRecord& made) {
      made.write("a\r\nb\r\nc\r\nquit\r\nd\r\n");
    };
  };
  const auto to = reactor.listen_tcp(loopback, server)->host();
  reactor.connect_tcp(to.host, to.port, client);
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(seen, (Lines{"a", "b", "c", "quit"}));
  EXPECT_EQ(client->last().data, "a\r\nb\r\nc\r\n");
  EXPECT_EQ(client->last().reason, reactor::Error::connection_done);
}

}  // namespace
