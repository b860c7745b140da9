// Two fixtures with one connection: both ends are protocols of one reactor, or
// the other end is a bare socket.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>

#include "support/scripted_sockets.h"
#include "support/tcp.h"

namespace rig {

const inline auto was_reset = make_error_code(std::errc::connection_reset);

class TwoProtocols : public TcpTest {
 protected:
  TwoProtocols() {
    sends = Sends();
    receives = Receives();
  }

  void SetUp() override {
    port = reactor.listen_tcp(loopback, server);
    connector = reactor.connect_tcp("127.0.0.1", port->host().port, client);
    steps.when([&] { return client->made() && server->made(); });
  }

  // Does `then` once both ends are connected.
  void begin(std::function<void()> then) { steps.after(0, std::move(then)); }
  void when_both_are_lost() {
    steps.when([&] { return client->lost() && server->lost(); });
    steps.after(2);
  }

  bool is_writer(const ProtocolRecord& record) const {
    const auto all = reactor.writers();
    return std::any_of(all.begin(), all.end(), [&](const auto& one) {
      return one->fileno() == record.fd();
    });
  }

  ProtocolRecord& here() { return client->last(); }
  ProtocolRecord& there() { return server->last(); }

  const std::shared_ptr<Client> client = std::make_shared<Client>();
  const std::shared_ptr<Server> server = std::make_shared<Server>();
  std::shared_ptr<reactor::ListeningPort> port;
  std::shared_ptr<reactor::Connector> connector;
};

class ProtocolAndSocket : public TcpTest {
 protected:
  ProtocolAndSocket() {
    sends = Sends();
    receives = Receives();
  }

  void SetUp() override {
    reactor.connect_tcp("127.0.0.1", net::local_address(listener).port, client);
    steps.when([&] { return client->made(); },
               [&] { peer = accept(listener); });
  }
  ProtocolRecord& here() { return client->last(); }

  const net::Socket listener = net::listen(loopback);
  const std::shared_ptr<Client> client = std::make_shared<Client>();
  net::Socket peer;
};

}  // namespace rig
