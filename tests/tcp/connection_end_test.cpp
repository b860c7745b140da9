// How a connection ends: lose_connection(), abort_connection(), and what
// remains.

#include <fcntl.h>
#include <sys/resource.h>
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
  Rest rest;
  std::string got;
  world.after(0, [&] {
    here().write(poem);
    here().lose();
    here().write("too late");
    peer.set_blocking(false);
  });
  world.after(10, [&] { EXPECT_FALSE(client->lost()); });
  world.when([&] {
    rest = receive_all(peer);
    got += rest.data;
    return !rest.error;
  });
  world.when([&] { return client->lost(); });
  world.run();
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
  world.run();
  EXPECT_EQ(there().data, "poem");
  EXPECT_EQ(there().reason, Error::connection_done);
  EXPECT_EQ(here().reason, Error::connection_done);
}

// LX15: closing a socket with unread bytes would reset the connection and
// destroy the bytes that are still to be sent.
TEST_P(ConnectionEndWithSocket, E06_UnreadInputDoesNotResetTheConnection) {
  const std::string poem = pattern(0, 1 << 20);
  Rest rest;
  world.after(0, [&] {
    say(peer, std::string(100000, 'x'));
    here().write(poem);
    here().lose();
  });
  world.when([&] { return client->lost(); });
  world.after(2, [&] { rest = receive_all(peer); });
  world.run();
  EXPECT_TRUE(rest.data == poem) << rest.data.size();
  EXPECT_FALSE(rest.error) << rest.error.message();
  EXPECT_EQ(here().received, 0u);
}

// A peer that never stops sending is not read for ever, and receives
// everything.
TEST_P(ConnectionEndWithSocket,
       E06_MuchUnreadInputNeitherResetsNorDelaysTheEnd) {
  world.after(0, [&] {
    here().pause();
    say(peer, std::string(100, '?'));
    receives.fd = here().fd();
    here().write("poem");
    here().lose();
  });
  world.when([&] { return client->lost(); },
             [&] {
               receives.fd = -1;
               EXPECT_EQ(receives.calls, 16);
               const Rest rest = receive_all(peer);
               EXPECT_EQ(rest.data, "poem");
               EXPECT_FALSE(rest.error);
             });
  world.run();
}

TEST_P(ConnectionEnd, E06_LoseConnectionMayBeCalledFromConnectionMade) {
  server->prepare = [](Story& story) {
    story.on_made = [](Story& made) {
      made.write("poem");
      made.lose();
    };
  };
  when_both_are_lost();
  world.run();
  EXPECT_EQ(here().data, "poem");
  EXPECT_EQ(here().reason, Error::connection_done);
}

TEST_P(ConnectionEndWithSocket, E07_NoDataIsReceivedAfterLoseConnection) {
  world.after(0, [&] {
    here().write(std::string(16 << 20, '.'));
    here().lose();
    here().resume();
    say(peer, "late");
    EXPECT_TRUE(reactor.readers().empty());
  });
  world.after(10, [&] {
    here().resume();
    EXPECT_TRUE(reactor.readers().empty());
  });
  world.after(10, [&] {
    EXPECT_FALSE(client->lost());
    EXPECT_EQ(here().received, 0u);
    here().abort();
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(here().reason, Error::connection_aborted);
}

TEST_P(ConnectionEnd, E07_NoDataIsReceivedAfterLoseConnectionInDataReceived) {
  client->prepare = [](Story& story) {
    story.on_data = [](Story& some) { some.lose(); };
  };
  begin([&] { there().write(std::string(1 << 20, '.')); });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(here().pieces, 1u);
}

TEST_P(ConnectionEnd, E07_ATransportIsDisconnectingAfterLoseConnection) {
  const auto look = [](Story& story) {
    EXPECT_TRUE(story.transport().disconnecting());
  };
  client->prepare = [&](Story& story) { story.on_lost = look; };
  server->prepare = [&](Story& story) { story.on_lost = look; };
  begin([&] {
    EXPECT_FALSE(here().transport().disconnecting());
    here().lose();
    look(here());
  });
  when_both_are_lost();
  world.run();
}

TEST_P(ConnectionEnd, E08_ATransportIsDisconnectingAfterAbort) {
  begin([&] {
    here().abort();
    EXPECT_TRUE(here().transport().disconnecting());
    EXPECT_FALSE(there().transport().disconnecting());
  });
  when_both_are_lost();
  world.run();
}

TEST_P(ConnectionEndWithSocket, E08_AbortResetsThePeerAndNotifiesLater) {
  world.after(0, [&] {
    here().write(std::string(32 << 20, '.'));
    here().abort();
    EXPECT_FALSE(client->lost());
    here().abort(was_reset);
    here().lose();
    EXPECT_FALSE(client->lost());
    EXPECT_TRUE(reactor.readers().empty());
    EXPECT_TRUE(reactor.writers().empty());
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(here().reason, Error::connection_aborted);
  EXPECT_EQ(client->losses, 1);
  EXPECT_EQ(receive_all(peer).error, was_reset);
}

TEST_P(ConnectionEndWithSocket, E08_AbortPassesItsReasonOn) {
  world.after(0, [&] {
    here().lose();
    here().abort(make_error_code(std::errc::message_size));
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(client->reason, std::errc::message_size);
}

TEST_P(ConnectionEnd, E08_AbortMayBeCalledFromEachCallback) {
  for (const std::string where : {"made", "data", "lost"}) {
    World inner(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    const auto other = std::make_shared<Server>();
    const auto abort = [](Story& story) { story.abort(); };
    one->prepare = [&](Story& story) {
      if (where == "made") story.on_made = abort;
      if (where == "data") story.on_data = abort;
      if (where == "lost") story.on_lost = abort;
    };
    other->prepare = [](Story& story) {
      story.on_made = [](Story& made) {
        made.write("poem");
        made.lose();
      };
    };
    const auto to = inner.reactor.listen_tcp(anywhere, other)->host();
    inner.reactor.connect_tcp(to.host, to.port, one);
    inner.when([&] { return one->losses == 1; });
    inner.after(5);
    inner.run();
    EXPECT_EQ(one->reason, where == "lost" ? Error::connection_done
                                           : Error::connection_aborted);
    EXPECT_EQ(one->losses, 1);
  }
  world.run();
}

TEST_P(ConnectionEndWithSocket, E09_TheSocketIsClosedBeforeConnectionLost) {
  std::error_code why;
  client->prepare = [&](Story& story) {
    story.on_lost = [&](Story&) { why = receive_all(peer).error; };
  };
  world.after(0, [&] {
    peer.set_blocking(false);
    here().abort();
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(why, was_reset);
}

TEST_P(ConnectionEnd, E09_ConnectionLostComesOnceAndLast) {
  begin([&] {
    here().write("poem");
    here().lose();
    there().abort();
  });
  when_both_are_lost();
  world.after(10, [&] {
    here().write("late");
    here().lose();
    here().abort();
    there().abort();
  });
  world.after(10);
  world.run();
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
  world.run();
  EXPECT_EQ(here().reason, Error::connection_lost);
  EXPECT_EQ(there().reason, Error::connection_lost);
  EXPECT_TRUE(here().gone());
  EXPECT_EQ(client->losses, 1);
}

TEST_P(ConnectionEnd, E18_NothingIsHeldAfterTheEnd) {
  std::weak_ptr<reactor::Connector> weak_connector = connector;
  std::weak_ptr<Client> weak_client;
  connector.reset();
  const auto other = std::make_shared<Server>();
  const auto to = reactor.listen_tcp(anywhere, other)->host();
  {
    const auto one = std::make_shared<Client>();
    weak_client = one;
    reactor.connect_tcp(to.host, to.port, one);
  }
  std::size_t before = 0;
  begin([&] { here().lose(); });
  when_both_are_lost();
  world.after(2, [&] {
    EXPECT_TRUE(here().gone());
    EXPECT_TRUE(there().gone());
    EXPECT_TRUE(weak_connector.expired());
    EXPECT_FALSE(weak_client.expired());
    before = open_descriptors();
    other->last().lose();
  });
  world.when([&] { return other->last().gone(); });
  world.after(2, [&] {
    EXPECT_TRUE(weak_client.expired());
    EXPECT_EQ(open_descriptors(), before - 2);
  });
  world.run();
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
  world.run();
  EXPECT_EQ(bad_closes, 0);
}

TEST_P(ConnectionEnd, E18_ConnectionsInSequenceReuseTheirDescriptors) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit few{40, limit.rlim_max};
  client->prepare = [](Story& story) {
    story.on_made = [](Story& made) { made.lose(); };
  };
  client->on_lost = [](reactor::Connector& one) { one.connect(); };
  ::setrlimit(RLIMIT_NOFILE, &few);
  world.when([&] { return client->losses > 60 || client->failures > 0; });
  begin([&] { EXPECT_EQ(client->failures, 0); });
  world.run();
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// A protocol that is told of an orderly end, and did not ask for it, has
// received everything.
TEST_P(ConnectionEnd, E06_AnOrderlyEndIsComplete) {
  std::mt19937 random(7);
  for (int i = 0; i < 100; ++i) {
    World inner(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    const auto other = std::make_shared<Server>();
    const auto size = static_cast<std::size_t>(random() % 200000);
    const auto piece = static_cast<std::size_t>(1 + random() % 70000);
    other->prepare = [&](Story& story) {
      story.on_made = [&](Story& made) {
        for (std::size_t at = 0; at < size; at += piece) {
          made.write(pattern(at, std::min(piece, size - at)));
        }
        made.lose();
      };
    };
    one->prepare = [&](Story& story) {
      story.on_data = [&](Story& some) {
        if (random() % 3) return;
        some.pause();
        inner.reactor.call_later(0s, [&] { one->last().resume(); });
      };
    };
    const auto to = inner.reactor.listen_tcp(anywhere, other)->host();
    inner.reactor.connect_tcp(to.host, to.port, one);
    inner.when([&] { return one->losses == 1; });
    inner.run();
    EXPECT_EQ(one->last().received, size);
    EXPECT_TRUE(one->last().data == pattern(0, size));
  }
  world.run();
}

}  // namespace
