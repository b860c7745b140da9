#include "world/talk.h"

#include <sys/socket.h>

#include <array>
#include <string>

#include "world/world.h"

namespace fuzz {
namespace {

constexpr std::array<std::size_t, 4> sizes{1, 100, 5000, 70000};

// Each place in it has its own bytes; it is the same again after a while, but
// not within what is read or written at once.
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

// --- Being called ------------------------------------------------------------

class Talk::Talker final : public reactor::Protocol {
 public:
  explicit Talker(std::shared_ptr<Talk> talk)
      : talk_(std::move(talk)) {}
  ~Talker() override { talk_->gone(made_); }

  void connection_made() override {
    made_ = true;
    talk_->made(transport());
  }
  void data_received(std::string_view data) override { talk_->received(data); }
  void connection_lost(std::error_code reason) override { talk_->lost(reason); }

 private:
  const std::shared_ptr<Talk> talk_;
  bool made_ = false;
};

std::unique_ptr<reactor::Protocol> Talk::build_protocol(const net::Address&) {
  const World::Visit visit(world_, "build", id_);
  check(stage_ == Stage::none, "a protocol is built once");
  world_.act();
  if (world_.bytes.below(16) == 1) return nullptr;
  world_.maybe_throw("build_protocol");
  stage_ = Stage::built;
  return std::make_unique<Talker>(shared_from_this());
}

void Talk::made(reactor::Transport& transport) {
  const World::Visit visit(world_, "made", id_);
  check(stage_ == Stage::built, "a connection is made once");
  stage_ = Stage::made;
  transport_ = &transport;
  world_.act();
  world_.maybe_throw("connection_made");
}

void Talk::received(std::string_view data) {
  const World::Visit visit(world_, "received", id_);
  check(stage_ == Stage::made, "data comes over a connection");
  check(!paused_, "who is paused receives nothing");
  check(!losing_ && !aborted_ && !transport_->disconnecting(),
        "who has left receives nothing");
  check(!data.empty(), "nothing is not received");
  check_stream(data, received_);
  received_ += data.size();
  world_.act();
  world_.maybe_throw("data_received");
}

void Talk::lost(std::error_code reason) {
  const World::Visit visit(world_, "lost talk", id_);
  check(stage_ == Stage::made, "a connection is lost once");
  check(reason && transport_->disconnecting(), "who is lost knows why");
  stage_ = Stage::lost;
  reason_ = reason;
  if (reason == reactor::Error::connection_lost) world_.leave();
  world_.act();
  world_.maybe_throw("connection_lost");
}

void Talk::gone(bool was_made) {
  check(stage_ == (was_made ? Stage::lost : Stage::built),
        "a protocol is told before it dies");
  check(!world_.in_callback() || !was_made,
        "no protocol dies while a callback runs");
  stage_ = Stage::gone;
  transport_ = nullptr;
}

void Talk::connection_over(bool made, std::error_code reason) {
  const World::Visit visit(world_, "over", id_);
  check(!over_, "a connection is over once");
  check(made == (stage_ == Stage::lost), "the protocol is told first");
  check(!made || reason == reason_, "everybody is told the same");
  over_ = true;
  world_.act();
}

// --- What the bytes can ask for ----------------------------------------------

void Talk::write() {
  const std::size_t size = sizes[world_.bytes.below(sizes.size())];
  if (!transport_) return;
  const std::string_view data = stream(written_, size);
  if (is_open() && !losing_ && !aborted_) written_ += size;
  transport_->write(data);
}

void Talk::lose() {
  if (!transport_) return;
  if (is_open() && !aborted_) losing_ = true;
  transport_->lose_connection();
  check(transport_->disconnecting(), "who leaves knows it");
}

void Talk::abort() {
  if (!transport_) return;
  if (is_open()) aborted_ = true;
  transport_->abort_connection();
  check(transport_->disconnecting(), "who leaves knows it");
}

void Talk::pause() {
  if (!transport_) return;
  paused_ = true;
  transport_->pause_producing();
}

void Talk::resume() {
  if (!transport_) return;
  paused_ = false;
  transport_->resume_producing();
}

void Talk::hear() {
  const std::string_view data =
      stream(said_, sizes[world_.bytes.below(sizes.size())]);
  const ssize_t n = ::send(other.fd(), data.data(), data.size(), MSG_NOSIGNAL);
  if (n > 0) said_ += static_cast<std::size_t>(n);
}

void Talk::listen() {
  static std::array<char, 65536> buffer;
  const ssize_t n = ::recv(other.fd(), buffer.data(), buffer.size(), 0);
  if (n <= 0) return;
  const auto size = static_cast<std::size_t>(n);
  check_stream({buffer.data(), size}, heard_);
  heard_ += size;
  check(heard_ <= written_, "nobody sends what was not written");
}

void Talk::hang_up() {
  other.close();
}

void Talk::end() {
  check(stage_ == Stage::none || stage_ == Stage::gone,
        "no protocol outlives its reactor");
  const bool flushed = losing_ && reason_ == reactor::Error::connection_done;
  if (!flushed || aborted_ || other.fd() < 0) return;
  std::size_t before = 0;
  do {
    before = heard_;
    listen();
  } while (heard_ > before);
  check(heard_ == written_, "what is written arrives before the end");
}

}  // namespace fuzz
