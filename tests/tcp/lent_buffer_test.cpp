// A protocol may provide the buffer that the bytes are read into.
//                                 asyncio's BufferedProtocol,
//                                 test_buffered_proto

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "support/tcp.h"

namespace {

using namespace rig;
using reactor::Error;

class Borrower final : public reactor::Protocol {
 public:
  explicit Borrower(std::function<std::span<char>()> lend)
      : lend_(std::move(lend)) {}

  std::span<char> get_buffer() override {
    lent_ = lend_();
    return lent_;
  }
  void data_received(std::string_view data) override {
    if (!lent_.empty()) {
      EXPECT_EQ(data.data(), lent_.data());
      EXPECT_LE(data.size(), lent_.size());
    }
    received += data;
    largest = std::max(largest, data.size());
    ++pieces;
    if (on_data) on_data();
  }
  void connection_lost(std::error_code why) override { on_lost(why); }

  using Protocol::transport;
  std::string received;
  std::size_t largest = 0;
  std::size_t pieces = 0;
  std::function<void()> on_data;
  std::function<void(std::error_code)> on_lost;

 private:
  std::function<std::span<char>()> lend_;
  std::span<char> lent_;
};

class BorrowerFactory final : public reactor::ClientFactory {
 public:
  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address&) override {
    auto protocol = std::make_unique<Borrower>([this] { return lend(); });
    protocol->on_lost = [this, borrower = protocol.get()](std::error_code why) {
      received = borrower->received;
      largest = borrower->largest;
      pieces = borrower->pieces;
      reason = why;
      lost = true;
    };
    if (prepare) prepare(*protocol);
    built = true;
    return protocol;
  }

  std::function<std::span<char>()> lend;
  std::function<void(Borrower&)> prepare;
  bool built = false;
  bool lost = false;
  std::string received;
  std::size_t largest = 0;
  std::size_t pieces = 0;
  std::error_code reason;
};

// The other end is a bare socket.
class LentBuffer : public TcpTest {
 protected:
  void SetUp() override {
    reactor.connect_tcp("127.0.0.1", net::local_address(listener).port,
                        factory);
    world.when([this] { return factory->built; },
               [this] { peer = accept(listener); });
  }

  // Sends all of it, as much as the system takes at a time, and closes.
  void send(std::string text) {
    rest = std::move(text);
    world.after(0, [this] { peer.set_blocking(false); });
    world.when([this] { return is_sent(); }, [this] { peer.close(); });
  }
  bool is_sent() {
    const ssize_t n = ::send(peer.fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n > 0) rest.erase(0, static_cast<std::size_t>(n));
    return rest.empty();
  }
  void until_lost() {
    world.when([this] { return factory->lost; });
    world.run();
  }

  net::Socket listener = net::listen(anywhere);
  net::Socket peer;
  std::string rest;
  std::shared_ptr<BorrowerFactory> factory =
      std::make_shared<BorrowerFactory>();
};

TEST_P(LentBuffer, BytesAreReadIntoTheProtocolsBuffer) {
  std::string poem(1000, '-');
  std::size_t size = 0;
  factory->lend = [&] { return std::span(poem).subspan(size, 100); };
  factory->prepare = [&](Borrower& borrower) {
    borrower.on_data = [&] { size = borrower.received.size(); };
  };
  send(pattern(0, 900));
  until_lost();
  EXPECT_EQ(poem, pattern(0, 900) + std::string(100, '-'));
  EXPECT_EQ(factory->received, pattern(0, 900));
  EXPECT_EQ(factory->largest, 100u);
  EXPECT_EQ(factory->reason, Error::connection_done);
}

TEST_P(LentBuffer, ABufferOfOneByteIsEnough) {
  char byte = 0;
  factory->lend = [&] { return std::span(&byte, 1); };
  send("a poem");
  until_lost();
  EXPECT_EQ(factory->received, "a poem");
  EXPECT_EQ(factory->pieces, 6u);
}

TEST_P(LentBuffer, AProtocolWithoutABufferReceivesTheBytes) {
  int asked = 0;
  std::array<char, 3> mine{};
  factory->lend = [&] {
    return ++asked % 2 == 0 ? std::span<char>() : std::span<char>(mine);
  };
  send(pattern(0, 100));
  until_lost();
  EXPECT_EQ(factory->received, pattern(0, 100));
  EXPECT_EQ(factory->pieces, 2u);
}

TEST_P(LentBuffer, AHugeBufferIsNotFilledInOneRead) {
  std::string huge(4 << 20, '-');
  factory->lend = [&] { return std::span(huge); };
  world.after(0, [this] {
    const int size = 4 << 20;
    ::setsockopt(peer.fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  });
  send(pattern(0, 2 << 20));
  until_lost();
  EXPECT_TRUE(factory->received == pattern(0, 2 << 20));
  EXPECT_GT(factory->largest, 65536u);
  EXPECT_LE(factory->largest, 262144u);
}

TEST_P(LentBuffer, AProtocolThatAbortsInGetBufferReceivesNothing) {
  Borrower* borrower = nullptr;
  factory->prepare = [&](Borrower& built) { borrower = &built; };
  factory->lend = [&] {
    borrower->transport().abort_connection();
    return std::span<char>();
  };
  send("a poem");
  until_lost();
  EXPECT_EQ(factory->reason, Error::connection_aborted);
  EXPECT_EQ(factory->received, "");
}

TEST_P(LentBuffer, AProtocolThatPausesInGetBufferReceivesNothingUntilResume) {
  Borrower* borrower = nullptr;
  int asked = 0;
  factory->prepare = [&](Borrower& built) { borrower = &built; };
  factory->lend = [&] {
    if (++asked == 1) borrower->transport().pause_producing();
    return std::span<char>();
  };
  send("a poem");
  world.when([&] { return asked == 1; });
  world.after(2, [&] {
    EXPECT_EQ(borrower->received, "");
    borrower->transport().resume_producing();
  });
  until_lost();
  EXPECT_EQ(factory->reason, Error::connection_done);
  EXPECT_EQ(factory->received, "a poem");
}

TEST_P(LentBuffer, AnExceptionInGetBufferEndsTheConnection) {
  const LogCapture log;
  factory->lend = []() -> std::span<char> {
    throw std::runtime_error("no room");
  };
  send("a poem");
  until_lost();
  EXPECT_EQ(factory->reason, Error::callback_failed);
  EXPECT_EQ(factory->received, "");
}

FOR_EVERY_POLLER(LentBuffer);

}  // namespace
