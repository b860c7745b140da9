#include "model/connection.h"

#include <sys/socket.h>

#include <array>
#include <string>

#include "model/reactor_model.h"

namespace fuzz {
namespace {

constexpr std::array<std::size_t, 4> sizes{1, 100, 5000, 70000};

// A stream whose bytes follow from their place. It repeats itself, but not
// within one read or write.
std::string_view stream(std::size_t from, std::size_t size) {
  constexpr std::size_t period = 65536;
  static const std::string once_and_more = [] {
    std::string data(period + sizes.back(), '\0');
    for (std::size_t i = 0; i < data.size(); ++i) {
      data[i] = static_cast<char>(i * 31 + (i >> 8) * 7);
    }
    return data;
  }();
  return std::string_view(once_and_more).substr(from % period, size);
}

void check_stream(std::string_view data, std::size_t from) {
  check(data == stream(from, data.size()), "bytes arrive, once and in order");
}

}  // namespace

FuzzedConnection::FuzzedConnection(ReactorModel& model, int id)
    : ProtocolSource(*model.reactor),
      model_(model),
      id_(id) {}

// --- Being called ------------------------------------------------------------

class FuzzedConnection::Protocol final : public reactor::Protocol {
 public:
  explicit Protocol(std::shared_ptr<FuzzedConnection> connection)
      : connection_(std::move(connection)) {}
  ~Protocol() override { connection_->gone(made_); }

  void connection_made() override {
    made_ = true;
    connection_->made(transport());
  }
  void data_received(std::string_view data) override {
    connection_->received(data);
  }
  void connection_lost(std::error_code reason) override {
    connection_->lost(reason);
  }

 private:
  const std::shared_ptr<FuzzedConnection> connection_;
  bool made_ = false;
};

std::unique_ptr<reactor::Protocol> FuzzedConnection::build_protocol(
    const net::Address&) {
  const ReactorModel::CallbackScope scope(model_, "build", id_);
  check(stage_ == Stage::none, "a protocol is built once");
  model_.act();
  if (model_.bytes.below(16) == 1) return nullptr;
  model_.maybe_throw("build_protocol");
  stage_ = Stage::built;
  return std::make_unique<Protocol>(shared_from_this());
}

void FuzzedConnection::made(reactor::Transport& transport) {
  const ReactorModel::CallbackScope scope(model_, "made", id_);
  check(stage_ == Stage::built, "a connection is made once");
  stage_ = Stage::made;
  transport_ = &transport;
  model_.act();
  model_.maybe_throw("connection_made");
}

void FuzzedConnection::received(std::string_view data) {
  const ReactorModel::CallbackScope scope(model_, "received", id_);
  check(stage_ == Stage::made, "data comes over a connection");
  check(!paused_, "a paused connection receives nothing");
  check(!losing_ && !aborted_ && !transport_->disconnecting(),
        "a disconnecting connection receives nothing");
  check(!data.empty(), "received data is not empty");
  check_stream(data, received_);
  received_ += data.size();
  model_.act();
  model_.maybe_throw("data_received");
}

void FuzzedConnection::lost(std::error_code reason) {
  const ReactorModel::CallbackScope scope(model_, "lost connection", id_);
  check(stage_ == Stage::made, "a connection is lost once");
  check(reason && transport_->disconnecting(), "a loss has a reason");
  stage_ = Stage::lost;
  reason_ = reason;
  if (reason == reactor::Error::connection_lost) model_.reactor_stopped();
  model_.act();
  model_.maybe_throw("connection_lost");
}

void FuzzedConnection::gone(bool was_made) {
  check(stage_ == (was_made ? Stage::lost : Stage::built),
        "a protocol is notified before its destruction");
  check(!model_.in_callback() || !was_made,
        "no protocol is destroyed while a callback runs");
  stage_ = Stage::gone;
  transport_ = nullptr;
}

void FuzzedConnection::connection_ended(bool had_protocol,
                                        std::error_code reason) {
  const ReactorModel::CallbackScope scope(model_, "over", id_);
  check(!over_, "a connection is over once");
  check(had_protocol == (stage_ == Stage::lost), "the protocol is told first");
  check(!had_protocol || reason == reason_,
        "protocol and factory are told the same reason");
  over_ = true;
  model_.act();
}

// --- Operations --------------------------------------------------------------

void FuzzedConnection::write() {
  const std::size_t size = sizes[model_.bytes.below(sizes.size())];
  if (!transport_) return;
  const std::string_view data = stream(written_, size);
  if (is_open() && !losing_ && !aborted_) written_ += size;
  transport_->write(data);
}

void FuzzedConnection::lose() {
  if (!transport_) return;
  if (is_open() && !aborted_) losing_ = true;
  transport_->lose_connection();
  check(transport_->disconnecting(),
        "a transport knows that it is disconnecting");
}

void FuzzedConnection::abort() {
  if (!transport_) return;
  if (is_open()) aborted_ = true;
  transport_->abort_connection();
  check(transport_->disconnecting(),
        "a transport knows that it is disconnecting");
}

void FuzzedConnection::pause() {
  if (!transport_) return;
  paused_ = true;
  transport_->pause_producing();
}

void FuzzedConnection::resume() {
  if (!transport_) return;
  paused_ = false;
  transport_->resume_producing();
}

void FuzzedConnection::send_from_peer() {
  const std::string_view data =
      stream(peer_sent_, sizes[model_.bytes.below(sizes.size())]);
  const ssize_t n = ::send(other.fd(), data.data(), data.size(), MSG_NOSIGNAL);
  if (n > 0) peer_sent_ += static_cast<std::size_t>(n);
}

void FuzzedConnection::listen() {
  static std::array<char, 65536> buffer;
  const ssize_t n = ::recv(other.fd(), buffer.data(), buffer.size(), 0);
  if (n <= 0) return;
  const auto size = static_cast<std::size_t>(n);
  check_stream({buffer.data(), size}, peer_received_);
  peer_received_ += size;
  check(peer_received_ <= written_, "only written bytes are sent");
}

void FuzzedConnection::close_peer() {
  other.close();
}

void FuzzedConnection::end() {
  check(stage_ == Stage::none || stage_ == Stage::gone,
        "no protocol outlives its reactor");
  const bool flushed = losing_ && reason_ == reactor::Error::connection_done;
  if (!flushed || aborted_ || other.fd() < 0) return;
  std::size_t before = 0;
  do {
    before = peer_received_;
    listen();
  } while (peer_received_ > before);
  check(peer_received_ == written_, "written bytes arrive before the end");
}

}  // namespace fuzz
