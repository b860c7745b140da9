// The owners are on the left; references the other way are weak_ptrs and plain
// references:
//
//   reactor -> TcpConnector -> ClientFactory      until it is connected
//                           -> Attempt -> its sockets
//   reactor -> TcpConnection -> Protocol
//                            -> TcpConnector -> ClientFactory
//                         or -> ServerProtocolSource -> ProtocolFactory
//   reactor -> TcpPort -> ProtocolFactory         while it listens
#include "tcp/connector.h"

#include <stdexcept>
#include <utility>

#include "reactor/guard.h"
#include "tcp/attempt.h"
#include "tcp/connection.h"

namespace reactor {
namespace {

class TcpConnector final : public Connector,
                           public ProtocolSource,
                           public FileDescriptor,
                           public std::enable_shared_from_this<TcpConnector> {
 public:
  TcpConnector(InternalReactor& r,
               net::Address destination,
               std::shared_ptr<ClientFactory> factory,
               Clock::duration timeout)
      : ProtocolSource(r),
        factory_(std::move(factory)),
        timeout_(timeout),
        destination_(std::move(destination)) {}

  // The attempt begins later: the factory is never called from within
  // connect(), even if the attempt fails at once.
  void connect() override {
    if (!is_idle()) throw std::system_error(Error::already_connecting);
    reactor.retain(shared_from_this());
    attempt_ = std::make_unique<Attempt>(reactor);
    attempt_->call_later({}, [this] { begin(); });
  }

  void disconnect() override {
    if (const auto connection = connection_.lock()) {
      connection->lose_connection();
    } else if (attempt_) {
      attempt_->stop();
      attempt_->call_later(
          {}, [this] { fail(make_error_code(std::errc::operation_canceled)); });
    }
  }

  net::Address destination() const override { return destination_; }

  // For the reactor, which owns this until the attempt ends, and for the log.
  int fileno() const override { return -1; }
  std::string log_prefix() const override { return to_string(destination_); }
  void connection_lost(std::error_code reason) override { fail(reason); }

  std::unique_ptr<Protocol> build_protocol(const net::Address&) override {
    return factory_->build_protocol(destination_);
  }

  // Attempts that fail end here, too.
  void connection_ended(bool had_protocol, std::error_code reason) override {
    if (is_idle()) return;
    end_attempt();
    connection_.reset();
    guarded(this, [&] { begin_use(); });
    guarded(this, [&] {
      had_protocol ? factory_->client_connection_lost(*this, reason)
                   : factory_->client_connection_failed(*this, reason);
    });
    end_use();
  }

 private:
  bool is_idle() const { return !attempt_ && connection_.expired(); }
  void fail(std::error_code reason) { connection_ended(false, reason); }

  // An attempt fails if its factory throws.
  void begin() {
    const std::error_code thrown = guarded(this, [&] {
      begin_use();
      factory_->started_connecting(*this);
      if (attempt_->is_call_pending()) return;  // it called disconnect()
      attempt_->start(destination_, timeout_, [this](Attempt::Outcome outcome) {
        outcome.sock.fd() < 0 ? fail(outcome.error)
                              : connected(std::move(outcome));
      });
    });
    if (thrown) fail(thrown);
  }

  // The memory of the attempt is freed: a connection may be idle for long.
  void connected(Attempt::Outcome outcome) {
    const auto connection = std::make_shared<TcpConnection>(
        std::move(outcome.sock), std::move(outcome.peer), outcome.error,
        shared_from_this());
    connection->start();
    connection_ = connection;
    end_attempt();
  }

  void end_attempt() {
    if (!attempt_) return;
    attempt_->stop();
    reactor.destroy_later(std::move(attempt_));
    reactor.unretain(*this);
  }

  // Counts as one use of the factory, and comes before its other callbacks.
  void begin_use() {
    if (std::exchange(is_use_begun_, true)) return;
    factory_->do_start();
    is_used_ = true;
  }

  // Unless a callback called connect().
  void end_use() {
    if (is_idle() && std::exchange(is_used_, false)) {
      guarded(this, [&] { factory_->do_stop(); });
    }
    is_use_begun_ = is_used_;
  }

  const std::shared_ptr<ClientFactory> factory_;
  const Clock::duration timeout_;
  // The next members are in the padding at its end.
  [[no_unique_address]] const net::Address destination_;
  bool is_use_begun_ = false;
  bool is_used_ = false;  // the factory was started
  std::unique_ptr<Attempt> attempt_;  // while it is connecting
  std::weak_ptr<TcpConnection> connection_;
};

}  // namespace

std::shared_ptr<Connector> start_connector(
    InternalReactor& reactor,
    const net::Address& destination,
    std::shared_ptr<ClientFactory> factory,
    Clock::duration timeout) {
  if (timeout < Clock::duration::zero()) {
    throw std::invalid_argument("a negative timeout");
  }
  auto connector = std::make_shared<TcpConnector>(reactor, destination,
                                                  std::move(factory), timeout);
  connector->connect();
  return connector;
}

}  // namespace reactor
