// How a connection ends: lose_connection(), abort_connection(), and what
// remains.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <algorithm>
#include <random>

#include "tcp/tcp_connection.h"

using namespace rig;
using reactor::Error;

namespace {

class ConnectionEnd : public TwoProtocols {};
FOR_EVERY_POLLER(ConnectionEnd);

class ConnectionEndWithSocket : public ProtocolAndSocket {};
FOR_EVERY_POLLER(ConnectionEndWithSocket);

TEST_P(ConnectionEndWithSocket, E06_LoseConnectionSendsEverythingFirst) {
  const std::string poem = pattern(0, 8 << 20);
  Received rest;
  std::string got;
  steps.after(0, [&] {
    here().write(poem);
    here().lose();
    here().write("too late");
    peer.set_blocking(false);
  });
  steps.after(10, [&] { EXPECT_FALSE(client->lost()); });
  steps.when([&] {
    rest = receive_all(peer);
    got += rest.data;
    return !rest.error;
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_TRUE(got == poem);
  EXPECT_EQ(here().reason, Error::connection_done);
}

TEST_P(ConnectionEnd, E06_LoseConnectionEndsBothSidesInOrder) {
  begin([&] {
    here().write("poem");
    here().lose();
    here().lose();
    EXPECT_FALSE(client->lost());
  });
  when_both_are_lost();
  steps.run();
  EXPECT_EQ(there().data, "poem");
  EXPECT_EQ(there().reason, Error::connection_done);
  EXPECT_EQ(here().reason, Error::connection_done);
}

TEST_P(ConnectionEndWithSocket, E17_LoseWriteConnectionSendsEverythingFirst) {
  const std::string poem = pattern(0, 8 << 20);
  Received rest;
  std::string got;
  steps.after(0, [&] {
    here().write(poem);
    here().transport().lose_write_connection();
    here().transport().write("too late");
    peer.set_blocking(false);
  });
  steps.when([&] {
    rest = receive_all(peer);
    got += rest.data;
    return !rest.error;
  });
  steps.run();
  EXPECT_TRUE(got == poem);
}

TEST_P(ConnectionEndWithSocket, E17_ReceivesUntilThePeerClosesToo) {
  steps.after(0, [&] {
    here().write("question");
    here().transport().lose_write_connection();
    here().transport().lose_write_connection();
    EXPECT_EQ(receive_all(peer).data, "question");
    ::send(peer.fd(), "answer", 6, MSG_NOSIGNAL);
  });
  steps.when([&] { return here().data == "answer"; },
             [&] {
               EXPECT_FALSE(here().transport().disconnecting());
               peer.close();
             });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(here().reason, Error::connection_done);
}

TEST_P(ConnectionEndWithSocket, E17_LoseConnectionEndsAHalfClosedConnection) {
  steps.after(0, [&] {
    here().transport().lose_write_connection();
    here().lose();
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(here().reason, Error::connection_done);
  EXPECT_FALSE(receive_all(peer).error);
}

// LX15: closing a socket with unread bytes would reset the connection and
// destroy the bytes that are still to be sent.
TEST_P(ConnectionEndWithSocket, E06_UnreadInputDoesNotResetTheConnection) {
  const std::string poem = pattern(0, 1 << 20);
  Received rest;
  steps.after(0, [&] {
    send_bytes(peer, std::string(100000, 'x'));
    here().write(poem);
    here().lose();
  });
  steps.when([&] { return client->lost(); });
  steps.after(2, [&] { rest = receive_all(peer); });
  steps.run();
  EXPECT_TRUE(rest.data == poem) << rest.data.size();
  EXPECT_FALSE(rest.error) << rest.error.message();
  EXPECT_EQ(here().received, 0u);
}

// A peer that never stops sending is not read for ever, and receives
// everything.
TEST_P(ConnectionEndWithSocket,
       E06_MuchUnreadInputNeitherResetsNorDelaysTheEnd) {
  steps.after(0, [&] {
    here().pause();
    send_bytes(peer, std::string(100, '?'));
    receives.fd = here().fd();
    here().write("poem");
    here().lose();
  });
  steps.when([&] { return client->lost(); },
             [&] {
               receives.fd = -1;
               EXPECT_EQ(receives.calls, 16);
               const Received rest = receive_all(peer);
               EXPECT_EQ(rest.data, "poem");
               EXPECT_FALSE(rest.error);
             });
  steps.run();
}

TEST_P(ConnectionEnd, E06_LoseConnectionMayBeCalledFromConnectionMade) {
  server->prepare = [](ProtocolRecord& record) {
    record.on_made = [](ProtocolRecord& made) {
      made.write("poem");
      made.lose();
    };
  };
  when_both_are_lost();
  steps.run();
  EXPECT_EQ(here().data, "poem");
  EXPECT_EQ(here().reason, Error::connection_done);
}

TEST_P(ConnectionEndWithSocket, E07_NoDataIsReceivedAfterLoseConnection) {
  steps.after(0, [&] {
    here().write(std::string(16 << 20, '.'));
    here().lose();
    here().resume();
    send_bytes(peer, "late");
    EXPECT_TRUE(reactor.readers().empty());
  });
  steps.after(10, [&] {
    here().resume();
    EXPECT_TRUE(reactor.readers().empty());
  });
  steps.after(10, [&] {
    EXPECT_FALSE(client->lost());
    EXPECT_EQ(here().received, 0u);
    here().abort();
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(here().reason, Error::connection_aborted);
}

TEST_P(ConnectionEnd, E07_NoDataIsReceivedAfterLoseConnectionInDataReceived) {
  client->prepare = [](ProtocolRecord& record) {
    record.on_data = [](ProtocolRecord& some) { some.lose(); };
  };
  begin([&] { there().write(std::string(1 << 20, '.')); });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(here().pieces, 1u);
}

TEST_P(ConnectionEnd, E07_ATransportIsDisconnectingAfterLoseConnection) {
  const auto look = [](ProtocolRecord& record) {
    EXPECT_TRUE(record.transport().disconnecting());
  };
  client->prepare = [&](ProtocolRecord& record) { record.on_lost = look; };
  server->prepare = [&](ProtocolRecord& record) { record.on_lost = look; };
  begin([&] {
    EXPECT_FALSE(here().transport().disconnecting());
    here().lose();
    look(here());
  });
  when_both_are_lost();
  steps.run();
}

TEST_P(ConnectionEnd, E08_ATransportIsDisconnectingAfterAbort) {
  begin([&] {
    here().abort();
    EXPECT_TRUE(here().transport().disconnecting());
    EXPECT_FALSE(there().transport().disconnecting());
  });
  when_both_are_lost();
  steps.run();
}

TEST_P(ConnectionEndWithSocket, E08_AbortResetsThePeerAndNotifiesLater) {
  steps.after(0, [&] {
    here().write(std::string(32 << 20, '.'));
    here().abort();
    EXPECT_FALSE(client->lost());
    here().abort(was_reset);
    here().lose();
    EXPECT_FALSE(client->lost());
    EXPECT_TRUE(reactor.readers().empty());
    EXPECT_TRUE(reactor.writers().empty());
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(here().reason, Error::connection_aborted);
  EXPECT_EQ(client->losses, 1);
  EXPECT_EQ(receive_all(peer).error, was_reset);
}

TEST_P(ConnectionEndWithSocket, E08_AbortPassesItsReasonOn) {
  steps.after(0, [&] {
    here().lose();
    here().abort(make_error_code(std::errc::message_size));
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(client->reason, std::errc::message_size);
}

TEST_P(ConnectionEnd, E08_AbortMayBeCalledFromEachCallback) {
  for (const std::string where : {"made", "data", "lost"}) {
    SteppedReactor inner(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    const auto other = std::make_shared<Server>();
    const auto abort = [](ProtocolRecord& record) { record.abort(); };
    one->prepare = [&](ProtocolRecord& record) {
      if (where == "made") record.on_made = abort;
      if (where == "data") record.on_data = abort;
      if (where == "lost") record.on_lost = abort;
    };
    other->prepare = [](ProtocolRecord& record) {
      record.on_made = [](ProtocolRecord& made) {
        made.write("poem");
        made.lose();
      };
    };
    const auto to = inner.reactor.listen_tcp(loopback, other)->host();
    inner.reactor.connect_tcp(to.host, to.port, one);
    inner.when([&] { return one->losses == 1; });
    inner.after(5);
    inner.run();
    EXPECT_EQ(one->reason, where == "lost" ? Error::connection_done
                                           : Error::connection_aborted);
    EXPECT_EQ(one->losses, 1);
  }
  steps.run();
}

TEST_P(ConnectionEndWithSocket, E09_TheSocketIsClosedBeforeConnectionLost) {
  std::error_code why;
  client->prepare = [&](ProtocolRecord& record) {
    record.on_lost = [&](ProtocolRecord&) { why = receive_all(peer).error; };
  };
  steps.after(0, [&] {
    peer.set_blocking(false);
    here().abort();
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(why, was_reset);
}

TEST_P(ConnectionEnd, E09_ConnectionLostComesOnceAndLast) {
  begin([&] {
    here().write("poem");
    here().lose();
    there().abort();
  });
  when_both_are_lost();
  steps.after(10, [&] {
    here().write("late");
    here().lose();
    here().abort();
    there().abort();
  });
  steps.after(10);
  steps.run();
  EXPECT_EQ(client->losses, 1);
  EXPECT_EQ(*client->lines,
            (Lines{"started", "built", "made", "lost", "client lost", "gone"}));
  EXPECT_EQ(*server->lines, (Lines{"built", "made", "lost", "gone"}));
}

TEST_P(ConnectionEnd, E09_ConnectionsAreNotifiedWhenTheReactorStops) {
  begin([&] {
    here().pause();
    there().write("poem");
    reactor.stop();
  });
  steps.run();
  EXPECT_EQ(here().reason, Error::connection_lost);
  EXPECT_EQ(there().reason, Error::connection_lost);
  EXPECT_TRUE(here().gone());
  EXPECT_EQ(client->losses, 1);
}

TEST_P(ConnectionEnd, E09_AnAbortedConnectionIsNotifiedWhenTheReactorStops) {
  begin([&] {
    here().abort();
    reactor.stop();
  });
  steps.run();
  EXPECT_EQ(here().reason, Error::connection_aborted);
  EXPECT_EQ(client->losses, 1);
}

TEST_P(ConnectionEnd, E09_AConnectionThatIsPausedDuringTheStopIsNotified) {
  const auto pause_both = [&](ProtocolRecord&) {
    here().pause();
    there().pause();
  };
  begin([&] {
    here().on_lost = pause_both;
    there().on_lost = pause_both;
    reactor.stop();
  });
  steps.run();
  EXPECT_EQ(here().reason, Error::connection_lost);
  EXPECT_EQ(there().reason, Error::connection_lost);
}

TEST_P(ConnectionEnd, E18_NothingIsHeldAfterTheEnd) {
  std::weak_ptr<reactor::Connector> weak_connector = connector;
  std::weak_ptr<Client> weak_client;
  connector.reset();
  const auto other = std::make_shared<Server>();
  const auto to = reactor.listen_tcp(loopback, other)->host();
  {
    const auto one = std::make_shared<Client>();
    weak_client = one;
    reactor.connect_tcp(to.host, to.port, one);
  }
  std::size_t before = 0;
  begin([&] { here().lose(); });
  when_both_are_lost();
  steps.after(2, [&] {
    EXPECT_TRUE(here().gone());
    EXPECT_TRUE(there().gone());
    EXPECT_TRUE(weak_connector.expired());
    EXPECT_FALSE(weak_client.expired());
    before = open_descriptors();
    other->last().lose();
  });
  steps.when([&] { return other->last().gone(); });
  steps.after(2, [&] {
    EXPECT_TRUE(weak_client.expired());
    EXPECT_EQ(open_descriptors(), before - 2);
  });
  steps.run();
}

TEST_P(ConnectionEnd, E18_EveryDescriptorIsClosedOnce) {
  bad_closes = 0;
  int fd = -1;
  begin([&] {
    fd = here().fd();
    here().lose();
    there().abort();
  });
  when_both_are_lost();
  begin([&] {
    EXPECT_LT(::fcntl(fd, F_GETFD), 0);
    connector->disconnect();
    port->stop_listening();
    port->stop_listening();
  });
  steps.run();
  EXPECT_EQ(bad_closes, 0);
}

TEST_P(ConnectionEnd, E18_ConnectionsInSequenceReuseTheirDescriptors) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit few{40, limit.rlim_max};
  client->prepare = [](ProtocolRecord& record) {
    record.on_made = [](ProtocolRecord& made) { made.lose(); };
  };
  client->on_lost = [](reactor::Connector& one) { one.connect(); };
  ::setrlimit(RLIMIT_NOFILE, &few);
  steps.when([&] { return client->losses > 60 || client->failures > 0; });
  begin([&] { EXPECT_EQ(client->failures, 0); });
  steps.run();
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// A protocol that is told of an orderly end, and did not ask for it, has
// received everything.
TEST_P(ConnectionEnd, E06_AnOrderlyEndIsComplete) {
  std::mt19937 random(7);
  for (int i = 0; i < 100; ++i) {
    SteppedReactor inner(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    const auto other = std::make_shared<Server>();
    const auto size = static_cast<std::size_t>(random() % 200000);
    const auto piece = static_cast<std::size_t>(1 + random() % 70000);
    other->prepare = [&](ProtocolRecord& record) {
      record.on_made = [&](ProtocolRecord& made) {
        for (std::size_t at = 0; at < size; at += piece) {
          made.write(pattern(at, std::min(piece, size - at)));
        }
        made.lose();
      };
    };
    one->prepare = [&](ProtocolRecord& record) {
      record.on_data = [&](ProtocolRecord& some) {
        if (random() % 3) return;
        some.pause();
        inner.reactor.call_later(0s, [&] { one->last().resume(); });
      };
    };
    const auto to = inner.reactor.listen_tcp(loopback, other)->host();
    inner.reactor.connect_tcp(to.host, to.port, one);
    inner.when([&] { return one->losses == 1; });
    inner.run();
    EXPECT_EQ(one->last().received, size);
    EXPECT_TRUE(one->last().data == pattern(0, size));
  }
  steps.run();
}

}  // namespace
