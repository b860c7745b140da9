#include "model/descriptor.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "model/reactor_model.h"
#include "net/socket.h"

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

FuzzedDescriptor::FuzzedDescriptor(ReactorModel& model, int id)
    : model_(model),
      id_(id) {
  model_.alive.push_back(this);
  open();
}

FuzzedDescriptor::~FuzzedDescriptor() {
  check(!is_registered() || !model_.owner, "a registered descriptor is alive");
  check(!retained_since_ || !model_.owner, "a retained descriptor is alive");
  check(!model_.in_callback() || model_.dropping,
        "the reactor destroys nothing while a callback runs");
  // After stop() the model does not see when the iteration is over.
  check(!model_.in_callback() || removed_since_ != model_.phase ||
            !model_.reactor->running(),
        "a removed descriptor lives until the iteration is over");
  std::erase(model_.alive, this);
  // A destructor may remove other descriptors.
  if (model_.in_callback() || !model_.reactor || model_.alive.empty()) return;
  FuzzedDescriptor& other =
      *model_.alive[model_.bytes.below(model_.alive.size())];
  other.remove_reader();
  other.remove_writer();
}

// --- Being called ------------------------------------------------------------

std::error_code FuzzedDescriptor::do_read() {
  const ReactorModel::CallbackScope scope(model_, "read", id_);
  check(read_since_ && *read_since_ < model_.iteration,
        "only readers that were added before this iteration read");
  std::array<char, 64> buffer;
  ::recv(sock_.fd(), buffer.data(), 1 + model_.bytes.below(buffer.size()), 0);
  return called(number_);
}

std::error_code FuzzedDescriptor::do_write() {
  const ReactorModel::CallbackScope scope(model_, "write", id_);
  check(write_since_ && *write_since_ < model_.iteration,
        "only writers that were added before this iteration write");
  return called(number_);
}

std::error_code FuzzedDescriptor::called(int number) {
  model_.act();
  const std::size_t how = model_.bytes.below(16);
  const auto closed = std::make_error_code(std::errc::bad_file_descriptor);
  if (how == 1) {
    model_.expect_loss(*this, closed);
    return closed;
  }
  if (how == 2 || how == 3) {
    model_.expect_loss(*this, reactor::Error::callback_failed);
    if (how == 2) throw 42;
    throw std::bad_alloc();
  }
  if (is_registered() && number_ == number && sock_.fd() != number) {
    model_.expect_loss(*this, reactor::Error::descriptor_closed);
  }
  return {};
}

void FuzzedDescriptor::connection_lost(std::error_code reason) {
  const bool expected = model_.take_loss(*this, reason);
  const ReactorModel::CallbackScope scope(model_, "lost", id_);
  if (!expected) {
    check(reason == reactor::Error::connection_lost, "a loss has a reason");
    check(is_registered() || retained_since_,
          "only registered descriptors are lost");
    model_.reactor_stopped();
  }
  if (is_registered() || retained_since_) removed_since_ = model_.phase;
  read_since_.reset();
  write_since_.reset();
  retained_since_.reset();
  awaits_loss_as_registered_ = awaits_loss_as_retained_ = false;
  model_.check_tables();
  model_.act();
  model_.maybe_throw("connection_lost");
}

// --- Coming and going --------------------------------------------------------

bool FuzzedDescriptor::is_taken() const {
  return std::any_of(model_.alive.begin(), model_.alive.end(),
                     [&](const FuzzedDescriptor* other) {
                       return other != this && other->is_registered() &&
                              other->number_ == sock_.fd();
                     });
}

template <typename Add>
void FuzzedDescriptor::add(std::optional<std::uint64_t>& since, Add add) {
  // The number must not change while the descriptor is registered.
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
  check(thrown == expected, "a failing registration throws its reason");
  if (thrown || since) return;
  number_ = sock_.fd();
  since = model_.iteration;
}

void FuzzedDescriptor::add_reader() {
  add(read_since_, [&] { model_.reactor->add_reader(shared_from_this()); });
}

void FuzzedDescriptor::add_writer() {
  add(write_since_, [&] { model_.reactor->add_writer(shared_from_this()); });
}

template <typename Remove>
void FuzzedDescriptor::remove(std::optional<std::uint64_t>& since,
                              Remove remove) {
  const bool was_registered = is_registered();
  since.reset();
  if (was_registered && !is_registered()) {
    removed_since_ = model_.phase;
    awaits_loss_as_registered_ = false;
  }
  remove();
}

void FuzzedDescriptor::remove_reader() {
  remove(read_since_, [&] { model_.reactor->remove_reader(*this); });
}

void FuzzedDescriptor::remove_writer() {
  remove(write_since_, [&] { model_.reactor->remove_writer(*this); });
}

void FuzzedDescriptor::retain() {
  if (!retained_since_) retained_since_ = model_.iteration;
  model_.reactor->retain(shared_from_this());
}

void FuzzedDescriptor::unretain() {
  if (retained_since_) removed_since_ = model_.phase;
  retained_since_.reset();
  awaits_loss_as_retained_ = false;
  model_.reactor->unretain(*this);
}

// A descriptor that was added in the last iteration may have been too late.
void FuzzedDescriptor::reactor_stopped() {
  const auto is_old = [&](const std::optional<std::uint64_t>& since) {
    return since && *since < model_.iteration;
  };
  awaits_loss_as_registered_ = is_old(read_since_) || is_old(write_since_);
  awaits_loss_as_retained_ = is_old(retained_since_);
}

// --- The sockets -------------------------------------------------------------

void FuzzedDescriptor::send_from_peer() {
  const std::string_view words = "sixteen letters.";
  ::send(other_.fd(), words.data(), 1 + model_.bytes.below(words.size()),
         MSG_NOSIGNAL);
}

void FuzzedDescriptor::fill() {
  const std::array<char, 1024> much{};
  while (::send(sock_.fd(), much.data(), much.size(), MSG_NOSIGNAL) > 0) {
  }
}

void FuzzedDescriptor::drain() {
  empty(other_);
}

void FuzzedDescriptor::close_peer() {
  other_.close();
}

void FuzzedDescriptor::close() {
  remove_reader();
  remove_writer();
  sock_.close();
}

// select and epoll report this differently than poll, so their traces cannot be
// compared.
void FuzzedDescriptor::close_without_removing() {
  if (model_.is_scripted()) sock_.close();
}

void FuzzedDescriptor::open() {
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
