// Hostile peers as clients, and as servers.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "soak/hostile.h"

namespace soak {
namespace {

using namespace std::chrono_literals;

class OneShot final : public reactor::ClientFactory {
 public:
  using Make = std::function<std::unique_ptr<reactor::Protocol>(OnEnd)>;

  OneShot(Make make, OnEnd on_end)
      : make_(std::move(make)),
        on_end_(std::move(on_end)) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address&) override {
    return make_(on_end_);
  }
  void client_connection_failed(reactor::Connector&,
                                std::error_code reason) override {
    on_end_("cannot connect: " + reason.message());
  }

 private:
  const Make make_;
  const OnEnd on_end_;
};

net::Socket bind_to_any_port() {
  net::Socket sock(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in loopback{};
  loopback.sin_family = AF_INET;
  loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(sock.fd(), reinterpret_cast<sockaddr*>(&loopback),
             sizeof loopback) < 0) {
    net::throw_last_error("bind");
  }
  return sock;
}

}  // namespace

void send_peer(reactor::Reactor& reactor,
               std::uint16_t port,
               std::function<std::unique_ptr<reactor::Protocol>(OnEnd)> make,
               OnEnd on_end) {
  const auto factory =
      std::make_shared<OneShot>(std::move(make), std::move(on_end));
  reactor.connect_tcp("127.0.0.1", port, factory, 2min);
}

class HostileServers::Factory final : public reactor::ProtocolFactory {
 public:
  Factory(reactor::Reactor& reactor, Kind kind, std::size_t& open, OnEnd on_end)
      : reactor_(reactor),
        kind_(kind),
        open_(open),
        on_end_(std::move(on_end)) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address&) override {
    ++open_;
    const auto offset = next_offset_++ % offsets_of(Subject::client, kind_);
    return make_peer(reactor_, kind_, Subject::client, offset,
                     [this](const std::string& trouble) {
                       --open_;
                       on_end_(trouble);
                     });
  }

 private:
  reactor::Reactor& reactor_;
  const Kind kind_;
  std::size_t& open_;
  const OnEnd on_end_;
  std::size_t next_offset_ = 0;
};

HostileServers::HostileServers(reactor::Reactor& reactor, OnEnd on_end)
    : closed_(bind_to_any_port()),
      full_(bind_to_any_port()) {
  // The queue has room for one connection, which takes it.
  if (::listen(full_.fd(), 0) < 0) net::throw_last_error("listen");
  first_ = net::connect(net::local_address(full_));

  for (std::size_t i = 0; i < kinds; ++i) {
    const auto kind = static_cast<Kind>(i);
    if (kind == Kind::refused) {
      ports_[i] = net::local_address(closed_).port;
    } else if (kind == Kind::unanswered) {
      ports_[i] = net::local_address(full_).port;
    } else if (kind != Kind::talking && kind != Kind::unread) {
      ports_[i] =
          reactor
              .listen_tcp({"127.0.0.1", 0}, std::make_shared<Factory>(
                                                reactor, kind, open_, on_end))
              ->host()
              .port;
    }
  }
}

}  // namespace soak
