#include "tcp/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "reactor/guard.h"

namespace reactor {
namespace {

constexpr std::size_t read_size = 65536;  // at most so much in a round
constexpr std::size_t lent_size = 262144;  // of what a protocol lends
constexpr std::size_t high_water = 65536;  // unsent; more pauses a producer

std::error_code unless_nothing(const std::error_code& error) {
  const bool nothing = error == std::errc::operation_would_block ||
                       error == std::errc::interrupted;
  return nothing ? std::error_code() : error;
}

}  // namespace

TcpConnection::TcpConnection(InternalFdSet& fds,
                             ReactorTime& time,
                             net::Socket sock,
                             net::Address peer,
                             std::error_code lost,
                             std::shared_ptr<ConnectionMaker> maker)
    : sock_(std::move(sock)),
      fds_(fds),
      time_(time),
      peer_(std::move(peer)),
      host_(net::local_address(sock_)),
      maker_(std::move(maker)),
      reason_(lost) {}

// A fresh connection is writable: the reactor's first call will be do_write(),
// and that is where the protocol starts. So it is called by the reactor like
// everything else, and may throw like everything else.
void TcpConnection::start() {
  fds_.add_writer(shared_from_this());
  fds_.retain(shared_from_this());
}

std::error_code TcpConnection::make() {
  protocol_ = maker_->build_protocol(peer_);
  if (state_ != State::connecting) protocol_ = nullptr;  // given up meanwhile
  if (!protocol_) return Error::connection_aborted;
  state_ = State::open;
  fds_.add_reader(shared_from_this());
  fds_.remove_writer(*this);
  protocol_->make_connection(*this);
  return {};
}

// --- Reading -----------------------------------------------------------------

// Once a round, and no more than one buffer: a peer that never stops talking
// must not keep the others waiting.
std::error_code TcpConnection::do_read() {
  char own[read_size];
  std::span<char> buffer = protocol_->get_buffer();
  if (state_ != State::open || paused_) return {};  // it thought better of it
  if (buffer.empty()) buffer = own;
  const std::size_t most = std::min(buffer.size(), lent_size);
  const ssize_t n = ::recv(fileno(), buffer.data(), most, 0);
  if (n == 0) return Error::connection_done;
  if (n < 0) return unless_nothing(net::last_error());
  protocol_->data_received({buffer.data(), static_cast<std::size_t>(n)});
  return {};
}

void TcpConnection::pause_producing() {
  paused_ = true;
  if (state_ == State::open) fds_.remove_reader(*this);
}

void TcpConnection::resume_producing() {
  paused_ = false;
  if (state_ == State::open) fds_.add_reader(shared_from_this());
}

// --- Writing -----------------------------------------------------------------

void TcpConnection::write(std::string_view data) {
  const bool is_last_words = state_ == State::losing && producer_;
  if ((state_ != State::open && !is_last_words) || data.empty()) return;
  if (reason_) {
    // It failed before. Who is paused does not read, and would never know.
    if (paused_) fds_.add_writer(shared_from_this());
  } else if (unsent_.empty()) {
    send_now(data);
  } else {
    unsent_ += data;
  }
  if (unsent_.size() - sent_ > high_water) pause_producer();
}

void TcpConnection::write_sequence(std::span<const std::string_view> data) {
  std::string together;
  for (const std::string_view part : data) {
    together += part;
  }
  write(together);
}

// What the system does not take is kept, and sent when there is room again. An
// error waits until then, too: nobody is called from within write().
void TcpConnection::send_now(std::string_view data) {
  const ssize_t n = ::send(fileno(), data.data(), data.size(), MSG_NOSIGNAL);
  if (n < 0) reason_ = unless_nothing(net::last_error());
  const auto sent = static_cast<std::size_t>(n < 0 ? 0 : n);
  unsent_ = data.substr(sent);
  // A pull producer is asked for more even if nothing is left.
  const bool is_asked = producer_ && !is_push_;
  if (!unsent_.empty() || is_asked) fds_.add_writer(shared_from_this());
}

std::error_code TcpConnection::do_write() {
  if (state_ == State::connecting) return make();
  if (!reason_ && !unsent_.empty()) reason_ = send_unsent();
  if (!reason_) return unsent_.empty() ? sent_everything() : reason_;

  // Whoever reads will find the end itself, behind what came before it.
  if (state_ != State::open || paused_) return reason_;
  unsent_.clear();
  sent_ = 0;
  fds_.remove_writer(*this);
  return {};
}

std::error_code TcpConnection::send_unsent() {
  const ssize_t n = ::send(fileno(), unsent_.data() + sent_,
                           unsent_.size() - sent_, MSG_NOSIGNAL);
  if (n < 0) return unless_nothing(net::last_error());
  sent_ += static_cast<std::size_t>(n);
  // Seldom enough that moving the rest costs less than sending it did.
  if (sent_ >= unsent_.size() / 2) unsent_.erase(0, std::exchange(sent_, 0));
  return {};
}

std::error_code TcpConnection::sent_everything() {
  if (unsent_.capacity() > read_size) unsent_.shrink_to_fit();
  if (state_ == State::losing && !producer_) {
    say_goodbye();
    return Error::connection_done;
  }
  fds_.remove_writer(*this);
  if (producer_ && (!is_push_ || is_producer_paused_)) {
    is_producer_paused_ = false;
    producer_->resume_producing();
  }
  return {};
}

// --- Producers ---------------------------------------------------------------

void TcpConnection::register_producer(std::shared_ptr<Producer> producer,
                                      bool streaming) {
  if (producer_) throw std::system_error(Error::producer_registered);
  if (state_ == State::lost) return producer->stop_producing();
  producer_ = std::move(producer);
  is_push_ = streaming;
  is_producer_paused_ = false;
  if (!is_push_ && state_ == State::open) fds_.add_writer(shared_from_this());
}

// The caller may be the producer and this the last reference to it, so destroy
// it later.
void TcpConnection::unregister_producer() {
  if (!producer_) return;
  fds_.destroy_later(std::exchange(producer_, nullptr));
  if (state_ == State::losing) fds_.add_writer(shared_from_this());
}

void TcpConnection::pause_producer() {
  if (!producer_ || !is_push_ || is_producer_paused_) return;
  is_producer_paused_ = true;
  producer_->pause_producing();
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

// Closing with something unread would be a reset, and could destroy what is
// still on its way to the other side.
void TcpConnection::say_goodbye() {
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
  return state_ != State::open;  // nobody can ask while it is connecting
}

void TcpConnection::connection_lost(std::error_code reason) {
  if (state_ == State::lost) return;
  state_ = State::lost;
  sock_.close();
  std::string().swap(unsent_);
  if (reason_ && reason != Error::callback_failed) reason = reason_;
  if (const auto producer = std::exchange(producer_, nullptr)) {
    guarded(this, [&] { producer->stop_producing(); });
  }
  if (protocol_) guarded(this, [&] { protocol_->connection_lost(reason); });
  maker_->connection_over(protocol_ != nullptr, reason);
}

}  // namespace reactor
