// A protocol may provide the buffer that the bytes are read into.
//                                 asyncio's BufferedProtocol,
//                                 test_buffered_proto

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "support/function_factory.h"
#include "support/tcp.h"

namespace {

using namespace rig;
using reactor::Error;

class BufferedProtocol final : public reactor::Protocol {
 public:
  explicit BufferedProtocol(std::function<std::span<char>()> lend)
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

// The other end is a bare socket.
class LentBuffer : public TcpTest {
 protected:
  void SetUp() override {
    reactor.connect_tcp("127.0.0.1", net::local_address(listener).port,
                        factory);
    steps.when([this] { return is_built; },
               [this] { peer = accept(listener); });
  }

  // Sends all of it, as much as the system takes at a time, and closes.
  void send(std::string text) {
    rest = std::move(text);
    steps.after(0, [this] { peer.set_blocking(false); });
    steps.when([this] { return is_sent(); }, [this] { peer.close(); });
  }
  bool is_sent() {
    const ssize_t n = ::send(peer.fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n > 0) rest.erase(0, static_cast<std::size_t>(n));
    return rest.empty();
  }
  void until_lost() {
    steps.when([this] { return lost; });
    steps.run();
  }

  net::Socket listener = net::listen(loopback);
  net::Socket peer;
  std::string rest;
  std::shared_ptr<FunctionFactory> factory =
      std::make_shared<FunctionFactory>([this] { return build(); });

  std::function<std::span<char>()> lend;
  std::function<void(BufferedProtocol&)> prepare;
  bool is_built = false;

  // Copied from the protocol when its connection is lost.
  bool lost = false;
  std::string received;
  std::size_t largest = 0;
  std::size_t pieces = 0;
  std::error_code reason;

 private:
  std::unique_ptr<BufferedProtocol> build() {
    auto protocol =
        std::make_unique<BufferedProtocol>([this] { return lend(); });
    protocol->on_lost = [this, one = protocol.get()](std::error_code why) {
      received = one->received;
      largest = one->largest;
      pieces = one->pieces;
      reason = why;
      lost = true;
    };
    if (prepare) prepare(*protocol);
    is_built = true;
    return protocol;
  }
};

TEST_P(LentBuffer, BytesAreReadIntoTheProtocolsBuffer) {
  std::string poem(1000, '-');
  std::size_t size = 0;
  lend = [&] { return std::span(poem).subspan(size, 100); };
  prepare = [&](BufferedProtocol& protocol) {
    protocol.on_data = [&] { size = protocol.received.size(); };
  };
  send(pattern(0, 900));
  until_lost();
  EXPECT_EQ(poem, pattern(0, 900) + std::string(100, '-'));
  EXPECT_EQ(received, pattern(0, 900));
  EXPECT_EQ(largest, 100u);
  EXPECT_EQ(reason, Error::connection_done);
}

TEST_P(LentBuffer, ABufferOfOneByteIsEnough) {
  char byte = 0;
  lend = [&] { return std::span(&byte, 1); };
  send("a poem");
  until_lost();
  EXPECT_EQ(received, "a poem");
  EXPECT_EQ(pieces, 6u);
}

TEST_P(LentBuffer, AProtocolWithoutABufferReceivesTheBytes) {
  int asked = 0;
  std::array<char, 3> mine{};
  lend = [&] {
    return ++asked % 2 == 0 ? std::span<char>() : std::span<char>(mine);
  };
  send(pattern(0, 100));
  until_lost();
  EXPECT_EQ(received, pattern(0, 100));
  EXPECT_EQ(pieces, 2u);
}

TEST_P(LentBuffer, AHugeBufferIsNotFilledInOneRead) {
  std::string huge(4 << 20, '-');
  lend = [&] { return std::span(huge); };
  steps.after(0, [this] {
    const int size = 4 << 20;
    ::setsockopt(peer.fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  });
  send(pattern(0, 2 << 20));
  until_lost();
  EXPECT_TRUE(received == pattern(0, 2 << 20));
  EXPECT_GT(largest, 65536u);
  EXPECT_LE(largest, 262144u);
}

TEST_P(LentBuffer, AProtocolThatAbortsInGetBufferReceivesNothing) {
  BufferedProtocol* protocol = nullptr;
  prepare = [&](BufferedProtocol& built) { protocol = &built; };
  lend = [&] {
    protocol->transport().abort_connection();
    return std::span<char>();
  };
  send("a poem");
  until_lost();
  EXPECT_EQ(reason, Error::connection_aborted);
  EXPECT_EQ(received, "");
}

TEST_P(LentBuffer, AProtocolThatPausesInGetBufferReceivesNothingUntilResume) {
  BufferedProtocol* protocol = nullptr;
  int asked = 0;
  prepare = [&](BufferedProtocol& built) { protocol = &built; };
  lend = [&] {
    if (++asked == 1) protocol->transport().pause_producing();
    return std::span<char>();
  };
  send("a poem");
  steps.when([&] { return asked == 1; });
  steps.after(2, [&] {
    EXPECT_EQ(protocol->received, "");
    protocol->transport().resume_producing();
  });
  until_lost();
  EXPECT_EQ(reason, Error::connection_done);
  EXPECT_EQ(received, "a poem");
}

TEST_P(LentBuffer, AnExceptionInGetBufferEndsTheConnection) {
  const LogCapture log;
  lend = []() -> std::span<char> { throw std::runtime_error("no room"); };
  send("a poem");
  until_lost();
  EXPECT_EQ(reason, Error::callback_failed);
  EXPECT_EQ(received, "");
}

FOR_EVERY_POLLER(LentBuffer);

}  // namespace
