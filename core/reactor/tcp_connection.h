// An established TCP connection.         twisted.internet.tcp
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/socket.h"
#include "reactor/interfaces.h"

namespace reactor {

// Between the reactor, which owns it until connection_lost(), and a protocol,
// which it owns.
class TcpConnection final : public Transport,
                            public ReadDescriptor,
                            public WriteDescriptor,
                            public std::enable_shared_from_this<TcpConnection> {
 public:
  using Build = std::function<std::unique_ptr<Protocol>()>;
  using OnLost = std::function<void(bool made, std::error_code reason)>;

  // `lost` is why it will end, if that is known already. `build` makes the
  // protocol, or null to refuse; `on_lost` is called last, says whether there
  // ever was a protocol, and does not throw.
  TcpConnection(ReactorFdSet& fds,
                ReactorTime& time,
                net::Socket sock,
                net::Address peer,
                std::error_code lost,
                Build build,
                OnLost on_lost);

  // Throws std::system_error if the reactor cannot watch it.
  void start();

  void write(std::string_view data) override;
  void write_sequence(std::span<const std::string_view> data) override;
  void lose_connection() override;
  void abort_connection(std::error_code reason) override;
  bool disconnecting() const override;
  void pause_producing() override;
  void resume_producing() override;
  void register_producer(std::shared_ptr<Producer> producer,
                         bool streaming) override;
  void unregister_producer() override;
  net::Address peer() const override { return peer_; }
  net::Address host() const override { return host_; }

  int fileno() const override { return sock_.fd(); }
  std::string log_prefix() const override { return to_string(peer_); }
  std::error_code do_read() override;
  std::error_code do_write() override;
  void connection_lost(std::error_code reason) override;

 private:
  enum class State { connecting, open, losing, aborted, lost };

  std::error_code make();
  std::error_code send_unsent();
  std::error_code sent_everything();
  void send_now(std::string_view data);
  void pause_producer();
  void say_goodbye();

  ReactorFdSet& fds_;
  ReactorTime& time_;
  net::Socket sock_;
  const net::Address peer_;
  const net::Address host_;
  const Build build_;
  const OnLost on_lost_;
  std::unique_ptr<Protocol> protocol_;
  State state_ = State::connecting;
  bool paused_ = false;
  std::error_code reason_;  // why it ends, if we know better than the reactor
  std::string unsent_;
  std::size_t sent_ = 0;  // of unsent_
  std::shared_ptr<Producer> producer_;
  bool is_push_ = false;  // the producer is
  bool is_producer_paused_ = false;
};

}  // namespace reactor
