// Writing to a transport, and its addresses.

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "tcp/tcp_connection.h"

using namespace rig;
using reactor::Error;

namespace {

class Transport : public TwoProtocols {};
FOR_EVERY_POLLER(Transport);

class TransportWithSocket : public ProtocolAndSocket {};
FOR_EVERY_POLLER(TransportWithSocket);

TEST_P(Transport, E01_AllBytesArriveInOrder) {
  const std::string half = pattern(0, 1 << 20);
  std::string much;
  for (int i = 0; i < 60; ++i) {
    much += half;
  }
  bool same = true;
  client->prepare = [&](ProtocolRecord& record) {
    record.keeps_data = true;
    record.on_data = [&](ProtocolRecord& some) {
      const std::size_t at = some.received - some.data.size();
      if (at < much.size()) {
        const std::string_view rest = std::string_view(much).substr(at);
        const std::size_t n = std::min(rest.size(), some.data.size());
        same = same && rest.substr(0, n) == some.data.substr(0, n);
        some.data.erase(0, n);
      }
    };
  };
  begin([&] {
    there().write(much);
    there().write("the end");
    there().lose();
  });
  when_both_are_lost();
  steps.run();
  EXPECT_TRUE(same);
  EXPECT_EQ(here().received, much.size() + 7);
  EXPECT_EQ(here().data, "the end");
}

TEST_P(Transport, E02_TheSizeOfTheWritesDoesNotMatter) {
  const std::string poem = pattern(0, 5000);
  for (const std::size_t size : {1u, 7u, 64u, 1000u, 5000u}) {
    begin([&, size] {
      there().data.clear();
      for (std::size_t at = 0; at < poem.size(); at += size) {
        here().write(std::string_view(poem).substr(at, size));
      }
    });
    steps.when([&] { return there().data.size() == poem.size(); });
    begin([&] { EXPECT_TRUE(there().data == poem); });
  }
  steps.run();
}

TEST_P(Transport, E03_AShortSendBuffersTheRest) {
  const std::string poem = pattern(0, 1000);
  begin([&] {
    sends.fd = here().fd();
    sends.script = {1, -EAGAIN, 3, -EINTR, 500, -EAGAIN};
    here().write(poem);
    EXPECT_EQ(sends.calls, 1);
    EXPECT_TRUE(is_writer(here()));
    here().write("more");
    EXPECT_EQ(sends.calls, 1);
  });
  steps.when([&] { return there().received == 1004; });
  begin([&] {
    EXPECT_TRUE(there().data == poem + "more");
    EXPECT_EQ(sends.calls, 7);
    EXPECT_FALSE(is_writer(here()));
  });
  steps.run();
}

TEST_P(Transport, E03_AFailedSendIsRepeatedLater) {
  for (const int error : {EAGAIN, EINTR, EWOULDBLOCK}) {
    begin([&, error] {
      sends.fd = here().fd();
      sends.script = {-error};
      there().data.clear();
      here().write("poem");
    });
    steps.when([&] { return there().data == "poem"; });
    begin([&] { EXPECT_FALSE(is_writer(here())); });
  }
  steps.run();
}

TEST_P(TransportWithSocket, E03_AWriteThatIsSentAtOnceDoesNotWaitForRoom) {
  steps.after(1, [&] {
    here().write("a poem");
    EXPECT_TRUE(reactor.writers().empty());
    EXPECT_EQ(receive(peer, 6), "a poem");
  });
  steps.run();
}

TEST_P(TransportWithSocket, E03_AFreshConnectionDoesNotWaitForRoom) {
  client->prepare = [&](ProtocolRecord& record) {
    record.on_made = [&](ProtocolRecord&) {
      EXPECT_TRUE(reactor.writers().empty());
    };
  };
  steps.run();
  EXPECT_TRUE(client->made());
}

TEST_P(TransportWithSocket, E03_ARealFullBufferWaitsForRoom) {
  const std::string poem = pattern(0, 8 << 20);
  std::string got;
  steps.after(0, [&] {
    here().write(poem);
    EXPECT_EQ(reactor.writers().size(), 1u);
  });
  steps.after(20, [&] { peer.set_blocking(false); });
  steps.when([&] {
    got += receive_all(peer).data;
    return got.size() == poem.size();
  });
  steps.after(2, [&] {
    EXPECT_TRUE(reactor.writers().empty());
    EXPECT_TRUE(got == poem);
  });
  steps.run();
}

// A peer that does not read does not keep the reactor awake.
TEST_P(TransportWithSocket, E03_AFullBufferDoesNotWakeTheReactor) {
  const std::string poem(64 << 20, '.');
  int before = 0;
  steps.after(0, [&] { here().write(poem); });
  steps.after(100, [&] { before = steps.stats->wakeups; });
  steps.after(100, [&] {
    EXPECT_EQ(steps.stats->wakeups, before);
    here().abort();
  });
  steps.when([&] { return client->lost(); });
  steps.run();
}

TEST_P(Transport, E04_WritingNothingDoesNothing) {
  int before = 0;
  begin([&] {
    sends.fd = here().fd();
    const std::array<std::string_view, 2> nothing{"", ""};
    here().write("");
    here().transport().write_sequence({});
    here().transport().write_sequence(nothing);
    EXPECT_FALSE(is_writer(here()));
    before = steps.stats->wakeups;
  });
  steps.after(10, [&] {
    EXPECT_EQ(steps.stats->wakeups, before);
    EXPECT_EQ(sends.calls, 0);
    EXPECT_EQ(sends.empty, 0);
  });
  steps.run();
}

TEST_P(Transport, E04_AnEmptyWriteDoesNotWaitForRoom) {
  int before = 0;
  begin([&] {
    sends.fd = here().fd();
    sends.script = {1};
    here().write("poem");
    here().write("");
  });
  steps.when([&] { return there().data == "poem"; });
  steps.after(2, [&] { before = steps.stats->wakeups; });
  steps.after(20, [&] {
    EXPECT_EQ(steps.stats->wakeups, before);
    EXPECT_EQ(sends.calls, 2);
    EXPECT_EQ(sends.empty, 0);
  });
  steps.run();
  EXPECT_EQ(sends.empty, 0);
}

TEST_P(Transport, E04_ASequenceIsOneWrite) {
  begin([&] {
    sends.fd = here().fd();
    const std::array<std::string_view, 4> lines{"one ", "", "two ", "three"};
    here().transport().write_sequence(lines);
    EXPECT_EQ(sends.calls, 1);
  });
  steps.when([&] { return there().data == "one two three"; });
  steps.run();
}

TEST_P(Transport, E05_WritesAfterTheEndAreIgnored) {
  const auto write = [](ProtocolRecord& record) {
    const std::array<std::string_view, 1> line{"late"};
    record.write("late");
    record.transport().write_sequence(line);
    EXPECT_EQ(sends.calls, 0);
  };
  client->prepare = [&](ProtocolRecord& record) { record.on_lost = write; };
  client->on_lost = [&](auto&) { write(here()); };
  begin([&] {
    sends.fd = here().fd();
    here().lose();
    write(here());
    here().resume();
    here().pause();
    here().abort();
    write(here());
  });
  when_both_are_lost();
  steps.run();
  EXPECT_EQ(sends.calls, 0);
  EXPECT_EQ(there().data, "");
}

TEST_P(Transport, E13_ManyTinyBuffers) {
  const std::string poem = pattern(0, 20000);
  begin([&] {
    make_buffers_small(here().fd());
    here().write(poem);
    here().lose();
  });
  when_both_are_lost();
  steps.run();
  EXPECT_TRUE(there().data == poem);
}

TEST_P(Transport, E16_PeerAndHostAreKnownUntilConnectionLost) {
  net::Address host;
  const auto is_known = [&](ProtocolRecord& record) {
    EXPECT_EQ(record.transport().peer(), port->host());
    EXPECT_EQ(record.transport().host(), host);
  };
  client->prepare = [&](ProtocolRecord& record) { record.on_lost = is_known; };
  client->on_lost = [&](auto&) { is_known(here()); };
  begin([&] {
    host = here().transport().host();
    EXPECT_EQ(host, there().transport().peer());
    EXPECT_EQ(there().transport().host(), port->host());
    there().abort();
  });
  when_both_are_lost();
  steps.run();
}

// --- Options -----------------------------------------------------------------

bool option(const ProtocolRecord& record, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(record.fd(), level, name, &value, &size), 0);
  return value != 0;
}

TEST_P(Transport, E03_NoDelayIsTheSystemsOption) {
  begin([&] {
    for (const bool enabled : {true, false}) {
      EXPECT_EQ(here().transport().tcp_no_delay(), !enabled);
      here().transport().set_tcp_no_delay(enabled);
      EXPECT_EQ(option(here(), IPPROTO_TCP, TCP_NODELAY), enabled);
      EXPECT_EQ(here().transport().tcp_no_delay(), enabled);
    }
  });
  begin([&] { there().transport().set_tcp_no_delay(true); });
  begin([&] {
    EXPECT_FALSE(here().transport().tcp_no_delay());
    EXPECT_TRUE(there().transport().tcp_no_delay());
  });
  steps.run();
}

TEST_P(Transport, E13_KeepAliveIsTheSystemsOption) {
  begin([&] {
    for (const bool enabled : {true, false}) {
      EXPECT_EQ(there().transport().tcp_keep_alive(), !enabled);
      there().transport().set_tcp_keep_alive(enabled);
      EXPECT_EQ(option(there(), SOL_SOCKET, SO_KEEPALIVE), enabled);
      EXPECT_EQ(there().transport().tcp_keep_alive(), enabled);
    }
    EXPECT_FALSE(here().transport().tcp_keep_alive());
  });
  steps.run();
}

TEST_P(Transport, E05_ALostConnectionHasNoOptions) {
  client->prepare = [](ProtocolRecord& record) {
    record.on_made = [](ProtocolRecord& made) {
      made.transport().set_tcp_no_delay(true);
      made.transport().set_tcp_keep_alive(true);
    };
    record.on_lost = [](ProtocolRecord& lost) {
      EXPECT_FALSE(lost.transport().tcp_no_delay());
      EXPECT_FALSE(lost.transport().tcp_keep_alive());
      lost.transport().set_tcp_no_delay(true);
      lost.transport().set_tcp_keep_alive(true);
    };
  };
  begin([&] { there().lose(); });
  when_both_are_lost();
  steps.run();
}

// The peer delays its acknowledgements, so that without the option the second
// write would wait for the first one's.
TEST_P(TransportWithSocket, E03_WithNoDelayASmallWriteIsSentAtOnce) {
  steps.after(0, [&] {
    const int off = 0;
    ASSERT_EQ(
        ::setsockopt(peer.fd(), IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off),
        0);
    here().transport().set_tcp_no_delay(true);
    for (int i = 0; i < 5; ++i) {
      int held_back = -1;
      here().write("x");
      ASSERT_EQ(::ioctl(here().fd(), SIOCOUTQNSD, &held_back), 0);
      EXPECT_EQ(held_back, 0);
    }
  });
  steps.run();
}

// --- Sockets that the system does not watch ----------------------------------

class RefusingPoller final : public reactor::Poller {
 public:
  explicit RefusingPoller(const bool& refuses)
      : refuses_(refuses) {}
  void watch(int fd, reactor::Events events) override {
    if (refuses_ && events != reactor::Events()) {
      throw std::system_error(make_error_code(std::errc::not_enough_memory));
    }
    poller_->watch(fd, events);
  }
  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds> timeout) override {
    return poller_->wait(timeout);
  }

 private:
  const bool& refuses_;
  const std::unique_ptr<reactor::Poller> poller_ = reactor::make_poller();
};

// No callback would ever come.
TEST(UnwatchedConnections, EndWithTheErrorOfTheSystem) {
  const std::function<void(ProtocolRecord&)> calls[] = {
      [](ProtocolRecord& one) { one.resume(); },
      [](ProtocolRecord& one) { one.write(std::string(64 << 20, 'x')); },
      [](ProtocolRecord& one) { one.lose(); }};
  for (const auto& call : calls) {
    bool refuses = false;
    SteppedReactor steps(std::make_unique<RefusingPoller>(refuses));
    const net::Socket listener = net::listen(loopback);
    const auto client = std::make_shared<Client>();
    steps.reactor.connect_tcp("127.0.0.1", net::local_address(listener).port,
                              client);
    steps.when([&] { return client->made(); }, [&] { client->last().pause(); });
    steps.after(1, [&] {
      refuses = true;
      call(client->last());
      refuses = false;
    });
    steps.when([&] { return client->lost(); });
    steps.run();
    EXPECT_EQ(client->last().reason, std::errc::not_enough_memory);
  }
}

}  // namespace
