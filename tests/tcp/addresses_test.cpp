// A name with several addresses, of which some do not answer.

#include <sys/socket.h>

#include <algorithm>

#include "tcp/tcp_client.h"

using namespace rig;
using reactor::Error;

namespace {

// 127.0.0.1 does not answer, because the queue of the listener is full. The
// tests say what listens on 127.0.0.2 and 127.0.0.3, with the same port.
class Addresses : public TcpClientTest {
 protected:
  void connect_to(std::vector<std::string> ip_addresses) {
    names["many.test"] = std::move(ip_addresses);
    connector = connect({"many.test", full.address.port});
    steps.when([this] { return pending() == 1; });
  }
  void listen_on(const std::string& ip_address) {
    reactor.listen_tcp({ip_address, full.address.port}, server);
  }
  std::size_t pending() const { return reactor.writers().size(); }

  const FullQueue full;
  const std::shared_ptr<Server> server = std::make_shared<Server>();
  std::shared_ptr<reactor::Connector> connector;
};

FOR_EVERY_POLLER(Addresses);

TEST_P(Addresses, D10_AnAddressThatDoesNotAnswerDelaysTheNextByAQuarterSecond) {
  listen_on("127.0.0.2");
  connect_to({"127.0.0.1", "127.0.0.2"});
  steps.after(5, [&] { steps.clock.advance(250ms - 1ns); });
  steps.after(5, [&] {
    EXPECT_EQ(pending(), 1u);
    EXPECT_FALSE(server->made());
    steps.clock.advance(1ns);
  });
  steps.when([&] { return client->made(); },
             [&] {
               EXPECT_EQ(client->last().transport().peer().host, "127.0.0.2");
               client->last().lose();
             });
  run_until_over();
  EXPECT_EQ(client->reason, Error::connection_done);
}

TEST_P(Addresses, D10_TheOtherAttemptsEndWhenOneIsConnected) {
  std::size_t before = 0;
  listen_on("127.0.0.2");
  connect_to({"127.0.0.1", "127.0.0.1", "127.0.0.2"});
  steps.after(1, [&] {
    before = open_descriptors();
    steps.clock.advance(250ms);
  });
  steps.when([&] { return pending() == 2; },
             [&] { steps.clock.advance(250ms); });
  steps.when([&] { return client->made() && server->made(); });
  steps.after(2, [&] {
    EXPECT_EQ(pending(), 0u);
    // One connection, both ends of which are here, instead of one attempt.
    EXPECT_EQ(open_descriptors(), before + 1);
    steps.clock.advance(24h);
  });
  steps.after(5, [&] { EXPECT_EQ(client->outcomes(), 0); });
  steps.run();
  EXPECT_EQ(client->starts, 1);
}

TEST_P(Addresses, D10_AnAddressThatRefusesIsFollowedByTheNextAtOnce) {
  listen_on("127.0.0.3");
  connect_to({"127.0.0.1", "127.0.0.2", "127.0.0.3"});
  steps.after(1, [&] { steps.clock.advance(250ms); });
  steps.when([&] { return client->made(); });
  steps.run();
  EXPECT_EQ(server->records.size(), 1u);
}

TEST_P(Addresses, D06_TheTimeoutIsForAllAddresses) {
  connect_to({"127.0.0.1", "127.0.0.2"});
  steps.after(1, [&] { steps.clock.advance(250ms); });
  steps.after(10, [&] {
    EXPECT_EQ(pending(), 1u);
    steps.clock.advance(30s - 250ms - 1ns);
  });
  steps.after(5, [&] {
    EXPECT_EQ(client->outcomes(), 0);
    steps.clock.advance(1ns);
  });
  run_until_over();
  EXPECT_EQ(client->reason, std::errc::timed_out);
}

// 255.255.255.255, and fe80::1 without a zone, fail on this machine.
TEST_P(Addresses, D10_BothWaysToConnectGiveTheSameReason) {
  const std::string broadcast = "255.255.255.255";
  const std::string lost = "fe80::1";
  const std::string closed = "127.0.0.2";
  const std::vector<std::pair<std::vector<std::string>, std::errc>> cases{
      {{broadcast, closed}, std::errc::connection_refused},
      {{closed, broadcast}, std::errc::connection_refused},
      {{lost, closed, lost}, std::errc::connection_refused},
      {{lost, broadcast}, std::errc::network_unreachable}};
  std::vector<std::shared_ptr<Client>> clients;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const net::Address bad{"bad" + std::to_string(i), full.address.port};
    names[bad.host] = cases[i].first;
    EXPECT_EQ(code_thrown_by([&] { net::connect(bad); }), cases[i].second) << i;
    clients.push_back(std::make_shared<Client>());
    reactor.connect_tcp(bad.host, bad.port, clients.back());
  }
  steps.when([&] {
    return std::ranges::all_of(
        clients, [](const auto& one) { return one->failures == 1; });
  });
  steps.run();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(clients[i]->reason, cases[i].second) << i;
  }
}

TEST_P(Addresses, D08_DisconnectEndsAllAttempts) {
  std::size_t before = 0;
  connect_to({"127.0.0.1", "127.0.0.1", "127.0.0.1"});
  steps.after(1, [&] {
    before = open_descriptors();
    steps.clock.advance(250ms);
  });
  steps.when([&] { return pending() == 2; },
             [&] {
               connector->disconnect();
               EXPECT_EQ(pending(), 0u);
               EXPECT_EQ(open_descriptors(), before - 1);
               steps.clock.advance(24h);
             });
  run_until_over();
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
  EXPECT_EQ(client->reason, std::errc::operation_canceled);
}

TEST_P(Addresses, A08_TheStopOfTheReactorEndsAllAttemptsOnce) {
  connect_to({"127.0.0.1", "127.0.0.1"});
  steps.after(1, [&] { steps.clock.advance(250ms); });
  steps.when([&] { return pending() == 2; });
  steps.run();
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
  EXPECT_EQ(client->reason, Error::connection_lost);
}

TEST_P(Addresses, D06_ANegativeTimeoutIsRefused) {
  EXPECT_THROW(reactor.connect_tcp("127.0.0.1", 1, client, -1ns),
               std::invalid_argument);
  steps.run();
  EXPECT_TRUE(client->lines->empty());
}

}  // namespace
