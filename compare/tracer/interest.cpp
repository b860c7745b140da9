#include "compare/tracer/interest.h"

#include <array>
#include <atomic>
#include <cstddef>

#include "compare/tracer/descriptors.h"

namespace tracer {
namespace {

// The sockets that an epoll instance waits for.
struct Interest {
  std::atomic<bool> known;
  std::atomic<int> sockets;
  std::atomic<std::uint64_t> bits;
};

constinit std::array<Interest, 65536> interests{};

// Descriptors that are the same modulo 64 share a bit.
std::uint64_t bit_of(int fd) {
  return std::uint64_t{1} << (fd % 64);
}

Interest* interest_of(int epoll) {
  const auto index = static_cast<std::size_t>(epoll);
  return index < interests.size() ? &interests[index] : nullptr;
}

bool shares_bit(int fd, int epoll) {
  const auto end = static_cast<int>(used_descriptors());
  for (int other = fd % 64; other < end; other += 64) {
    if (other != fd && at(other)->watched_by == epoll + 1) return true;
  }
  return false;
}

void drop_socket(int fd, Socket& socket) {
  const int epoll = socket.watched_by.exchange(0) - 1;
  if (epoll < 0) return;
  Interest* const interest = interest_of(epoll);
  --interest->sockets;
  if (!shares_bit(fd, epoll)) interest->bits &= ~bit_of(fd);
}

// The only socket that the epoll instance waits for; -1 if there are several.
int only_socket(int epoll) {
  const auto end = static_cast<int>(used_descriptors());
  for (int fd = 0; fd < end; ++fd) {
    if (at(fd)->watched_by == epoll + 1) return fd;
  }
  return -1;
}

}  // namespace

void WaitSet::add(int fd) {
  const Found found = find(fd);
  if (found) {
    if (found.socket->peer == 0) return;
    ++sockets_;
    bits_ |= bit_of(fd);
    newest_ = fd;
    return;
  }
  const Interest* const interest = interest_of(fd);
  if (!interest || !interest->known) return;
  const int sockets = interest->sockets;
  if (sockets == 1 && sockets_ == 0) newest_ = only_socket(fd);
  sockets_ += sockets;
  bits_ |= interest->bits;
}

void WaitSet::add_epoll(int epoll) {
  const Interest* const interest = interest_of(epoll);
  known_ = interest && interest->known;
  add(epoll);
}

void WaitSet::describe(Record& record) const {
  record.sockets = known_ ? sockets_ : -1;
  record.set = bits_;
  if (!known_ || sockets_ != 1) return;
  const Found found = find_known(newest_);
  if (!found) return;
  record.fd = newest_;
  record.local = found.socket->local;
  record.peer = found.socket->peer;
}

void set_interest(int epoll, int fd, std::uint32_t events) {
  Interest* const interest = interest_of(epoll);
  if (!interest) return;
  interest->known = true;
  const Found found = find(fd);
  if (!found) return;
  drop_socket(fd, *found.socket);
  if (events == 0 || found.socket->peer == 0) return;
  found.socket->watched_by = epoll + 1;
  ++interest->sockets;
  interest->bits |= bit_of(fd);
}

void drop_interest(int fd) {
  Socket* const socket = at(fd);
  if (socket && socket->watched_by != 0) drop_socket(fd, *socket);
  Interest* const interest = interest_of(fd);
  if (!interest || !interest->known) return;
  interest->known = false;
  interest->sockets = 0;
  interest->bits = 0;
}

}  // namespace tracer
