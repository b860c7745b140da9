// The client's half; the server's is port.cpp, what both end in is
// connection.cpp.
//
// Who owns whom, from left to right; the other way there are only weak_ptrs and
// plain references:
//
//   reactor -> TcpConnector -> ClientFactory      until it is connected
//   reactor -> TcpConnection -> Protocol
//                            -> TcpConnector -> ClientFactory
//                         or -> ProtocolFactory
//   reactor -> TcpPort -> ProtocolFactory         while it listens
#include "tcp/tcp.h"

#include <utility>

#include "reactor/guard.h"
#include "tcp/connection.h"
#include "tcp/lookup.h"

namespace reactor {

class TcpConnector final : public Connector,
                           public ConnectionMaker,
                           public WriteDescriptor,
                           public std::enable_shared_from_this<TcpConnector> {
 public:
  TcpConnector(InternalFdSet& fds,
               ReactorTime& time,
               net::Address destination,
               std::shared_ptr<ClientFactory> factory,
               Clock::duration timeout)
      : fds_(fds),
        time_(time),
        destination_(std::move(destination)),
        factory_(std::move(factory)),
        timeout_(timeout) {}

  // The attempt begins a moment later, so that no factory is ever called from
  // within connect(), not even when the attempt fails on the spot.
  void connect() override {
    if (state_ != State::disconnected) {
      throw std::system_error(Error::already_connecting);
    }
    state_ = State::connecting;
    fds_.retain(shared_from_this());
    call_later({}, [](TcpConnector& self) { self.begin(); });
  }

  void disconnect() override {
    if (const auto connection = connection_.lock()) {
      connection->lose_connection();
    } else if (state_ == State::connecting) {
      stop_trying();
      call_later({}, [](TcpConnector& self) {
        self.fail(make_error_code(std::errc::operation_canceled));
      });
    }
  }

  net::Address destination() const override { return destination_; }

  int fileno() const override { return sock_.fd(); }
  std::string log_prefix() const override { return to_string(destination_); }

  // The attempt is over, one way or the other; or somebody thought so too soon.
  std::error_code do_write() override {
    const std::error_code error = net::connect_result(sock_);
    if (error == std::errc::operation_in_progress) return {};
    if (!error || error == std::errc::connection_reset) {
      connected(error);
    } else {
      fds_.remove_writer(*this);
      literals_.pop_back();
      try_them(error);
    }
    return {};
  }

  void connection_lost(std::error_code reason) override { fail(reason); }

  std::unique_ptr<Protocol> build_protocol(const net::Address&) override {
    return factory_->build_protocol(destination_);
  }

  void connection_over(bool made, std::error_code reason) override {
    if (!made) return fail(reason);
    state_ = State::disconnected;
    connection_.reset();
    guarded(this, [&] { factory_->client_connection_lost(*this, reason); });
    end_use();
  }

 private:
  enum class State { disconnected, connecting, connected };

  // One at a time: asking for another call cancels the one before.
  void call_later(Clock::duration delay, void (*call)(TcpConnector&)) {
    alarm_.cancel();
    alarm_ = time_.call_later(
        delay, [call, self = shared_from_this()] { call(*self); });
  }

  // Should the factory throw, that is what became of the attempt.
  void begin() {
    alarm_ = {};
    const std::error_code thrown = guarded(this, [&] {
      begin_use();
      factory_->started_connecting(*this);
    });
    if (alarm_.active()) return;  // it has disconnected us
    if (thrown) return fail(thrown);
    call_later(timeout_, [](TcpConnector& self) {
      self.fail(make_error_code(std::errc::timed_out));
    });
    if (net::is_ip_address(destination_.host)) {
      try_all({destination_}, {});
      return;
    }
    try {
      // Not a share: it is ours, and whoever is connecting is kept.
      lookup_ = start_lookup(
          fds_, destination_,
          [weak = weak_from_this()](auto literals, std::error_code error) {
            if (const auto self = weak.lock()) {
              self->try_all(std::move(literals), error);
            }
          });
    } catch (const std::system_error& error) {
      fail(error.code());
    }
  }

  void try_all(std::vector<net::Address> literals, std::error_code error) {
    lookup_.reset();
    literals_ = {literals.rbegin(), literals.rend()};
    try_them(error);
  }

  void try_them(std::error_code error) {
    for (; !literals_.empty(); literals_.pop_back()) {
      sock_ = net::start_connect(literals_.back(), error);
      if (!error) error = watch();
      if (!error) return;
    }
    fail(error);
  }

  std::error_code watch() try {
    fds_.add_writer(shared_from_this());
    return {};
  } catch (const std::system_error& error) {
    return error.code();
  }

  // Even if it is lost already: whoever has accepted us may have had his
  // reasons, but nobody has refused us. What the attempt needed goes now: a
  // connection may be at rest for long.
  void connected(std::error_code lost) {
    fds_.remove_writer(*this);
    alarm_.cancel();
    const auto literals = std::exchange(literals_, {});
    const auto connection = std::make_shared<TcpConnection>(
        fds_, time_, std::move(sock_), literals.back(), lost,
        shared_from_this());
    connection->start();
    connection_ = connection;
    state_ = State::connected;
    fds_.unretain(*this);
  }

  void fail(std::error_code reason) {
    if (state_ == State::disconnected) return;
    stop_trying();
    state_ = State::disconnected;
    connection_.reset();
    fds_.unretain(*this);
    guarded(this, [&] { begin_use(); });
    guarded(this, [&] { factory_->client_connection_failed(*this, reason); });
    end_use();
  }

  // Once, before the factory is told anything else.
  void begin_use() {
    if (std::exchange(is_use_begun_, true)) return;
    factory_->do_start();
    is_used_ = true;
  }

  void end_use() {
    if (state_ != State::disconnected) {  // it connects once more
      is_use_begun_ = is_used_;
      return;
    }
    is_use_begun_ = false;
    if (!std::exchange(is_used_, false)) return;
    guarded(this, [&] { factory_->do_stop(); });
  }

  void stop_trying() {
    alarm_.cancel();
    if (lookup_) fds_.remove_reader(*std::exchange(lookup_, nullptr));
    literals_.clear();
    fds_.remove_writer(*this);
    sock_.close();
  }

  InternalFdSet& fds_;
  ReactorTime& time_;
  const net::Address destination_;
  const std::shared_ptr<ClientFactory> factory_;
  const Clock::duration timeout_;
  State state_ = State::disconnected;
  bool is_use_begun_ = false;
  bool is_used_ = false;  // the factory was started
  DelayedCall alarm_;
  std::shared_ptr<ReadDescriptor> lookup_;
  std::vector<net::Address> literals_;  // the last is tried, the rest are next
  net::Socket sock_;
  std::weak_ptr<TcpConnection> connection_;
};

std::shared_ptr<Connector> start_connector(
    InternalFdSet& fds,
    ReactorTime& time,
    const net::Address& destination,
    std::shared_ptr<ClientFactory> factory,
    Clock::duration timeout) {
  auto connector = std::make_shared<TcpConnector>(fds, time, destination,
                                                  std::move(factory), timeout);
  connector->connect();
  return connector;
}

}  // namespace reactor
