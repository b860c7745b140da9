// Makes connections.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "model/reactor_model.h"
#include "tcp/connection.h"

namespace fuzz {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_connections = 8;
constexpr std::size_t max_ports = 2;
constexpr std::size_t max_clients = 2;
constexpr int max_attempts = 3;  // of one client: the system has few ports

// A loopback address of this process: another process may listen on a port that
// is closed here, but not on this address.
std::string own_address() {
  const int pid = ::getpid();
  return "127." + std::to_string(64 + (pid >> 16) % 64) + "." +
         std::to_string((pid >> 8) % 256) + "." + std::to_string(pid % 256);
}

class Server final : public reactor::ProtocolFactory {
 public:
  explicit Server(FuzzedConnections& connections)
      : connections_(connections) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& address) override {
    const auto connection = connections_.make();
    return connection ? connection->build_protocol(address) : nullptr;
  }

 private:
  FuzzedConnections& connections_;
};

}  // namespace

// --- Clients -----------------------------------------------------------------

void Client::attempted() {
  ++attempts_;
  if (!model_.reactor->running()) ++late_;
}

void Client::started_connecting(reactor::Connector&) {
  const ReactorModel::CallbackScope scope(model_, "started", id_);
  check(outcomes_ < attempts_, "only requested attempts are started");
  model_.act();
  model_.maybe_throw("started_connecting");
}

void Client::end_attempt(const char* what,
                         reactor::Connector& connector,
                         std::error_code reason) {
  const ReactorModel::CallbackScope scope(model_, what, id_);
  check(static_cast<bool>(reason), "an outcome has a reason");
  check(++outcomes_ <= attempts_, "an attempt has one outcome");
  check(!connection_ || !connection_->is_open(), "the protocol is told first");
  connection_.reset();
  if (reason == reactor::Error::connection_lost) model_.reactor_stopped();
  model_.act();
  if (model_.bytes.below(2) == 1) reconnect(connector);
  model_.maybe_throw(what);
}

void Client::client_connection_failed(reactor::Connector& connector,
                                      std::error_code reason) {
  end_attempt("failed", connector, reason);
}

void Client::client_connection_lost(reactor::Connector& connector,
                                    std::error_code reason) {
  end_attempt("lost client", connector, reason);
}

std::unique_ptr<reactor::Protocol> Client::build_protocol(
    const net::Address& address) {
  check(outcomes_ < attempts_, "only requested attempts build a protocol");
  connection_ = model_.connections().make();
  return connection_ ? connection_->build_protocol(address) : nullptr;
}

void Client::reconnect(reactor::Connector& connector) {
  if (attempts_ == max_attempts) return;
  const bool busy = outcomes_ < attempts_;
  std::error_code thrown;
  try {
    connector.connect();
    attempted();
  } catch (const std::system_error& error) {
    thrown = error.code();
  }
  check(!thrown || thrown == reactor::Error::already_connecting,
        "connect() throws its reason");
  check(busy == (thrown == reactor::Error::already_connecting),
        "one attempt at a time");
}

void Client::end() const {
  check(outcomes_ >= attempts_ - late_, "every attempt has an outcome");
}

// --- Making them -------------------------------------------------------------

std::shared_ptr<FuzzedConnection> FuzzedConnections::make() {
  if (connections_.size() == max_connections) return nullptr;
  const int id = static_cast<int>(connections_.size());
  return connections_.emplace_back(
      std::make_shared<FuzzedConnection>(model_, id));
}

void FuzzedConnections::start() {
  const auto fuzzed = make();
  int fds[2];
  if (!fuzzed ||
      ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                   fds) < 0) {
    return;
  }
  net::Socket sock(fds[0]);
  fuzzed->other = net::Socket(fds[1]);
  make_small(sock);
  const auto connection = std::make_shared<reactor::TcpConnection>(
      std::move(sock), net::Address(), std::error_code(), fuzzed);
  try {
    connection->start();
  } catch (const std::system_error& error) {
    check(error.code() == reactor::Error::descriptor_taken,
          "only a closed, registered descriptor can be in the way");
  }
}

void FuzzedConnections::listen() {
  if (!model_.is_scripted() || ports_.size() == max_ports) return;
  try {
    ports_.push_back(model_.reactor->listen_tcp(
        {own_address(), 0}, std::make_shared<Server>(*this)));
  } catch (const std::system_error& error) {
    check(error.code() == reactor::Error::descriptor_taken,
          "only a closed, registered descriptor can be in the way");
  }
}

void FuzzedConnections::stop_listening() {
  if (ports_.empty()) return;
  ports_[model_.bytes.below(ports_.size())]->stop_listening();
}

// To a port that listens, or that was closed.
void FuzzedConnections::connect() {
  if (ports_.empty() || attempts_.size() == max_clients) return;
  const auto host = ports_[model_.bytes.below(ports_.size())]->host();
  const int id = static_cast<int>(attempts_.size());
  const auto client = std::make_shared<Client>(model_, id);
  const auto timeout = model_.bytes.below(2) == 1 ? 1ms : 30s;
  client->attempted();
  attempts_.push_back({client, model_.reactor->connect_tcp(host.host, host.port,
                                                           client, timeout)});
}

const FuzzedConnections::Attempt* FuzzedConnections::any_attempt() const {
  if (attempts_.empty()) return nullptr;
  return &attempts_[model_.bytes.below(attempts_.size())];
}

void FuzzedConnections::disconnect() {
  if (const Attempt* attempt = any_attempt()) attempt->connector->disconnect();
}

void FuzzedConnections::reconnect() {
  const Attempt* attempt = any_attempt();
  if (attempt) attempt->client->reconnect(*attempt->connector);
}

FuzzedConnection* FuzzedConnections::any() const {
  if (connections_.empty()) return nullptr;
  return connections_[model_.bytes.below(connections_.size())].get();
}

void FuzzedConnections::end() const {
  for (const auto& connection : connections_) {
    connection->end();
  }
  for (const Attempt& attempt : attempts_) {
    attempt.client->end();
  }
}

}  // namespace fuzz
