// Ping-pong on our reactor: a protocol that echoes, and one that asks.
#include "common/pingpong.h"

#include <functional>
#include <memory>
#include <vector>

#include "reactor/reactor.h"

namespace {

using Build = std::function<std::unique_ptr<reactor::Protocol>()>;

class Factory final : public reactor::ClientFactory {
 public:
  explicit Factory(Build build)
      : build_(std::move(build)) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address&) override {
    return build_();
  }
  void client_connection_failed(reactor::Connector&,
                                std::error_code reason) override {
    bench::fail(reason.message());
  }

 private:
  Build build_;
};

// --- The server --------------------------------------------------------------

class Echo final : public reactor::Protocol {
 public:
  Echo(bench::PongServer& server, reactor::Reactor& reactor)
      : server_(server),
        reactor_(reactor) {}

  void data_received(std::string_view data) override {
    server_.echoed(data.size());
    transport().write(data);
  }
  void connection_lost(std::error_code) override {
    if (server_.gone()) reactor_.stop();
  }

 private:
  bench::PongServer& server_;
  reactor::Reactor& reactor_;
};

int serve(bench::PongServer& server) {
  reactor::Reactor reactor;
  const auto port =
      reactor.listen_tcp({"127.0.0.1", 0}, std::make_shared<Factory>([&] {
                           return std::make_unique<Echo>(server, reactor);
                         }));
  server.serving(port->host().port);
  reactor.run();
  return server.report();
}

// --- The client --------------------------------------------------------------

struct Game {
  bench::PingClient& client;
  reactor::Reactor& reactor;
  std::vector<reactor::Transport*> connections;
  std::size_t lost = 0;
};

class Ping final : public reactor::Protocol {
 public:
  explicit Ping(Game& game)
      : game_(game) {}

  void connection_made() override {
    game_.connections.push_back(&transport());
    if (!game_.client.connected()) return;
    for (reactor::Transport* connection : game_.connections) {
      connection->write(game_.client.message());
    }
  }

  void data_received(std::string_view data) override {
    received_ += data.size();
    if (received_ < bench::ping_size) return;
    received_ = 0;
    if (game_.client.again(++answers_)) {
      transport().write(game_.client.message());
    } else {
      transport().lose_connection();
    }
  }

  void connection_lost(std::error_code reason) override {
    if (reason != reactor::Error::connection_done)
      bench::fail(reason.message());
    if (++game_.lost == game_.client.size()) game_.reactor.stop();
  }

 private:
  Game& game_;
  std::size_t received_ = 0;
  long answers_ = 0;
};

int ask(bench::PingClient& client) {
  reactor::Reactor reactor;
  Game game{client, reactor, {}, 0};
  const auto factory =
      std::make_shared<Factory>([&] { return std::make_unique<Ping>(game); });
  const auto port = static_cast<std::uint16_t>(client.port());
  for (std::size_t i = 0; i < client.size(); ++i) {
    reactor.connect_tcp(client.host(), port, factory);
  }
  reactor.run();
  return client.report();
}

}  // namespace

int main(int argc, char** argv) {
  return bench::pingpong(argc, argv, serve, ask);
}
