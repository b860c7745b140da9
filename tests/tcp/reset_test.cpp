// The end that the peer makes: a close or a reset, while the connection reads,
// is paused or only writes.

#include <sys/socket.h>

#include <algorithm>
#include <csignal>

#include "tcp/tcp_connection.h"

using namespace rig;
using reactor::Error;

namespace {

class Reset : public ProtocolAndSocket {};
FOR_EVERY_POLLER(Reset);

TEST_P(Reset, E10_AnEndAndAResetHaveDifferentReasons) {
  const auto record = [&](bool is_reset, const std::string& data) {
    SteppedReactor inner(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    const net::Socket queue = net::listen(loopback);
    net::Socket other;
    inner.reactor.connect_tcp("127.0.0.1", net::local_address(queue).port, one);
    inner.when([&] { return one->made(); },
               [&] {
                 other = accept(queue);
                 if (!data.empty()) send_bytes(other, data);
                 is_reset ? rig::reset(other) : other.close();
               });
    inner.when([&] { return one->lost(); });
    inner.run();
    EXPECT_EQ(one->last().data, data);
    return one->reason;
  };
  for (const std::string data : {"", "eleven char"}) {
    EXPECT_EQ(record(false, data), Error::connection_done) << data;
    EXPECT_EQ(record(true, data), was_reset) << data;
  }
  steps.run();
}

// One wake-up reports the data, the end and the reset.
TEST_P(Reset, E11_DataBeforeAResetIsDelivered) {
  steps.after(0, [&] {
    send_bytes(peer, "eleven char");
    rig::reset(peer);
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(here().data, "eleven char");
  EXPECT_EQ(here().reason, was_reset);
}

// More than one buffer of data, and while the connection has bytes to write.
TEST_P(Reset, E11_DataBeforeAResetIsDeliveredAlthoughAWriteFailsFirst) {
  const std::string poem = pattern(0, 100000);
  for (const bool is_pending : {false, true}) {
    SteppedReactor inner(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    const net::Socket queue = net::listen(loopback);
    net::Socket other;
    inner.reactor.connect_tcp("127.0.0.1", net::local_address(queue).port, one);
    inner.when([&] { return one->made(); },
               [&] {
                 other = accept(queue);
                 if (is_pending) one->last().write(std::string(16 << 20, '.'));
                 send_bytes(other, poem);
                 rig::reset(other);
                 one->last().write("more");
                 one->last().write("and more");
               });
    inner.when([&] { return one->lost(); });
    inner.run();
    EXPECT_TRUE(one->last().data == poem) << one->last().received;
    EXPECT_TRUE(one->reason == was_reset ||
                one->reason == std::errc::broken_pipe)
        << one->reason.message();
  }
  steps.run();
}

// The first write after the peer's close succeeds and is answered by a reset.
TEST_P(Reset, E11_DataOfAClosedPeerIsDeliveredAfterAWriteToIt) {
  const std::string poem = pattern(0, 100000);
  steps.after(0, [&] {
    here().pause();
    send_bytes(peer, poem);
    peer.close();
    here().write("first");
    here().resume();
    here().write("second");
    here().write("third");
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_TRUE(here().data == poem) << here().received;
}

TEST_P(Reset, L03_OneBufferIsReadInAnIteration) {
  std::size_t most = 0;
  std::size_t pieces = 0;
  client->prepare = [&](ProtocolRecord& record) {
    record.on_data = [&](ProtocolRecord& some) {
      most = std::max(most, some.data.size());
      some.data.clear();
    };
  };
  steps.after(0, [&] {
    peer.set_blocking(false);
    rig::fill(peer);
    pieces = here().pieces;
  });
  for (int i = 0; i < 10; ++i) {
    steps.after(1, [&] {
      EXPECT_LE(here().pieces, pieces + 2);  // of the two iterations in between
      pieces = here().pieces;
      rig::fill(peer);
    });
  }
  steps.run();
  EXPECT_GT(here().pieces, 5u);
  EXPECT_LE(most, 65536u);
}

TEST_P(Reset, E12_PausingHoldsBackAndLosesNothing) {
  const std::string poem = pattern(0, 4 * 4096);
  std::size_t before = 0;
  client->prepare = [](ProtocolRecord& record) {
    record.on_made = [](ProtocolRecord& made) { made.pause(); };
    record.on_data = [](ProtocolRecord& some) { some.pause(); };
  };
  for (std::size_t i = 0; i < 4; ++i) {
    steps.after(0, [&, i] {
      before = here().received;
      send_bytes(peer, std::string_view(poem).substr(i * 4096, 4096));
      EXPECT_TRUE(reactor.readers().empty());
    });
    steps.after(5, [&] {
      EXPECT_EQ(here().received, before);
      here().resume();
      here().resume();
    });
    steps.when([&, i] { return here().received == (i + 1) * 4096; });
  }
  steps.after(0, [&] { peer.close(); });
  steps.after(5, [&] {
    EXPECT_FALSE(client->lost());
    here().resume();
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_TRUE(here().data == poem);
  EXPECT_EQ(here().reason, Error::connection_done);
}

// B19: epoll would report the reset again and again, even without interest.
TEST_P(Reset, E12_APausedConnectionDoesNotWakeTheReactor) {
  int before = 0;
  steps.after(0, [&] {
    here().pause();
    send_bytes(peer, "poem");
    rig::reset(peer);
    before = steps.stats->wakeups;
  });
  steps.after(20, [&] {
    EXPECT_EQ(steps.stats->wakeups, before);
    EXPECT_FALSE(client->lost());
    here().resume();
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(here().data, "poem");
  EXPECT_EQ(here().reason, was_reset);
}

TEST_P(Reset, E12_APausedConnectionCanBeLostAndAborted) {
  for (const bool is_abort : {false, true}) {
    SteppedReactor inner(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    const net::Socket queue = net::listen(loopback);
    inner.reactor.connect_tcp("127.0.0.1", net::local_address(queue).port, one);
    one->prepare = [&](ProtocolRecord& record) {
      record.on_made = [&](ProtocolRecord& made) {
        made.pause();
        is_abort ? made.abort() : made.lose();
      };
    };
    inner.when([&] { return one->lost(); });
    inner.run();
    EXPECT_EQ(one->reason,
              is_abort ? Error::connection_aborted : Error::connection_done);
  }
  steps.run();
}

TEST_P(Reset, E13_APausedConnectionEndsWhenItWritesToAClosedPeer) {
  steps.after(0, [&] {
    here().pause();
    peer.close();
    here().write("the first is answered by a reset");
    here().write("the second finds it");
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_TRUE(here().reason == std::errc::broken_pipe ||
              here().reason == was_reset);
}

TEST_P(Reset, J05_WritingToAClosedPeerRaisesNoSignal) {
  struct sigaction action {};
  ASSERT_EQ(::sigaction(SIGPIPE, nullptr, &action), 0);
  ASSERT_EQ(action.sa_handler, SIG_DFL);  // which would end us
  steps.after(0, [&] {
    here().pause();
    peer.close();
    for (int i = 0; i < 10; ++i) {
      here().write("is anybody there?");
    }
  });
  steps.when([&] { return client->lost(); });
  steps.run();
}

// The write fails before the pause.
TEST_P(Reset, E13_AConnectionPausedAfterAFailedWriteEndsWithTheNextWrite) {
  client->prepare = [](ProtocolRecord& record) {
    record.on_data = [](ProtocolRecord& some) {
      if (some.pieces == 2) some.pause();
    };
  };
  steps.after(0, [&] {
    send_bytes(peer, std::string(100000, '.'));
    rig::reset(peer);
    here().write("one");
    here().write("two");
  });
  steps.when([&] { return here().pieces == 2; });
  steps.after(5, [&] {
    EXPECT_FALSE(client->lost());
    here().write("three");
    EXPECT_FALSE(client->lost());
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(here().received, 100000u);
  EXPECT_EQ(here().reason, was_reset);
}

// A reset after the end of the stream is EPIPE, and not ECONNRESET.
TEST_P(Reset, J05_UnsentDataOfAPausedConnectionRaisesNoSignal) {
  steps.after(0, [&] {
    here().pause();
    here().write(std::string(32 << 20, '.'));
    ::shutdown(peer.fd(), SHUT_WR);
  });
  steps.after(5, [&] { rig::reset(peer); });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(here().reason, std::errc::broken_pipe);
}

// B18: an error also ends a connection that only writes.
TEST_P(Reset, E13_AResetEndsAWriteOnlyConnectionAtOnce) {
  int before = 0;
  steps.after(0, [&] {
    here().write(std::string(32 << 20, '.'));
    here().lose();
  });
  steps.after(100, [&] {
    before = steps.stats->wakeups;
    rig::reset(peer);
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_LE(steps.stats->wakeups, before + 2);
  EXPECT_TRUE(here().reason == was_reset ||
              here().reason == std::errc::broken_pipe);
}

}  // namespace
