#include "world/thing.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "net/socket.h"
#include "world/world.h"

namespace fuzz {
namespace {

void empty(const net::Socket& sock) {
  std::array<char, 4096> buffer;
  while (::recv(sock.fd(), buffer.data(), buffer.size(), 0) > 0) {
  }
}

}  // namespace

void make_small(const net::Socket& sock) {
  const int least = 1;
  ::setsockopt(sock.fd(), SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
}

Thing::Thing(World& world, int id)
    : world_(world),
      id_(id) {
  world_.alive.push_back(this);
  open();
}

Thing::~Thing() {
  check(!is_registered() || !world_.owner, "who is registered is alive");
  check(!kept_since_ || !world_.owner, "who is kept is alive");
  check(!world_.in_callback() || world_.dropping,
        "nothing that the reactor holds dies while a callback runs");
  // After stop() nobody sees when that is.
  check(!world_.in_callback() || aside_since_ != world_.phase ||
            !world_.reactor->running(),
        "what is removed is put aside until the round is over");
  std::erase(world_.alive, this);
  // Who dies may remove others.
  if (world_.in_callback() || !world_.reactor || world_.alive.empty()) return;
  Thing& other = *world_.alive[world_.bytes.below(world_.alive.size())];
  other.remove_reader();
  other.remove_writer();
}

// --- Being called ------------------------------------------------------------

std::error_code Thing::do_read() {
  const World::Visit visit(world_, "read", id_);
  check(read_since_ && *read_since_ < world_.round,
        "only who is registered as a reader since before this round reads");
  std::array<char, 64> buffer;
  ::recv(sock_.fd(), buffer.data(), 1 + world_.bytes.below(buffer.size()), 0);
  return called(number_);
}

std::error_code Thing::do_write() {
  const World::Visit visit(world_, "write", id_);
  check(write_since_ && *write_since_ < world_.round,
        "only who is registered as a writer since before this round writes");
  return called(number_);
}

std::error_code Thing::called(int number) {
  world_.act();
  const std::size_t how = world_.bytes.below(16);
  const auto closed = std::make_error_code(std::errc::bad_file_descriptor);
  if (how == 1) {
    world_.expect_loss(*this, closed);
    return closed;
  }
  if (how == 2 || how == 3) {
    world_.expect_loss(*this, reactor::Error::callback_failed);
    if (how == 2) throw 42;
    throw std::bad_alloc();
  }
  if (is_registered() && number_ == number && sock_.fd() != number) {
    world_.expect_loss(*this, reactor::Error::descriptor_closed);
  }
  return {};
}

void Thing::connection_lost(std::error_code reason) {
  const bool expected = world_.take_loss(*this, reason);
  const World::Visit visit(world_, "lost", id_);
  if (!expected) {
    check(reason == reactor::Error::connection_lost, "who is lost knows why");
    check(is_registered() || kept_since_, "only who is registered is lost");
    world_.leave();
  }
  if (is_registered() || kept_since_) aside_since_ = world_.phase;
  read_since_.reset();
  write_since_.reset();
  kept_since_.reset();
  leaves_registered_ = leaves_kept_ = false;
  world_.check_tables();
  world_.act();
  world_.maybe_throw("connection_lost");
}

// --- Coming and going --------------------------------------------------------

bool Thing::is_taken() const {
  return std::any_of(world_.alive.begin(), world_.alive.end(),
                     [&](const Thing* other) {
                       return other != this && other->is_registered() &&
                              other->number_ == sock_.fd();
                     });
}

template <typename Add>
void Thing::add(std::optional<std::uint64_t>& since, Add add) {
  // A number must not change while it is registered.
  if (is_registered() && sock_.fd() >= 0 && sock_.fd() != number_) return;
  std::error_code expected;
  if (sock_.fd() < 0) expected = reactor::Error::descriptor_closed;
  if (sock_.fd() >= 0 && is_taken())
    expected = reactor::Error::descriptor_taken;
  std::error_code thrown;
  try {
    add();
  } catch (const std::system_error& error) {
    thrown = error.code();
  }
  check(thrown == expected, "who cannot be registered is told so");
  if (thrown || since) return;
  number_ = sock_.fd();
  since = world_.round;
}

void Thing::add_reader() {
  add(read_since_, [&] { world_.reactor->add_reader(shared_from_this()); });
}

void Thing::add_writer() {
  add(write_since_, [&] { world_.reactor->add_writer(shared_from_this()); });
}

template <typename Remove>
void Thing::remove(std::optional<std::uint64_t>& since, Remove remove) {
  const bool was_registered = is_registered();
  since.reset();
  if (was_registered && !is_registered()) {
    aside_since_ = world_.phase;
    leaves_registered_ = false;
  }
  remove();
}

void Thing::remove_reader() {
  remove(read_since_, [&] { world_.reactor->remove_reader(*this); });
}

void Thing::remove_writer() {
  remove(write_since_, [&] { world_.reactor->remove_writer(*this); });
}

void Thing::keep() {
  if (!kept_since_) kept_since_ = world_.round;
  world_.reactor->retain(shared_from_this());
}

void Thing::forget() {
  if (kept_since_) aside_since_ = world_.phase;
  kept_since_.reset();
  leaves_kept_ = false;
  world_.reactor->unretain(*this);
}

// Who came in the last round may have come too late.
void Thing::leave() {
  const auto is_old = [&](const std::optional<std::uint64_t>& since) {
    return since && *since < world_.round;
  };
  leaves_registered_ = is_old(read_since_) || is_old(write_since_);
  leaves_kept_ = is_old(kept_since_);
}

// --- The sockets -------------------------------------------------------------

void Thing::hear() {
  const std::string_view words = "sixteen letters.";
  ::send(other_.fd(), words.data(), 1 + world_.bytes.below(words.size()),
         MSG_NOSIGNAL);
}

void Thing::fill() {
  const std::array<char, 1024> much{};
  while (::send(sock_.fd(), much.data(), much.size(), MSG_NOSIGNAL) > 0) {
  }
}

void Thing::drain() {
  empty(other_);
}

void Thing::hang_up() {
  other_.close();
}

void Thing::close() {
  remove_reader();
  remove_writer();
  sock_.close();
}

// Select and epoll see this in other ways than poll does, so that nobody can
// compare them.
void Thing::close_rudely() {
  if (world_.is_scripted()) sock_.close();
}

void Thing::open() {
  if (is_registered() || sock_.fd() >= 0) return;
  int fds[2];
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                     fds) == 0,
        "there is a pair of sockets");
  sock_ = net::Socket(fds[0]);
  other_ = net::Socket(fds[1]);
  make_small(sock_);
}

}  // namespace fuzz
