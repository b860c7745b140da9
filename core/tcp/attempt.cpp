#include "tcp/attempt.h"

#include <utility>

#include "tcp/lookup.h"

namespace reactor {
namespace {

// RFC 8305, "Happy Eyeballs": how long an address is tried before the next one
// is tried, too.
constexpr Clock::duration next_address_delay = std::chrono::milliseconds(250);

}  // namespace

// It is writable when connecting has succeeded or failed.
class ConnectingSocket final : public WriteDescriptor {
 public:
  ConnectingSocket(net::Socket s, net::Address to, Attempt& attempt)
      : sock(std::move(s)),
        peer(std::move(to)),
        attempt_(attempt) {}

  int fileno() const override { return sock.fd(); }
  std::string log_prefix() const override { return to_string(peer); }
  std::error_code do_write() override {
    attempt_.writable(*this);
    return {};
  }
  void connection_lost(std::error_code reason) override {
    attempt_.end({{}, {}, reason});
  }

  net::Socket sock;
  const net::Address peer;

 private:
  Attempt& attempt_;
};

void Attempt::call_later(Clock::duration delay, std::function<void()> call) {
  call_.cancel();
  call_ = reactor_.call_later(delay, std::move(call));
}

void Attempt::start(const net::Address& destination,
                    Clock::duration timeout,
                    Done done) {
  done_ = std::move(done);
  call_later(timeout, [this] {
    end({{}, {}, make_error_code(std::errc::timed_out)});
  });
  if (net::is_ip_address(destination.host)) {
    try_all({destination}, {});
  } else {
    look_up(destination);
  }
}

void Attempt::look_up(const net::Address& name) try {
  lookup_ =
      start_lookup(reactor_, name, [this](auto found, std::error_code error) {
        try_all(std::move(found), error);
      });
} catch (const std::system_error& error) {
  end({{}, {}, error.code()});
}

void Attempt::try_all(std::vector<net::Address> ip_addresses,
                      std::error_code error) {
  lookup_.reset();
  ip_addresses_ = {ip_addresses.rbegin(), ip_addresses.rend()};
  own_error_ = error;
  try_next();
}

// If an address fails at once, the one after it is tried now. Attempts that
// have begun go on.
void Attempt::try_next() {
  next_call_.cancel();
  do {
    if (ip_addresses_.empty()) {
      if (sockets_.empty()) end({{}, {}, error_ ? error_ : own_error_});
      return;
    }
    own_error_ = try_address(ip_addresses_.back());
    ip_addresses_.pop_back();
  } while (own_error_);
  if (ip_addresses_.empty()) return;
  next_call_ = reactor_.call_later(next_address_delay, [this] { try_next(); });
}

std::error_code Attempt::try_address(const net::Address& ip_address) try {
  std::error_code error;
  net::Socket sock = net::start_connect(ip_address, error);
  if (error) return error;
  const auto socket =
      std::make_shared<ConnectingSocket>(std::move(sock), ip_address, *this);
  reactor_.add_writer(socket);
  sockets_.push_back(socket);
  return {};
} catch (const std::system_error& error) {
  return error.code();
}

// The socket is connected or failed, or this was a spurious wake-up. A reset
// after the accept is a lost connection, not a failed attempt.
void Attempt::writable(ConnectingSocket& socket) {
  const std::error_code error = net::connect_result(socket.sock);
  if (error == std::errc::operation_in_progress) return;
  reactor_.remove_writer(socket);
  std::erase_if(sockets_, [&](const auto& s) { return s.get() == &socket; });
  if (!error || error == std::errc::connection_reset) {
    return end({std::move(socket.sock), socket.peer, error});
  }
  error_ = error;
  try_next();
}

void Attempt::end(Outcome outcome) {
  stop();
  done_(std::move(outcome));
}

void Attempt::stop() {
  call_.cancel();
  next_call_.cancel();
  if (lookup_) reactor_.remove_reader(*std::exchange(lookup_, nullptr));
  for (const auto& socket : std::exchange(sockets_, {})) {
    reactor_.remove_writer(*socket);
    socket->sock.close();
  }
}

}  // namespace reactor
