// An established TCP connection.         twisted.internet.tcp
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cstdint>
#include <memory>
#include <string>

#include "net/socket.h"
#include "reactor/interfaces.h"
#include "reactor/internal.h"
#include "tcp/outgoing.h"

namespace reactor {

// Where a connection gets its protocol from: a connector, or, since a port may
// be gone before its connections, a ServerProtocolSource.
class ProtocolSource {
 public:
  explicit ProtocolSource(InternalReactor& r)
      : reactor(r) {}
  virtual ~ProtocolSource() = default;
  // The protocol for a connection to `peer`, or null to refuse.
  virtual std::unique_ptr<Protocol> build_protocol(
      const net::Address& peer) = 0;
  // The last call about a connection. It had no protocol if none was built.
  // Does not throw.
  virtual void connection_ended(bool had_protocol, std::error_code reason) = 0;

  InternalReactor& reactor;
};

// The reactor owns it until connection_lost(); it owns its protocol.
class TcpConnection final : public Transport,
                            public ReadDescriptor,
                            public WriteDescriptor,
                            public std::enable_shared_from_this<TcpConnection> {
 public:
  // `lost` is the reason of a connection that is lost already.
  TcpConnection(net::Socket sock,
                net::Address peer,
                std::error_code lost,
                std::shared_ptr<ProtocolSource> source);

  // Throws std::system_error if the reactor cannot watch it.
  void start();

  void write(std::string_view data) override;
  void lose_connection() override;
  void lose_write_connection() override;
  void abort_connection(std::error_code reason) override;
  // While it is connecting there is no protocol that could ask.
  bool disconnecting() const override {
    return state_ != State::open && state_ != State::draining;
  }
  void pause_producing() override;
  void resume_producing() override;
  void register_producer(std::shared_ptr<Producer> producer,
                         bool streaming) override;
  void unregister_producer() override;
  void set_tcp_no_delay(bool enabled) override {
    set_option(IPPROTO_TCP, TCP_NODELAY, enabled);
  }
  bool tcp_no_delay() const override {
    return option(IPPROTO_TCP, TCP_NODELAY);
  }
  void set_tcp_keep_alive(bool enabled) override {
    set_option(SOL_SOCKET, SO_KEEPALIVE, enabled);
  }
  bool tcp_keep_alive() const override {
    return option(SOL_SOCKET, SO_KEEPALIVE);
  }
  net::Address peer() const override { return peer_; }
  net::Address host() const override {
    return host_ ? *host_ : net::local_address(sock_);
  }

  int fileno() const override { return sock_.fd(); }
  std::string log_prefix() const override { return to_string(peer_); }
  std::error_code do_read() override;
  std::error_code do_write() override;
  void connection_lost(std::error_code reason) override;

 private:
  // In `draining` the peer has ended its sending, and bytes are still unsent.
  enum class State : std::uint8_t {
    connecting,
    open,
    draining,
    losing,
    aborted,
    lost
  };

  InternalReactor& reactor() const { return protocol_source_->reactor; }
  Outgoing& outgoing() {
    if (!outgoing_) outgoing_ = std::make_unique<Outgoing>();
    return *outgoing_;
  }
  std::size_t unsent_size() const { return outgoing_ ? outgoing_->size() : 0; }
  bool has_producer() const { return outgoing_ && outgoing_->has_producer(); }
  bool is_producer_waiting() const {
    return outgoing_ && outgoing_->is_producer_waiting();
  }
  std::error_code end_reason() const {
    return outgoing_ ? outgoing_->end_reason : std::error_code();
  }

  std::error_code create_protocol();
  void start_writing();
  std::error_code peer_ended();
  bool is_ending() const;
  std::error_code sent_everything();
  void set_option(int level, int name, int value);
  bool option(int level, int name) const;
  void graceful_shutdown();

  // A program may have very many idle connections, so this is kept small.
  std::unique_ptr<Outgoing> outgoing_;  // null until it is needed
  // Null until it is lost: the system knows it as long as it has the socket.
  std::unique_ptr<const net::Address> host_;
  const std::shared_ptr<ProtocolSource> protocol_source_;
  std::unique_ptr<Protocol> protocol_;
  // The next members are in the padding at its end.
  [[no_unique_address]] const net::Address peer_;
  State state_ = State::connecting;
  bool paused_ : 1 = false;
  bool is_write_closed_ : 1 = false;  // once everything is sent
  net::Socket sock_;
};

}  // namespace reactor
