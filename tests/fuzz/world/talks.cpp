// Where connections come from.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "tcp/connection.h"
#include "world/world.h"

namespace fuzz {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_talks = 8;
constexpr std::size_t most_ports = 2;
constexpr std::size_t most_clients = 2;
constexpr int most_attempts = 3;  // of one client: ports are not without end

// This program's own loopback address: a port that listens there no more may be
// another program's already, but not with this address.
std::string own_address() {
  const int pid = ::getpid();
  return "127." + std::to_string(64 + (pid >> 16) % 64) + "." +
         std::to_string((pid >> 8) % 256) + "." + std::to_string(pid % 256);
}

class Server final : public reactor::ProtocolFactory {
 public:
  explicit Server(Talks& talks)
      : talks_(talks) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& address) override {
    const auto talk = talks_.make();
    return talk ? talk->build_protocol(address) : nullptr;
  }

 private:
  Talks& talks_;
};

}  // namespace

// --- Clients -----------------------------------------------------------------

void Client::attempted() {
  ++attempts_;
  if (!world_.reactor->running()) ++late_;
}

void Client::started_connecting(reactor::Connector&) {
  const World::Visit visit(world_, "started", id_);
  check(outcomes_ < attempts_, "what is started was asked for");
  world_.act();
  world_.maybe_throw("started_connecting");
}

void Client::told(const char* what,
                  reactor::Connector& connector,
                  std::error_code reason) {
  const World::Visit visit(world_, what, id_);
  check(static_cast<bool>(reason), "who is told knows why");
  check(++outcomes_ <= attempts_, "an attempt has one outcome");
  check(!talk_ || !talk_->is_open(), "the protocol is told first");
  talk_.reset();
  if (reason == reactor::Error::connection_lost) world_.leave();
  world_.act();
  if (world_.bytes.below(2) == 1) reconnect(connector);
  world_.maybe_throw(what);
}

void Client::client_connection_failed(reactor::Connector& connector,
                                      std::error_code reason) {
  told("failed", connector, reason);
}

void Client::client_connection_lost(reactor::Connector& connector,
                                    std::error_code reason) {
  told("lost client", connector, reason);
}

std::unique_ptr<reactor::Protocol> Client::build_protocol(
    const net::Address& address) {
  check(outcomes_ < attempts_, "what is connected was asked for");
  talk_ = world_.talks().make();
  return talk_ ? talk_->build_protocol(address) : nullptr;
}

void Client::reconnect(reactor::Connector& connector) {
  if (attempts_ == most_attempts) return;
  const bool busy = outcomes_ < attempts_;
  std::error_code thrown;
  try {
    connector.connect();
    attempted();
  } catch (const std::system_error& error) {
    thrown = error.code();
  }
  check(!thrown || thrown == reactor::Error::already_connecting,
        "who cannot connect is told why");
  check(busy == (thrown == reactor::Error::already_connecting),
        "one attempt at a time");
}

void Client::end() const {
  check(outcomes_ >= attempts_ - late_, "every attempt has an outcome");
}

// --- Making them -------------------------------------------------------------

std::shared_ptr<Talk> Talks::make() {
  if (talks_.size() == most_talks) return nullptr;
  const int id = static_cast<int>(talks_.size());
  return talks_.emplace_back(std::make_shared<Talk>(world_, id));
}

void Talks::start() {
  const auto talk = make();
  int fds[2];
  if (!talk || ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                            0, fds) < 0) {
    return;
  }
  net::Socket sock(fds[0]);
  talk->other = net::Socket(fds[1]);
  make_small(sock);
  const auto connection = std::make_shared<reactor::TcpConnection>(
      *world_.reactor, *world_.reactor, std::move(sock), net::Address(),
      std::error_code(), talk);
  try {
    connection->start();
  } catch (const std::system_error& error) {
    check(error.code() == reactor::Error::descriptor_taken,
          "only who closes rudely is in the way");
  }
}

void Talks::listen() {
  if (!world_.is_scripted() || ports_.size() == most_ports) return;
  try {
    ports_.push_back(world_.reactor->listen_tcp(
        {own_address(), 0}, std::make_shared<Server>(*this)));
  } catch (const std::system_error& error) {
    check(error.code() == reactor::Error::descriptor_taken,
          "only who closes rudely is in the way");
  }
}

void Talks::stop_listening() {
  if (ports_.empty()) return;
  ports_[world_.bytes.below(ports_.size())]->stop_listening();
}

// To a port that listens, or did.
void Talks::connect() {
  if (ports_.empty() || attempts_.size() == most_clients) return;
  const auto host = ports_[world_.bytes.below(ports_.size())]->host();
  const int id = static_cast<int>(attempts_.size());
  const auto client = std::make_shared<Client>(world_, id);
  const auto timeout = world_.bytes.below(2) == 1 ? 1ms : 30s;
  client->attempted();
  attempts_.push_back({client, world_.reactor->connect_tcp(host.host, host.port,
                                                           client, timeout)});
}

const Talks::Attempt* Talks::any_attempt() const {
  if (attempts_.empty()) return nullptr;
  return &attempts_[world_.bytes.below(attempts_.size())];
}

void Talks::disconnect() {
  if (const Attempt* attempt = any_attempt()) attempt->connector->disconnect();
}

void Talks::reconnect() {
  const Attempt* attempt = any_attempt();
  if (attempt) attempt->client->reconnect(*attempt->connector);
}

Talk* Talks::any() const {
  if (talks_.empty()) return nullptr;
  return talks_[world_.bytes.below(talks_.size())].get();
}

void Talks::end() const {
  for (const auto& talk : talks_) {
    talk->end();
  }
  for (const Attempt& attempt : attempts_) {
    attempt.client->end();
  }
}

}  // namespace fuzz
