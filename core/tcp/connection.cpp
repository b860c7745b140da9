#include "tcp/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "reactor/guard.h"

namespace reactor {
namespace {

constexpr std::size_t read_size = 65536;  // of our own buffer
constexpr std::size_t max_lent_size = 262144;  // of a protocol's buffer

}  // namespace

TcpConnection::TcpConnection(net::Socket sock,
                             net::Address peer,
                             std::error_code lost,
                             std::shared_ptr<ProtocolSource> source)
    : protocol_source_(std::move(source)),
      peer_(std::move(peer)),
      sock_(std::move(sock)) {
  if (lost) outgoing().end_reason = lost;
}

// A new connection is writable: the reactor's first call is do_write(), where
// the protocol starts. It may throw like any other callback.
void TcpConnection::start() {
  reactor().add_writer(shared_from_this());
}

std::error_code TcpConnection::create_protocol() {
  protocol_ = protocol_source_->build_protocol(peer_);
  // build_protocol() may have called Connector::disconnect().
  if (state_ != State::connecting) protocol_ = nullptr;
  if (!protocol_) return Error::connection_aborted;
  state_ = State::open;
  reactor().add_reader(shared_from_this());
  reactor().remove_writer(*this);
  protocol_->make_connection(*this);
  return {};
}

// A connection that the system cannot watch ends: no callback would ever come.
void TcpConnection::start_writing() try {
  reactor().add_writer(shared_from_this());
} catch (const std::system_error& error) {
  abort_connection(error.code());
}

// --- Reading -----------------------------------------------------------------

// Reads one buffer in an iteration: a peer that never stops sending must not
// keep the other connections waiting.
std::error_code TcpConnection::do_read() {
  char own[read_size];
  std::span<char> buffer = protocol_->get_buffer();
  // get_buffer() may have closed or paused the connection.
  if (state_ != State::open || paused_) return {};
  if (buffer.empty()) buffer = own;
  const std::size_t size = std::min(buffer.size(), max_lent_size);
  const ssize_t n = ::recv(fileno(), buffer.data(), size, 0);
  if (n == 0) return peer_ended();
  if (n < 0) return ignore_would_block(net::last_error());
  protocol_->data_received({buffer.data(), static_cast<std::size_t>(n)});
  return {};
}

// The peer may still receive, so what it has not received yet is sent first.
std::error_code TcpConnection::peer_ended() {
  if (end_reason() || (unsent_size() == 0 && !is_producer_waiting())) {
    return Error::connection_done;
  }
  state_ = State::draining;
  reactor().remove_reader(*this);
  return {};
}

// While it is paused it is perhaps not registered, but the reactor has to own
// it.
void TcpConnection::pause_producing() {
  paused_ = true;
  if (state_ != State::open) return;
  reactor().retain(shared_from_this());
  reactor().remove_reader(*this);
}

void TcpConnection::resume_producing() try {
  paused_ = false;
  if (state_ == State::open) reactor().add_reader(shared_from_this());
} catch (const std::system_error& error) {
  abort_connection(error.code());
}

// --- Writing -----------------------------------------------------------------

// Bytes that the system does not take are sent when there is room again. An
// error is reported then, too: no callback is called from within write().
void TcpConnection::write(std::string_view data) {
  const bool accepts = state_ == State::open || state_ == State::draining ||
                       (state_ == State::losing && has_producer());
  if (!accepts || is_write_closed_ || data.empty()) return;
  if (unsent_size() == 0 && !end_reason()) {
    const std::error_code error = send_some(fileno(), data);
    if (error) outgoing().end_reason = error;
  }
  if (!data.empty()) outgoing().append(data);
  // do_write() asks a pull producer for more, even if nothing is unsent.
  if (!data.empty() || (outgoing_ && outgoing_->has_pull_producer())) {
    start_writing();
  }
  if (outgoing_) outgoing_->written();
}

std::error_code TcpConnection::do_write() {
  if (state_ == State::connecting) return create_protocol();
  if (!end_reason() && unsent_size() > 0) outgoing_->send(fileno());
  if (!end_reason() && unsent_size() == 0) return sent_everything();

  // A connection that reads gets the remaining data first, and then the error.
  if (!end_reason() || state_ != State::open || paused_) return end_reason();
  outgoing_->clear();
  reactor().remove_writer(*this);
  return {};
}

std::error_code TcpConnection::sent_everything() {
  if (outgoing_) outgoing_->clear();
  if (is_write_closed_) ::shutdown(fileno(), SHUT_WR);
  if (is_ending()) {
    graceful_shutdown();
    return Error::connection_done;
  }
  if (state_ == State::losing) reactor().retain(shared_from_this());
  // While draining, the next iteration looks whether there is more to send.
  if (state_ != State::draining) reactor().remove_writer(*this);
  if (is_producer_waiting()) outgoing_->resume_producer();
  return {};
}

// lose_connection() waits until the producer is unregistered. After the end of
// the peer, the connection waits only for a producer that waits for
// resume_producing(): another one may never write again.
bool TcpConnection::is_ending() const {
  if (state_ == State::losing) return !has_producer();
  return state_ == State::draining && !is_producer_waiting();
}

// --- Producers ---------------------------------------------------------------

void TcpConnection::register_producer(std::shared_ptr<Producer> producer,
                                      bool streaming) {
  if (has_producer()) throw std::system_error(Error::producer_registered);
  if (state_ == State::lost) return producer->stop_producing();
  outgoing().set_producer(std::move(producer), streaming);
  if (!streaming && state_ == State::open) start_writing();
}

// The caller may be the producer and this the last reference to it, so destroy
// it later.
void TcpConnection::unregister_producer() {
  if (!has_producer()) return;
  reactor().destroy_later(outgoing_->take_producer());
  if (state_ == State::losing) start_writing();
}

// --- Options of the socket. A lost connection has none. ----------------------

void TcpConnection::set_option(int level, int name, int value) {
  ::setsockopt(fileno(), level, name, &value, sizeof value);
}

bool TcpConnection::option(int level, int name) const {
  int value = 0;
  socklen_t size = sizeof value;
  ::getsockopt(fileno(), level, name, &value, &size);
  return value != 0;
}

// --- The end -----------------------------------------------------------------

void TcpConnection::lose_connection() {
  if (state_ >= State::losing) return;
  if (state_ == State::connecting) {
    outgoing().end_reason = make_error_code(std::errc::operation_canceled);
  }
  state_ = State::losing;
  start_writing();
  reactor().remove_reader(*this);
}

void TcpConnection::lose_write_connection() {
  if (state_ != State::open || is_write_closed_) return;
  is_write_closed_ = true;
  if (unsent_size() == 0) ::shutdown(fileno(), SHUT_WR);
}

// Reads and drops what the peer has sent: closing a socket with unread data
// resets the connection, and the peer might lose data that it has not read yet.
void TcpConnection::graceful_shutdown() {
  ::shutdown(fileno(), SHUT_WR);
  char unread[read_size];
  for (int i = 0; i < 16; ++i) {
    const ssize_t n = ::recv(fileno(), unread, sizeof unread, 0);
    if (n <= 0 && !net::must_retry(n)) return;
  }
}

void TcpConnection::abort_connection(std::error_code reason) {
  if (state_ == State::connecting || state_ >= State::aborted) return;
  state_ = State::aborted;
  outgoing().end_reason = reason;
  reactor().retain(shared_from_this());
  reactor().remove_reader(*this);
  reactor().remove_writer(*this);
  reactor().call_later(Clock::duration::zero(), [self = shared_from_this()] {
    self->reactor().unretain(*self);
    self->connection_lost(self->end_reason());
  });
}

void TcpConnection::connection_lost(std::error_code reason) {
  if (state_ == State::lost) return;
  const bool is_refused = state_ == State::connecting;
  const bool is_aborted = std::exchange(state_, State::lost) == State::aborted;
  guarded(this, [&] { host_ = std::make_unique<net::Address>(host()); });
  is_refused || is_aborted ? sock_.close_with_reset() : sock_.close();
  if (end_reason() && reason != Error::callback_failed) reason = end_reason();
  if (has_producer()) {
    const auto producer = outgoing_->take_producer();
    guarded(this, [&] { producer->stop_producing(); });
  }
  outgoing_.reset();
  if (protocol_) guarded(this, [&] { protocol_->connection_lost(reason); });
  protocol_source_->connection_ended(protocol_ != nullptr, reason);
}

}  // namespace reactor
