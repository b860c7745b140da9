// Connections: a protocol's story, and the operations that make one.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "net/socket.h"
#include "tcp/connection.h"

namespace fuzz {

class World;

// What has happened to one protocol. Outlives it.
class Talk final : public reactor::ConnectionMaker,
                   public std::enable_shared_from_this<Talk> {
 public:
  Talk(World& world, int id)
      : world_(world),
        id_(id) {}

  // For a factory: a protocol, or null, or an exception.
  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& address) override;
  void connection_over(bool made, std::error_code reason) override;
  bool is_open() const { return stage_ == Stage::made; }

  // --- What the bytes can ask for --------------------------------------------

  void write();
  void lose();
  void abort();
  void pause();
  void resume();
  void hear();  // these are about the other end
  void listen();
  void hang_up();

  // Once the reactor is gone.
  void end();

  net::Socket other;  // the other end, if it has not a protocol of its own

 private:
  class Talker;
  enum class Stage { none, built, made, lost, gone };

  void made(reactor::Transport& transport);
  void received(std::string_view data);
  void lost(std::error_code reason);
  void gone(bool was_made);

  World& world_;
  const int id_;
  Stage stage_ = Stage::none;
  reactor::Transport* transport_ = nullptr;
  bool paused_ = false;
  bool losing_ = false;
  bool aborted_ = false;
  bool over_ = false;
  std::error_code reason_;
  // Each byte says where in the stream it is.
  std::size_t written_ = 0;
  std::size_t received_ = 0;
  std::size_t said_ = 0;  // by the other end
  std::size_t heard_ = 0;
};

// Every connect() has one outcome.
class Client final : public reactor::ClientFactory {
 public:
  Client(World& world, int id)
      : world_(world),
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
  void told(const char* what,
            reactor::Connector& connector,
            std::error_code reason);

  World& world_;
  const int id_;
  std::shared_ptr<Talk> talk_;
  int attempts_ = 0;
  int late_ = 0;  // made when nobody may be left to tell
  int outcomes_ = 0;
};

// All of them.
class Talks {
 public:
  explicit Talks(World& world)
      : world_(world) {}

  std::shared_ptr<Talk> make();  // null: there are enough
  void start();  // over a pair of sockets, which behaves the same everywhere
  void listen();  // these are real TCP
  void stop_listening();
  void connect();
  void disconnect();
  void reconnect();
  Talk* any() const;
  bool is_empty() const { return talks_.empty() && attempts_.empty(); }
  void end() const;

 private:
  struct Attempt {
    std::shared_ptr<Client> client;
    std::shared_ptr<reactor::Connector> connector;
  };

  const Attempt* any_attempt() const;

  World& world_;
  std::vector<std::shared_ptr<Talk>> talks_;
  std::vector<std::shared_ptr<reactor::ListeningPort>> ports_;
  std::vector<Attempt> attempts_;
};

}  // namespace fuzz
