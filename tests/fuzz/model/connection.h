// Connections: the model of a protocol, and the operations that make one.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "net/socket.h"
#include "tcp/connection.h"

namespace fuzz {

class ReactorModel;

// The state of one protocol and its connection. Outlives the protocol.
class FuzzedConnection final
    : public reactor::ProtocolSource,
      public std::enable_shared_from_this<FuzzedConnection> {
 public:
  FuzzedConnection(ReactorModel& model, int id);

  // For a factory: returns a protocol or null, or throws.
  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& address) override;
  void connection_ended(bool had_protocol, std::error_code reason) override;
  bool is_open() const { return stage_ == Stage::made; }

  // --- Operations ------------------------------------------------------------

  void write();
  void lose();
  void abort();
  void pause();
  void resume();
  void send_from_peer();  // this and the next two are about the peer
  void listen();
  void close_peer();

  // Checks the end, once the reactor is destroyed.
  void end();

  net::Socket other;  // the peer, unless it is a protocol, too

 private:
  class Protocol;
  enum class Stage { none, built, made, lost, gone };

  void made(reactor::Transport& transport);
  void received(std::string_view data);
  void lost(std::error_code reason);
  void gone(bool was_made);

  ReactorModel& model_;
  const int id_;
  Stage stage_ = Stage::none;
  reactor::Transport* transport_ = nullptr;
  bool paused_ = false;
  bool losing_ = false;
  bool aborted_ = false;
  bool over_ = false;
  std::error_code reason_;
  // Places in the streams in both directions.
  std::size_t written_ = 0;
  std::size_t received_ = 0;
  std::size_t peer_sent_ = 0;
  std::size_t peer_received_ = 0;
};

// Checks that every connect() has one outcome.
class Client final : public reactor::ClientFactory {
 public:
  Client(ReactorModel& model, int id)
      : model_(model),
        id_(id) {}

  void started_connecting(reactor::Connector& connector) override;
  void client_connection_failed(reactor::Connector& connector,
                                std::error_code reason) override;
  void client_connection_lost(reactor::Connector& connector,
                              std::error_code reason) override;
  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& address) override;

  void attempted();
  void reconnect(reactor::Connector& connector);
  void end() const;

 private:
  void end_attempt(const char* what,
                   reactor::Connector& connector,
                   std::error_code reason);

  ReactorModel& model_;
  const int id_;
  std::shared_ptr<FuzzedConnection> connection_;
  int attempts_ = 0;
  int late_ = 0;  // made after stop(), which may have no outcome
  int outcomes_ = 0;
};

// All connections.
class FuzzedConnections {
 public:
  explicit FuzzedConnections(ReactorModel& model)
      : model_(model) {}

  std::shared_ptr<FuzzedConnection> make();  // null: there are enough
  void start();  // over a pair of sockets, which is the same everywhere
  void listen();  // these are real TCP
  void stop_listening();
  void connect();
  void disconnect();
  void reconnect();
  FuzzedConnection* any() const;
  bool is_empty() const { return connections_.empty() && attempts_.empty(); }
  void end() const;

 private:
  struct Attempt {
    std::shared_ptr<Client> client;
    std::shared_ptr<reactor::Connector> connector;
  };

  const Attempt* any_attempt() const;

  ReactorModel& model_;
  std::vector<std::shared_ptr<FuzzedConnection>> connections_;
  std::vector<std::shared_ptr<reactor::ListeningPort>> ports_;
  std::vector<Attempt> attempts_;
};

}  // namespace fuzz
