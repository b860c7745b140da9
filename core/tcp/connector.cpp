// The owners are on the left; references the other way are weak_ptrs and plain
// references:
//
//   reactor -> TcpConnector -> ClientFactory      until it is connected
//   reactor -> TcpConnection -> Protocol
//                            -> TcpConnector -> ClientFactory
//                         or -> ServerProtocolSource -> ProtocolFactory
//   reactor -> TcpPort -> ProtocolFactory         while it listens
#include "tcp/connector.h"

#include <utility>

#include "reactor/guard.h"
#include "tcp/connection.h"
#include "tcp/lookup.h"

namespace reactor {
namespace {

class TcpConnector final : public Connector,
                           public ProtocolSource,
                           public WriteDescriptor,
                           public std::enable_shared_from_this<TcpConnector> {
 public:
  TcpConnector(InternalReactor& reactor,
               net::Address destination,
               std::shared_ptr<ClientFactory> factory,
               Clock::duration timeout)
      : reactor_(reactor),
        destination_(std::move(destination)),
        factory_(std::move(factory)),
        timeout_(timeout) {}

  // The attempt begins later: the factory is never called from within
  // connect(), even if the attempt fails at once.
  void connect() override {
    if (state_ != State::disconnected) {
      throw std::system_error(Error::already_connecting);
    }
    state_ = State::connecting;
    attempt_ = std::make_unique<Attempt>();
    reactor_.retain(shared_from_this());
    call_later({}, [](TcpConnector& self) { self.begin_attempt(); });
  }

  void disconnect() override {
    if (const auto connection = connection_.lock()) {
      connection->lose_connection();
    } else if (state_ == State::connecting) {
      stop_attempt();
      attempt_ = std::make_unique<Attempt>();
      call_later({}, [](TcpConnector& self) {
        self.fail(make_error_code(std::errc::operation_canceled));
      });
    }
  }

  net::Address destination() const override { return destination_; }

  int fileno() const override { return attempt_ ? attempt_->sock.fd() : -1; }
  std::string log_prefix() const override { return to_string(destination_); }

  // The attempt succeeded, failed, or this was a spurious wake-up.
  std::error_code do_write() override {
    const std::error_code error = net::connect_result(attempt_->sock);
    if (error == std::errc::operation_in_progress) return {};
    if (!error || error == std::errc::connection_reset) {
      connected(error);
    } else {
      reactor_.remove_writer(*this);
      attempt_->ip_addresses.pop_back();
      try_addresses(error);
    }
    return {};
  }

  void connection_lost(std::error_code reason) override { fail(reason); }

  std::unique_ptr<Protocol> build_protocol(const net::Address&) override {
    return factory_->build_protocol(destination_);
  }

  void connection_ended(bool had_protocol, std::error_code reason) override {
    if (!had_protocol) return fail(reason);
    state_ = State::disconnected;
    connection_.reset();
    guarded(this, [&] { factory_->client_connection_lost(*this, reason); });
    end_use();
  }

 private:
  enum class State { disconnected, connecting, connected };

  // The state that an attempt needs until its outcome.
  struct Attempt {
    DelayedCall call;  // the next step, or the timeout
    std::shared_ptr<ReadDescriptor> lookup;
    std::vector<net::Address> ip_addresses;  // the last one is being tried
    net::Socket sock;
  };

  // Replaces the call that was asked for before. The reactor owns this until
  // the attempt ends, and that cancels the call.
  void call_later(Clock::duration delay, void (*call)(TcpConnector&)) {
    attempt_->call.cancel();
    attempt_->call = reactor_.call_later(delay, [this, call] { call(*this); });
  }

  // An attempt fails if its factory throws. The timeout begins here: it is for
  // the lookup and all addresses together.
  void begin_attempt() {
    attempt_->call = {};
    const std::error_code thrown = guarded(this, [&] {
      begin_use();
      factory_->started_connecting(*this);
    });
    // started_connecting() may have called disconnect().
    if (attempt_->call.active()) return;
    if (thrown) return fail(thrown);
    call_later(timeout_, [](TcpConnector& self) {
      self.fail(make_error_code(std::errc::timed_out));
    });
    if (net::is_ip_address(destination_.host)) {
      try_all({destination_}, {});
    } else {
      look_up();
    }
  }

  // The lookup does not own this: the reactor does while it is connecting.
  void look_up() try {
    attempt_->lookup = start_lookup(
        reactor_, destination_,
        [weak = weak_from_this()](auto ip_addresses, std::error_code error) {
          if (const auto self = weak.lock()) {
            self->try_all(std::move(ip_addresses), error);
          }
        });
  } catch (const std::system_error& error) {
    fail(error.code());
  }

  void try_all(std::vector<net::Address> ip_addresses, std::error_code error) {
    attempt_->lookup.reset();
    attempt_->ip_addresses = {ip_addresses.rbegin(), ip_addresses.rend()};
    try_addresses(error);
  }

  void try_addresses(std::error_code error) {
    std::vector<net::Address>& ip_addresses = attempt_->ip_addresses;
    for (; !ip_addresses.empty(); ip_addresses.pop_back()) {
      attempt_->sock = net::start_connect(ip_addresses.back(), error);
      if (!error) error = watch();
      if (!error) return;
    }
    fail(error);
  }

  std::error_code watch() try {
    reactor_.add_writer(shared_from_this());
    return {};
  } catch (const std::system_error& error) {
    return error.code();
  }

  // A reset after the accept is a lost connection, not a failed attempt. The
  // memory of the attempt is freed now: a connection may be idle for long.
  void connected(std::error_code lost) {
    reactor_.remove_writer(*this);
    const auto attempt = std::exchange(attempt_, nullptr);
    attempt->call.cancel();
    const auto connection = std::make_shared<TcpConnection>(
        reactor_, std::move(attempt->sock), attempt->ip_addresses.back(), lost,
        shared_from_this());
    connection->start();
    connection_ = connection;
    state_ = State::connected;
    reactor_.unretain(*this);
  }

  void fail(std::error_code reason) {
    if (state_ == State::disconnected) return;
    stop_attempt();
    state_ = State::disconnected;
    connection_.reset();
    reactor_.unretain(*this);
    guarded(this, [&] { begin_use(); });
    guarded(this, [&] { factory_->client_connection_failed(*this, reason); });
    end_use();
  }

  // Counts as one use of the factory, and comes before its other callbacks.
  void begin_use() {
    if (std::exchange(is_use_begun_, true)) return;
    factory_->do_start();
    is_used_ = true;
  }

  void end_use() {
    if (state_ != State::disconnected) {  // a callback called connect()
      is_use_begun_ = is_used_;
      return;
    }
    is_use_begun_ = false;
    if (!std::exchange(is_used_, false)) return;
    guarded(this, [&] { factory_->do_stop(); });
  }

  void stop_attempt() {
    if (!attempt_) return;  // a connection was lost without a protocol
    reactor_.remove_writer(*this);
    const auto attempt = std::exchange(attempt_, nullptr);
    attempt->call.cancel();
    if (attempt->lookup) reactor_.remove_reader(*attempt->lookup);
  }

  InternalReactor& reactor_;
  const net::Address destination_;
  const std::shared_ptr<ClientFactory> factory_;
  const Clock::duration timeout_;
  State state_ = State::disconnected;
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
  auto connector = std::make_shared<TcpConnector>(reactor, destination,
                                                  std::move(factory), timeout);
  connector->connect();
  return connector;
}

}  // namespace reactor
