// The peer ends its sending while bytes are still to be sent to it. They are
// sent, or the reason says that they were not.

#include <sys/socket.h>

#include "tcp/tcp_connection.h"

using namespace rig;
using reactor::Error;

namespace {

// More than the buffers of the system take.
const std::string poem = pattern(0, 20 << 20);

class Draining : public ProtocolAndSocket {
 protected:
  // The connection has read the end of the peer, and cannot send more.
  void begin(std::function<void()> then) {
    steps.after(0, [this] {
      peer.set_blocking(false);
      here().write(poem);
      ::shutdown(peer.fd(), SHUT_WR);
    });
    steps.when([this] { return reactor.readers().empty(); }, std::move(then));
  }

  void when_all_is_received() {
    steps.when([this] {
      const Received rest = receive_all(peer);
      got += rest.data;
      return rest.error != std::errc::operation_would_block;
    });
    steps.when([this] { return client->lost(); });
  }

  std::string got;
};
FOR_EVERY_POLLER(Draining);

TEST_P(Draining, E06_EverythingIsSentToAPeerThatHasEndedItsSending) {
  begin([&] { EXPECT_FALSE(client->lost()); });
  steps.after(10, [&] { EXPECT_FALSE(client->lost()); });
  when_all_is_received();
  steps.run();
  EXPECT_TRUE(got == poem) << got.size();
  EXPECT_EQ(here().reason, Error::connection_done);
  EXPECT_EQ(client->losses, 1);
}

TEST_P(Draining, E06_DataBeforeTheEndIsDelivered) {
  steps.after(0, [&] { send_bytes(peer, "question"); });
  begin([&] { EXPECT_EQ(here().data, "question"); });
  when_all_is_received();
  steps.run();
  EXPECT_TRUE(got == poem) << got.size();
}

TEST_P(Draining, E06_WritesAreSentUntilTheBufferIsEmpty) {
  begin([&] {
    EXPECT_FALSE(here().transport().disconnecting());
    here().write("the end");
  });
  when_all_is_received();
  steps.run();
  EXPECT_TRUE(got == poem + "the end") << got.size();
}

TEST_P(Draining, E06_WritesAfterLoseConnectionAreDropped) {
  begin([&] {
    here().lose();
    EXPECT_TRUE(here().transport().disconnecting());
    here().write("too late");
  });
  when_all_is_received();
  steps.run();
  EXPECT_TRUE(got == poem) << got.size();
  EXPECT_EQ(here().reason, Error::connection_done);
  EXPECT_EQ(client->losses, 1);
}

TEST_P(Draining, E06_ThePeersEndChangesNothingAfterLoseConnection) {
  client->prepare = [](ProtocolRecord& record) {
    record.on_data = [](ProtocolRecord& some) {
      some.write(poem);
      some.lose();
    };
  };
  steps.after(0, [&] {
    peer.set_blocking(false);
    send_bytes(peer, "question");
    ::shutdown(peer.fd(), SHUT_WR);
  });
  when_all_is_received();
  steps.run();
  EXPECT_TRUE(got == poem) << got.size();
  EXPECT_EQ(here().reason, Error::connection_done);
  EXPECT_EQ(here().pieces, 1u);
}

TEST_P(Draining, E06_ADrainingConnectionDoesNotReadAgain) {
  begin([&] {
    here().pause();
    here().resume();
    EXPECT_TRUE(reactor.readers().empty());
  });
  when_all_is_received();
  steps.run();
  EXPECT_TRUE(got == poem) << got.size();
}

TEST_P(Draining, E06_APausedConnectionDrainsWhenItIsResumed) {
  steps.after(0, [&] {
    here().pause();
    here().write(poem);
    ::shutdown(peer.fd(), SHUT_WR);
    peer.set_blocking(false);
  });
  steps.after(5, [&] { here().resume(); });
  when_all_is_received();
  steps.run();
  EXPECT_TRUE(got == poem) << got.size();
  EXPECT_EQ(here().reason, Error::connection_done);
}

TEST_P(Draining, B19_ADrainingConnectionWaitsWithoutWakingTheReactor) {
  int before = 0;
  begin([] {});
  steps.after(100, [&] { before = steps.stats->wakeups; });
  steps.after(20, [&] {
    EXPECT_EQ(steps.stats->wakeups, before);
    EXPECT_FALSE(client->lost());
  });
  steps.run();
}

TEST_P(Draining, E08_AbortDropsTheUnsentBytes) {
  begin([&] {
    here().abort();
    EXPECT_FALSE(client->lost());
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(receive_all(peer).error, was_reset);
  EXPECT_EQ(here().reason, Error::connection_aborted);
  EXPECT_EQ(client->losses, 1);
}

// A reset after the end of the stream is EPIPE, and not ECONNRESET.
TEST_P(Draining, E10_AResetIsTheReason) {
  begin([] {});
  steps.after(5, [&] { rig::reset(peer); });
  steps.when([&] { return client->lost(); });
  steps.after(5);
  steps.run();
  EXPECT_EQ(here().reason, std::errc::broken_pipe);
  EXPECT_EQ(client->losses, 1);
}

TEST_P(Draining, E09_ADrainingConnectionIsNotifiedWhenTheReactorStops) {
  begin([&] { reactor.stop(); });
  steps.run();
  EXPECT_EQ(here().reason, Error::connection_lost);
  EXPECT_EQ(client->losses, 1);
  EXPECT_TRUE(here().gone());
}

TEST_P(Draining, E06_WithNothingUnsentThePeersEndIsTheEnd) {
  steps.after(0, [&] {
    here().write("all of it");
    ::shutdown(peer.fd(), SHUT_WR);
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(here().reason, Error::connection_done);
  EXPECT_EQ(receive_all(peer).data, "all of it");
}

}  // namespace
