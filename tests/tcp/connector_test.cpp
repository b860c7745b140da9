// One attempt to connect, and what its factory is told.

#include <cerrno>

#include "tcp/tcp_client.h"

using namespace rig;
using reactor::Error;

namespace {

class Connector : public TcpClientTest {};

FOR_EVERY_POLLER(Connector);

TEST_P(Connector, D01_AConnectionIsStartedBuiltMadeLostAndDestroyed) {
  const auto connector = connect(serve("poem"));
  steps.when([&] { return client->outcomes() == 1; });
  steps.after(2, [&] {
    const Lines lines{"started", "built",       "made",
                      "lost",    "client lost", "gone"};
    EXPECT_EQ(*client->lines, lines);
  });
  steps.run();
  EXPECT_EQ(client->last().data, "poem");
  EXPECT_EQ(client->reason, Error::connection_done);
}

// A reset after the accept, before the reactor looks: the connection was made.
TEST_P(Connector, D01_AConnectionResetAtOnceWasConnected) {
  const net::Socket listener = net::listen(loopback);
  connect(net::local_address(listener));
  reactor.call_later(0s, [&] {
    net::Socket peer = accept(listener);
    reset(peer);
  });
  run_until_over();
  EXPECT_EQ(*client->lines,
            (Lines{"started", "built", "made", "lost", "client lost", "gone"}));
  EXPECT_EQ(client->reason, std::errc::connection_reset);
}

TEST_P(Connector, D02_TheFactoryIsNotCalledBeforeConnectTcpReturns) {
  for (const net::Address& to : {net::Address{"255.255.255.255", 1},
                                 {"fe80::1", 1},
                                 {"::1%nosuchinterface", 0},
                                 {"no.test", 1},
                                 closed_address(),
                                 serve("poem")}) {
    const auto one = std::make_shared<Client>();
    bool returned = false;
    one->on_started = [&](auto&) { EXPECT_TRUE(returned); };
    one->on_failed = [&](auto&) { EXPECT_TRUE(returned); };
    SteppedReactor here(reactor::make_poller(GetParam()));
    here.reactor.call_when_running([&] {
      here.reactor.connect_tcp(to.host, to.port, one);
      returned = true;
    });
    here.when([&] { return one->outcomes() == 1 || one->made(); });
    here.run();
    EXPECT_EQ(one->outcomes(), 1) << to_string(to);
  }
}

TEST_P(Connector, D03_ARefusedConnectionFailsOnceAndBuildsNothing) {
  connect(closed_address());
  steps.when([&] { return client->failures == 1; });
  steps.after(10);
  steps.run();
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
  EXPECT_EQ(client->reason, std::errc::connection_refused);
}

TEST_P(Connector, D03_AFailedConnectorIsDestroyed) {
  std::weak_ptr<reactor::Connector> weak = connect(closed_address());
  steps.when([&] { return client->failures == 1; });
  steps.after(2, [&] { EXPECT_TRUE(weak.expired()); });
  steps.run();
}

TEST_P(Connector, D05_AnErrorOfConnectKeepsItsNumber) {
  for (const int error : {ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ETIMEDOUT,
                          EACCES, EADDRNOTAVAIL, ENOBUFS, EPERM}) {
    connect_error = error;
    const auto one = std::make_shared<Client>();
    SteppedReactor here(reactor::make_poller(GetParam()));
    here.reactor.connect_tcp("127.0.0.1", 1, one);
    here.when([&] { return one->outcomes() == 1; });
    here.run();
    EXPECT_EQ(one->reason, std::error_code(error, std::generic_category()));
  }
}

TEST_P(Connector, D06_AnAttemptTimesOut) {
  const FullQueue full;
  const auto before = open_descriptors();
  connect(full.address);
  steps.after(5, [&] { steps.clock.advance(30s - 1ns); });
  steps.after(5, [&] {
    EXPECT_EQ(client->outcomes(), 0);
    EXPECT_EQ(open_descriptors(), before + 1);
    steps.clock.advance(1ns);
  });
  steps.when([&] { return client->failures == 1; });
  steps.after(5, [&] {
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_TRUE(reactor.writers().empty());
  });
  steps.run();
  EXPECT_EQ(client->reason, std::errc::timed_out);
  EXPECT_EQ(client->outcomes(), 1);
}

TEST_P(Connector, D06_TheCallerChoosesTheTimeout) {
  const FullQueue full;
  reactor.connect_tcp(full.address.host, full.address.port, client, 5s);
  steps.after(5, [&] { steps.clock.advance(5s); });
  run_until_over();
  EXPECT_EQ(client->reason, std::errc::timed_out);
}

TEST_P(Connector, D06_ATimeoutThatTheClockCannotHoldIsNoLimit) {
  const FullQueue full;
  std::vector<std::shared_ptr<Client>> clients;
  std::vector<std::shared_ptr<reactor::Connector>> connectors;
  for (const reactor::Duration timeout :
       {reactor::Duration(std::chrono::seconds::max()),
        reactor::Duration(std::chrono::hours::max()),
        reactor::Duration(std::chrono::seconds(18446744074))}) {
    clients.push_back(std::make_shared<Client>());
    connectors.push_back(reactor.connect_tcp(
        full.address.host, full.address.port, clients.back(), timeout));
  }
  steps.after(5, [&] { steps.clock.advance(24h * 365); });
  steps.after(5, [&] {
    for (std::size_t i = 0; i < connectors.size(); ++i) {
      EXPECT_EQ(clients[i]->outcomes(), 0);
      connectors[i]->disconnect();
    }
  });
  steps.after(5);
  steps.run();
  for (const auto& one : clients) {
    EXPECT_EQ(one->reason, std::errc::operation_canceled);
  }
}

TEST_P(Connector, D06_AConnectionHasNoTimeout) {
  const auto server = std::make_shared<Server>();
  connect(serve(server));
  steps.when([&] { return client->made() && server->made(); },
             [&] { steps.clock.advance(24h); });
  steps.after(5, [&] {
    EXPECT_EQ(client->outcomes(), 0);
    EXPECT_TRUE(client->last().is_open());
    server->last().lose();
  });
  run_until_over();
  EXPECT_EQ(client->reason, Error::connection_done);
}

// The reactor waits without limit, so no timer is left.
TEST_P(Connector, D06_FailureLeavesNoTimer) {
  client->on_failed = [&](auto&) {
    reactor.call_from_thread([&] { reactor.stop(); });  // no delayed call
  };
  connect(closed_address());
  reactor.run();
  EXPECT_EQ(client->failures, 1);
  EXPECT_EQ(steps.stats->timeouts.back(), std::nullopt);
}

TEST_P(Connector, D06_SuccessLeavesNoTimer) {
  const auto server = std::make_shared<Server>();
  client->prepare = [](ProtocolRecord& record) {
    record.on_made = [](ProtocolRecord& made) { made.write("?"); };
    record.on_data = [](ProtocolRecord& made) { made.lose(); };
  };
  server->prepare = [](ProtocolRecord& record) {
    record.on_data = [](ProtocolRecord& made) { made.write("!"); };
  };
  client->on_lost = [&](auto&) {
    EXPECT_EQ(steps.stats->timeouts.back(), std::nullopt);
    reactor.stop();
  };
  connect(serve(server));
  reactor.run();
  EXPECT_EQ(client->losses, 1);
}

TEST_P(Connector, D07_StoppingAnAttemptFailsItOnce) {
  bool inside = false;
  client->on_started = [&](reactor::Connector& connector) {
    inside = true;
    connector.disconnect();
    connector.disconnect();
    inside = false;
  };
  client->on_failed = [&](auto&) { EXPECT_FALSE(inside); };
  connect(serve("poem"));
  steps.when([&] { return client->failures == 1; });
  steps.after(10);
  steps.run();
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
  EXPECT_EQ(client->reason, std::errc::operation_canceled);
}

TEST_P(Connector, D08_DisconnectCancelsAPendingAttempt) {
  const FullQueue full;
  const auto before = open_descriptors();
  const auto connector = connect(full.address);
  steps.after(5, [&] {
    connector->disconnect();
    EXPECT_EQ(client->outcomes(), 0);
    EXPECT_EQ(open_descriptors(), before);
  });
  run_until_over();
  EXPECT_EQ(client->reason, std::errc::operation_canceled);
}

TEST_P(Connector, D08_DisconnectCancelsAnAttemptBeforeItsStart) {
  connect(serve("poem"))->disconnect();
  run_until_over();
  EXPECT_EQ(*client->lines, (Lines{"failed"}));
  EXPECT_EQ(client->reason, std::errc::operation_canceled);
}

TEST_P(Connector, D08_DisconnectLosesAConnection) {
  const auto server = std::make_shared<Server>();
  client->prepare = [](ProtocolRecord& record) {
    record.on_made = [](ProtocolRecord& made) { made.write("last words"); };
  };
  const auto connector = connect(serve(server));
  steps.when([&] { return client->made(); },
             [&] {
               connector->disconnect();
               EXPECT_FALSE(client->lost());
             });
  steps.when([&] { return client->lost() && server->lost(); });
  steps.run();
  EXPECT_EQ(client->reason, Error::connection_done);
  EXPECT_EQ(client->losses, 1);
  EXPECT_EQ(server->last().data, "last words");
}

TEST_P(Connector, D08_DisconnectMayBeCalledFromBuildProtocol) {
  client->on_build = [&] { client->connector->disconnect(); };
  connect(serve(std::make_shared<Server>()));
  run_until_over();
  EXPECT_EQ(*client->lines, (Lines{"started", "built", "gone", "failed"}));
  EXPECT_EQ(client->reason, std::errc::operation_canceled);
}

// Some iterations pass between the kernel's connection and ours.
TEST_P(Connector, D08_DisconnectInAnyIterationHasOneOutcome) {
  for (int iterations = 0; iterations < 8; ++iterations) {
    const auto one = std::make_shared<Client>();
    const auto server = std::make_shared<Server>();
    SteppedReactor here(reactor::make_poller(GetParam()));
    const auto port = here.reactor.listen_tcp(loopback, server)->host().port;
    const auto connector = here.reactor.connect_tcp("127.0.0.1", port, one);
    here.after(iterations, [&] { connector->disconnect(); });
    here.after(10, [&] { EXPECT_EQ(one->outcomes(), 1) << iterations; });
    here.run();
    EXPECT_EQ(one->outcomes(), 1) << iterations;
    if (one->failures == 0) {
      EXPECT_EQ(one->reason, Error::connection_done) << iterations;
    } else {
      EXPECT_EQ(one->reason, std::errc::operation_canceled) << iterations;
    }
  }
}

// disconnect() must cancel the new attempt, although the earlier one still
// exists.
TEST_P(Connector, D08_DisconnectCancelsASecondAttempt) {
  for (const bool refuses : {false, true}) {
    const auto one = std::make_shared<Client>();
    one->refuses = refuses;
    const auto again = [left = 1](reactor::Connector& connector) mutable {
      if (left-- != 1) return;
      connector.connect();
      connector.disconnect();
    };
    (refuses ? one->on_failed : one->on_lost) = again;
    const net::Address poems = serve("poem");
    reactor.connect_tcp(poems.host, poems.port, one);
    steps.when(
        [one] { return one->outcomes() == 2; },
        [one] { EXPECT_EQ(one->reason, std::errc::operation_canceled); });
  }
  steps.after(5);
  steps.run();
}

TEST_P(Connector, D08_DisconnectDoesNothingWhenIdle) {
  const auto connector = connect(closed_address());
  steps.when([&] { return client->failures == 1; },
             [&] { connector->disconnect(); });
  steps.after(5);
  steps.run();
  EXPECT_EQ(client->outcomes(), 1);
}

TEST_P(Connector, D09_AConnectorConnectsAgainAfterALoss) {
  net::Socket listener = net::listen(loopback);
  client->on_lost = [](reactor::Connector& connector) { connector.connect(); };
  connect(net::local_address(listener));
  steps.when([&] { return client->made(); },
             [&] {
               const net::Socket last = accept(listener);
               listener.close();
             });
  steps.when([&] { return client->failures == 1; });
  steps.run();
  EXPECT_EQ(*client->lines,
            (Lines{"started", "built", "made", "lost", "client lost", "gone",
                   "started", "failed"}));
  EXPECT_EQ(client->reason, std::errc::connection_refused);
}

TEST_P(Connector, D09_AConnectorConnectsAgainAfterAFailure) {
  client->on_failed = [&](reactor::Connector& connector) {
    if (client->failures < 5) connector.connect();
  };
  connect(closed_address());
  steps.when([&] { return client->failures == 5; });
  steps.after(5);
  steps.run();
  EXPECT_EQ(client->starts, 5);
  EXPECT_EQ(client->failures, 5);
}

TEST_P(Connector, D09_ConnectThrowsUnlessTheConnectorIsIdle) {
  const auto refuses = [](reactor::Connector& connector) {
    EXPECT_EQ(code_thrown_by([&] { connector.connect(); }),
              Error::already_connecting);
  };
  client->on_started = refuses;
  client->on_build = [&] { refuses(*client->connector); };
  client->prepare = [&](ProtocolRecord& record) {
    record.on_made = [&](ProtocolRecord&) { refuses(*client->connector); };
    record.on_lost = [&](ProtocolRecord&) { refuses(*client->connector); };
  };
  refuses(*connect(serve("poem")));
  run_until_over();
}

// --- Factories ---------------------------------------------------------------

TEST_P(Connector, G01_AProtocolIsBuiltForItsDestinationBeforeItIsMade) {
  const net::Address poems = serve("poem");
  client->prepare = [&](ProtocolRecord& record) {
    EXPECT_FALSE(record.made());
    record.on_made = [&](ProtocolRecord& made) {
      EXPECT_EQ(&client->last(), &made);
      EXPECT_EQ(made.transport().peer(), poems);
    };
  };
  connect(poems);
  run_until_over();
  EXPECT_EQ(client->addresses, std::vector{poems});
}

TEST_P(Connector, G03_EachCallbackIsGivenTheSameConnector) {
  const net::Address poems = serve("poem");
  const net::Address typed{"poems.test", poems.port};
  const auto connector = connect(typed);
  const auto is_same = [&](reactor::Connector& one) {
    EXPECT_EQ(&one, connector.get());
    EXPECT_EQ(one.destination(), typed);
  };
  client->on_started = is_same;
  client->on_lost = [&](reactor::Connector& one) {
    is_same(one);
    names.clear();
    one.connect();
  };
  client->on_failed = is_same;
  steps.when([&] { return client->failures == 1; });
  steps.run();
  EXPECT_EQ(client->losses, 1);
}

TEST_P(Connector, G01_AFactoryThatBuildsNoProtocolFailsTheAttempt) {
  client->refuses = true;
  connect(serve("poem"));
  run_until_over();
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
  EXPECT_EQ(client->reason, Error::connection_aborted);
}

TEST_P(Connector, AStoppingReactorEndsAttemptsInEveryState) {
  const FullQueue full;
  std::vector<std::shared_ptr<Client>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_shared<Client>());
  }
  const auto server = std::make_shared<Server>();
  const net::Address poems = serve(server);
  const auto start = [&](const net::Address& to, std::size_t which) {
    reactor.connect_tcp(to.host, to.port, clients[which]);
  };
  start(full.address, 0);
  start(poems, 1);
  steps.when([&] { return clients[1]->made(); }, [&] { start(poems, 2); });
  steps.when([&] { return clients[2]->starts == 1; }, [&] { start(poems, 3); });
  steps.run();
  for (const auto& one : clients) {
    EXPECT_EQ(one->outcomes(), 1);
    EXPECT_EQ(one->reason, Error::connection_lost);
  }
}

}  // namespace
