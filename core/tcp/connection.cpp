#include "tcp/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "reactor/guard.h"

namespace reactor {
namespace {

constexpr std::size_t read_size = 65536;  // of our own buffer
constexpr std::size_t max_lent_size = 262144;  // of a protocol's buffer
constexpr std::size_t high_water = 65536;  // unsent; more pauses a producer

std::error_code ignore_would_block(const std::error_code& error) {
  const bool would_block = error == std::errc::operation_would_block ||
                           error == std::errc::interrupted;
  return would_block ? std::error_code() : error;
}

}  // namespace

TcpConnection::TcpConnection(InternalFdSet& fds,
                             ReactorTime& time,
                             net::Socket sock,
                             net::Address peer,
                             std::error_code lost,
                             std::shared_ptr<ProtocolSource> source)
    : sock_(std::move(sock)),
      fds_(fds),
      time_(time),
      peer_(std::move(peer)),
      protocol_source_(std::move(source)),
      reason_(lost) {}

// A new connection is writable, so that the reactor's first call is do_write(),
// where the protocol starts. The reactor calls it like any other callback, and
// it may throw like any other.
void TcpConnection::start() {
  fds_.add_writer(shared_from_this());
}

std::error_code TcpConnection::create_protocol() {
  protocol_ = protocol_source_->build_protocol(peer_);
  // build_protocol() may have called Connector::disconnect().
  if (state_ != State::connecting) protocol_ = nullptr;
  if (!protocol_) return Error::connection_aborted;
  state_ = State::open;
  fds_.add_reader(shared_from_this());
  fds_.remove_writer(*this);
  protocol_->make_connection(*this);
  return {};
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
  if (n == 0) return Error::connection_done;
  if (n < 0) return ignore_would_block(net::last_error());
  protocol_->data_received({buffer.data(), static_cast<std::size_t>(n)});
  return {};
}

// It may not be registered until it is resumed, but the reactor has to own it.
void TcpConnection::pause_producing() {
  paused_ = true;
  if (state_ != State::open) return;
  fds_.retain(shared_from_this());
  fds_.remove_reader(*this);
}

void TcpConnection::resume_producing() {
  paused_ = false;
  if (state_ == State::open) fds_.add_reader(shared_from_this());
}

// --- Writing -----------------------------------------------------------------

void TcpConnection::write(std::string_view data) {
  const bool is_producer_writing = state_ == State::losing && has_producer();
  if ((state_ != State::open && !is_producer_writing) || data.empty()) return;
  if (reason_) {
    // A paused connection does not read, so do_write() must report the error.
    if (paused_) fds_.add_writer(shared_from_this());
  } else if (unsent_size() == 0) {
    send_now(data);
  } else {
    outgoing_->unsent += data;
  }
  if (unsent_size() > high_water) pause_producer();
}

void TcpConnection::write_sequence(std::span<const std::string_view> data) {
  std::string together;
  for (const std::string_view part : data) {
    together += part;
  }
  write(together);
}

// Bytes that the system does not take are sent when there is room again. An
// error is reported then, too: no callback is called from within write().
void TcpConnection::send_now(std::string_view data) {
  const ssize_t n = ::send(fileno(), data.data(), data.size(), MSG_NOSIGNAL);
  if (n < 0) reason_ = ignore_would_block(net::last_error());
  const auto sent = static_cast<std::size_t>(n < 0 ? 0 : n);
  if (sent < data.size()) outgoing().unsent = data.substr(sent);
  // do_write() asks a pull producer for more, even if nothing is unsent.
  if (unsent_size() > 0 || has_pull_producer()) {
    fds_.add_writer(shared_from_this());
  }
}

std::error_code TcpConnection::do_write() {
  if (state_ == State::connecting) return create_protocol();
  if (!reason_ && unsent_size() > 0) reason_ = send_unsent();
  if (!reason_) return unsent_size() == 0 ? sent_everything() : reason_;

  // A connection that reads finds the end itself, after the data before it.
  if (state_ != State::open || paused_) return reason_;
  if (outgoing_) {
    outgoing_->unsent.clear();
    outgoing_->sent = 0;
  }
  fds_.remove_writer(*this);
  return {};
}

std::error_code TcpConnection::send_unsent() {
  std::string& unsent = outgoing_->unsent;
  std::size_t& sent = outgoing_->sent;
  const ssize_t n = ::send(fileno(), unsent.data() + sent, unsent.size() - sent,
                           MSG_NOSIGNAL);
  if (n < 0) return ignore_would_block(net::last_error());
  sent += static_cast<std::size_t>(n);
  // Rarely enough that moving the remaining bytes costs less than sending did.
  if (sent >= unsent.size() / 2) unsent.erase(0, std::exchange(sent, 0));
  return {};
}

std::error_code TcpConnection::sent_everything() {
  if (outgoing_ && outgoing_->unsent.capacity() > read_size) {
    outgoing_->unsent.shrink_to_fit();
  }
  if (state_ == State::losing && !has_producer()) {
    graceful_shutdown();
    return Error::connection_done;
  }
  if (state_ == State::losing) fds_.retain(shared_from_this());
  fds_.remove_writer(*this);
  if (has_pull_producer() ||
      (has_producer() && outgoing_->is_producer_paused)) {
    outgoing_->is_producer_paused = false;
    outgoing_->producer->resume_producing();
  }
  return {};
}

// --- Producers ---------------------------------------------------------------

void TcpConnection::register_producer(std::shared_ptr<Producer> producer,
                                      bool streaming) {
  if (has_producer()) throw std::system_error(Error::producer_registered);
  if (state_ == State::lost) return producer->stop_producing();
  outgoing().producer = std::move(producer);
  outgoing_->is_push_producer = streaming;
  outgoing_->is_producer_paused = false;
  if (!streaming && state_ == State::open) {
    fds_.add_writer(shared_from_this());
  }
}

// The caller may be the producer and this the last reference to it, so destroy
// it later.
void TcpConnection::unregister_producer() {
  if (!has_producer()) return;
  fds_.destroy_later(std::exchange(outgoing_->producer, nullptr));
  if (state_ == State::losing) fds_.add_writer(shared_from_this());
}

void TcpConnection::pause_producer() {
  if (!has_producer() || !outgoing_->is_push_producer) return;
  if (std::exchange(outgoing_->is_producer_paused, true)) return;
  outgoing_->producer->pause_producing();
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
  if (state_ != State::open && state_ != State::connecting) return;
  if (state_ == State::connecting) {
    reason_ = make_error_code(std::errc::operation_canceled);
  }
  state_ = State::losing;
  fds_.add_writer(shared_from_this());
  fds_.remove_reader(*this);
}

// Reads and drops what the peer has sent: closing a socket with unread data
// resets the connection, and the peer might lose data that it has not read yet.
void TcpConnection::graceful_shutdown() {
  ::shutdown(fileno(), SHUT_WR);
  char unread[read_size];
  for (int i = 0; i < 16; ++i) {
    if (::recv(fileno(), unread, sizeof unread, 0) <= 0) return;
  }
}

void TcpConnection::abort_connection(std::error_code reason) {
  if (state_ != State::open && state_ != State::losing) return;
  state_ = State::aborted;
  reason_ = reason;
  fds_.retain(shared_from_this());
  fds_.remove_reader(*this);
  fds_.remove_writer(*this);
  const linger reset{1, 0};
  ::setsockopt(fileno(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  time_.call_later(Clock::duration::zero(), [self = shared_from_this()] {
    self->fds_.unretain(*self);
    self->connection_lost(self->reason_);
  });
}

bool TcpConnection::disconnecting() const {
  return state_ != State::open;  // while connecting, no protocol can ask
}

void TcpConnection::connection_lost(std::error_code reason) {
  if (state_ == State::lost) return;
  state_ = State::lost;
  guarded(this, [&] { host_ = std::make_unique<net::Address>(host()); });
  sock_.close();
  if (reason_ && reason != Error::callback_failed) reason = reason_;
  if (const auto outgoing = std::exchange(outgoing_, nullptr);
      outgoing && outgoing->producer) {
    guarded(this, [&] { outgoing->producer->stop_producing(); });
  }
  if (protocol_) guarded(this, [&] { protocol_->connection_lost(reason); });
  protocol_source_->connection_ended(protocol_ != nullptr, reason);
}

}  // namespace reactor
