// Netstrings, cut in any way, and invalid ones.
//              twisted.protocols.test.test_basic.NetstringReceiverTests
#include <functional>
#include <memory>
#include <stdexcept>

#include "protocols/netstring_receiver.h"
#include "support/parsing.h"
#include "support/tcp.h"

using namespace rig;

namespace {

class Reader final : public reactor::NetstringReceiver {
 public:
  void string_received(std::string_view string) override {
    strings.emplace_back(string);
    on_string(strings.back());
  }
  std::function<void(const std::string&)> on_string = [](const std::string&) {};
  Lines strings;
};

struct Wire {
  Wire() { reader.make_connection(transport); }
  Watchdog watchdog;
  FakeTransport transport;
  Reader reader;
};

class NetstringReceiver : public testing::Test, public Wire {};

// --- Strings -----------------------------------------------------------------

TEST(NetstringReceiverOnce, H01_TheStringsDoNotDependOnHowTheStreamIsCut) {
  const std::string all = "0:,3:one,3:a,b,10:3:one,4:..,2::,,0:,4:poe";
  const Lines strings{"", "one", "a,b", "3:one,4:..", ":,", ""};
  for (std::size_t size = 1; size <= all.size(); ++size) {
    Wire wire;
    feed(wire.reader, all, size);
    EXPECT_EQ(wire.reader.strings, strings) << size;
    EXPECT_EQ(wire.transport.losses, 0);
    wire.reader.data_received("m,");
    EXPECT_EQ(wire.reader.strings.back(), "poem");
  }
}

// Most streams become invalid: the strings before that, and the failure, are
// the same for each way to cut.
TEST(NetstringReceiverOnce, H01_NoOtherCallDependsOnHowTheStreamIsCut) {
  std::mt19937 random(1);
  for (int i = 0; i < 5000; ++i) {
    std::string all;
    for (auto n = random() % 4; n > 0; --n) {
      const auto length = random() % 12;
      all +=
          std::to_string(length) + ':' + any_of("01:,-", length, random) + ',';
    }
    all += any_of("0129:,a", random() % 12, random);
    const auto read = [&](std::size_t most) {
      Wire wire;
      wire.reader.set_max_length(20);
      feed(wire.reader, all, most, random);
      return std::pair(wire.reader.strings, wire.transport.losses);
    };
    const auto at_once = read(1000);
    EXPECT_EQ(read(1), at_once) << all;
    EXPECT_EQ(read(7), at_once) << all;
    if (HasFailure()) break;
  }
}

TEST_F(NetstringReceiver, H08_EveryStringThatIsSentIsReceived) {
  using namespace std::string_literals;
  const Lines strings{"", "poem", "4:poem,", "\0\xff\r\n"s,
                      std::string(99999, '9')};
  for (const std::string& string : strings) {
    reader.send_string(string);
  }
  EXPECT_TRUE(transport.written.starts_with("0:,4:poem,7:4:poem,,"));
  reader.data_received(transport.written);
  EXPECT_EQ(reader.strings, strings);
  EXPECT_EQ(transport.losses, 0);
}

TEST_F(NetstringReceiver, H08_AStringIsReceivedWithItsLastByte) {
  feed(reader, "0:", 1);
  EXPECT_EQ(reader.strings, Lines{});
  reader.data_received(",");
  EXPECT_EQ(reader.strings, Lines{""});
  feed(reader, "1:a", 1);
  EXPECT_EQ(reader.strings, Lines{""});
  reader.data_received(",");
  EXPECT_EQ(reader.strings, (Lines{"", "a"}));
}

// --- Invalid netstrings ------------------------------------------------------

// The first invalid byte loses the connection.
TEST(NetstringReceiverOnce, H09_AnInvalidNetstringLosesTheConnection) {
  using namespace std::string_literals;
  const struct {
    std::string good, bad;
  } cases[] = {
      {"", ":"},       {"", ","},      {"", "a"},       {"", "-"},
      {"", "+"},       {"", " "},      {"", "\n"},      {"", "\0"s},
      {"", "\xb2"},    {"", "\xff"},   {"0", "0"},      {"0", "1"},
      {"0", ","},      {"0", "x"},     {"0:", ":"},     {"0:", "a"},
      {"1", " "},      {"1", ","},     {"1", "a"},      {"1", "."},
      {"1", "e"},      {"1", "\0"s},   {"1", "\r"},     {"3:one", "e"},
      {"3:one", "\n"}, {"3:one", ":"}, {"4:one,", ":"}, {"2:on", "e"},
      {"9999", "-"},   {"1:a,", ","},  {"1:a,", "\n"},  {"0:,", ":"},
  };
  for (const auto& [good, bad] : cases) {
    for (const std::string& before : {""s, "4:poem,"s}) {
      const auto all = before + good + bad;
      SCOPED_TRACE(all);
      Wire wire;
      feed(wire.reader, before + good, 1);
      EXPECT_EQ(wire.transport.losses, 0);
      wire.reader.data_received(bad);
      EXPECT_EQ(wire.transport.losses, 1);
      const Lines strings = wire.reader.strings;
      wire.reader.data_received("4:poem,");
      EXPECT_EQ(wire.reader.strings, strings);
      EXPECT_EQ(wire.transport.losses, 1);

      Wire at_once;
      at_once.reader.data_received(all + ",4:poem,");
      EXPECT_EQ(at_once.reader.strings, strings);
      EXPECT_EQ(at_once.transport.losses, 1);
    }
  }
}

// --- Lengths -----------------------------------------------------------------

TEST(NetstringReceiverOnce,
     H10_ALengthIsRefusedAtTheFirstDigitThatExceedsTheLimit) {
  const struct {
    std::size_t most;
    std::string good, bad;
  } cases[] = {
      {99999, "99999", "0"}, {99999, "99999", "9"}, {99999, "10000", "0"},
      {16384, "1638", "5"},  {16384, "16384", "0"}, {16384, "9999", "9"},
      {10, "1", "1"},        {10, "", "2:"},        {5, "", "6"},
      {5, "5", "0"},         {0, "0", "0"},         {0, "", "1"},
  };
  for (const auto& [most, good, bad] : cases) {
    SCOPED_TRACE(std::to_string(most) + ": " + good + bad);
    Wire wire;
    wire.reader.set_max_length(most);
    wire.reader.data_received(good);
    EXPECT_EQ(wire.transport.losses, 0);
    wire.reader.data_received(bad);
    EXPECT_EQ(wire.transport.losses, bad.size() == 2 ? 0 : 1);
  }
}

TEST(NetstringReceiverOnce, H10_AStringOfMaxLengthIsReceivedALongerOneIsNot) {
  for (const std::size_t most : {0u, 1u, 9u, 10u, 11u, 99999u}) {
    Wire wire;
    wire.reader.set_max_length(most);
    const std::string longest(most, 'x');
    wire.reader.send_string(longest);
    wire.reader.send_string(longest + 'x');
    wire.reader.data_received(wire.transport.written);
    EXPECT_EQ(wire.reader.strings, Lines{longest}) << most;
    EXPECT_EQ(wire.transport.losses, 1);
  }
}

TEST(NetstringReceiverOnce, H10_ALengthDoesNotOverflow) {
  const auto greatest = static_cast<std::size_t>(-1);
  for (const std::size_t most : {greatest, greatest - 1, greatest / 10}) {
    Wire wire;
    wire.reader.set_max_length(most);
    const std::string digits = std::to_string(most);
    wire.reader.data_received(digits + ":0:,");
    EXPECT_EQ(wire.transport.losses, 0);
    EXPECT_EQ(wire.reader.strings, Lines{});

    Wire more;
    more.reader.set_max_length(most);
    std::string one_more = digits;
    ++one_more.back();  // no number ends in a nine
    more.reader.data_received(one_more);
    EXPECT_EQ(more.transport.losses, 1);
  }
}

TEST_F(NetstringReceiver, H10_AHugeLengthAllocatesNothing) {
  const std::string absurd = "99999999999999999999:";
  const Allocations allocations;
  reader.data_received(absurd);
  EXPECT_EQ(transport.losses, 1);
  EXPECT_LT(allocations.peak(), 200u);
  EXPECT_LT(allocations.live(), 100u);
}

TEST(NetstringReceiverOnce,
     H12_MemoryFollowsTheReceivedBytesNotTheAnnouncedLength) {
  constexpr std::size_t connections = 10'000;
  FakeTransport transport;
  std::vector<std::unique_ptr<Reader>> readers(connections);
  for (auto& reader : readers) {
    reader = std::make_unique<Reader>();
    reader->make_connection(transport);
  }
  const Allocations allocations;
  for (const auto& reader : readers) {
    reader->data_received("99999:");
  }
  EXPECT_LT(allocations.peak(), 64 * connections);
  for (const auto& reader : readers) {
    reader->data_received(std::string_view("It was a cold night in June, and"));
  }
  EXPECT_LT(allocations.peak(), 256 * connections);
  EXPECT_EQ(transport.losses, 0);
}

TEST_F(NetstringReceiver, H12_ReceivedStringsAreNotKept) {
  reader.on_string = [this](const std::string&) { reader.strings.clear(); };
  const Allocations allocations;
  feed(reader, "60000:" + std::string(60000, 'x') + ",20:poem", 30000);
  EXPECT_LT(allocations.live(), 1000u);
}

TEST_F(NetstringReceiver, M02_ALongStringTakesTimeInProportionToItsLength) {
  constexpr std::size_t size = 2'000'000;
  reader.set_max_length(size);
  const std::string all = "2000000:" + std::string(size, 'x') + ",";
  const Allocations allocations;
  feed(reader, all, 1);
  EXPECT_EQ(reader.strings.at(0).size(), size);
  EXPECT_LT(allocations.count(), 100u);
}

// --- In callbacks ------------------------------------------------------------

TEST_F(NetstringReceiver, H05_PausingHoldsBackBufferedStrings) {
  reader.on_string = [this](const std::string&) { reader.pause_producing(); };
  reader.data_received("1:a,1:b,");
  reader.data_received("1:c,");
  EXPECT_EQ(reader.strings, Lines{"a"});
  EXPECT_TRUE(transport.paused);
  reader.on_string = [this](const std::string& string) {
    if (string == "b") reader.data_received("1:d,");
  };
  reader.resume_producing();
  EXPECT_EQ(reader.strings, (Lines{"a", "b", "c", "d"}));
  EXPECT_FALSE(transport.paused);
}

TEST_F(NetstringReceiver, H05_AnExceptionDropsNoOtherString) {
  reader.on_string = [this](const std::string& string) {
    if (string != "a") return;
    reader.data_received("1:c,");
    throw std::runtime_error("a bad string");
  };
  EXPECT_THROW(reader.data_received("1:a,1:b,"), std::runtime_error);
  reader.data_received("1:d,");
  EXPECT_EQ(reader.strings, (Lines{"a", "b", "c", "d"}));
}

TEST(NetstringReceiverOnce, H06_NoStringIsReceivedAfterLoseConnection) {
  for (const bool aborts : {true, false}) {
    Wire wire;
    wire.reader.on_string = [&](const std::string& string) {
      if (string != "quit") return;
      aborts ? wire.transport.abort_connection()
             : wire.transport.lose_connection();
      wire.reader.data_received("1:c,");
    };
    wire.reader.data_received("1:a,4:quit,1:b,x");
    wire.reader.data_received("1:d,");
    EXPECT_EQ(wire.reader.strings, (Lines{"a", "quit"}));
    EXPECT_EQ(wire.transport.losses + wire.transport.aborts, 1);
  }
}

}  // namespace
