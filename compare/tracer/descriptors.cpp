#include "compare/tracer/descriptors.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "compare/tracer/interest.h"

namespace tracer {
namespace {

// Larger descriptors are not recorded.
constexpr std::size_t size = 65536;

constinit std::array<Socket, size> sockets{};
constinit std::atomic<bool> any = false;
constinit std::atomic<std::size_t> used = 0;  // all above it are unknown

constexpr std::uint32_t kind_bits = 3;

// TCP_ESTABLISHED: the header that has it does not have all of tcp_info.
constexpr int established = 1;

Kind kind(std::uint32_t state) {
  return static_cast<Kind>(state & kind_bits);
}

bool is_tcp(int fd) {
  int protocol = 0;
  socklen_t length = sizeof protocol;
  return ::getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length) == 0 &&
         (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP);
}

// 0 if there is none, as before connect().
std::uint16_t port(int fd, decltype(::getsockname)* ask) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (ask(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  // IPv4 and IPv6 have it at the same place.
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

// The state of a connection, as the system says it.
struct Info {
  bool known = false;
  std::int64_t received = 0;  // in bytes
  bool has_sent = false;
};

Info ask_info(int fd) {
  tcp_info info{};
  socklen_t length = sizeof info;
  constexpr auto enough = offsetof(tcp_info, tcpi_bytes_sent) + 8;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 ||
      length < enough) {
    return {};
  }
  // The end of the stream, if there was one, counts as a byte.
  const int end = info.tcpi_state == established ? 0 : 1;
  const auto received = static_cast<std::int64_t>(info.tcpi_bytes_received);
  return {true, std::max<std::int64_t>(received - end, 0),
          info.tcpi_bytes_sent != 0 || info.tcpi_notsent_bytes != 0};
}

// A socket that was inherited may have been read from already.
void ask_for_use(int fd, Socket& socket) {
  const Info info = ask_info(fd);
  socket.fresh_in = info.known && info.received <= std::max(unread(fd), 0);
  socket.fresh_out = info.known && !info.has_sent;
}

Found ask(int fd, Socket& socket, std::uint32_t state) {
  const std::uint32_t number = state & ~kind_bits;
  const auto end = static_cast<std::size_t>(fd) + 1;
  std::size_t was = used.load();
  while (was < end && !used.compare_exchange_weak(was, end)) {
  }
  if (!socket.state.compare_exchange_strong(state, number | busy)) return {};
  if (!is_tcp(fd)) {
    socket.state.store(number | other);
    return {};
  }
  socket.local = port(fd, ::getsockname);
  socket.peer = port(fd, ::getpeername);
  socket.watched_by = 0;
  socket.in = {};
  socket.out = {};
  ask_for_use(fd, socket);
  any.store(true, std::memory_order_relaxed);

  std::uint32_t expected = number | busy;
  // Another thread has closed it meanwhile.
  if (!socket.state.compare_exchange_strong(expected, number | tcp)) return {};
  return {&socket, number | tcp};
}

}  // namespace

Found find(int fd) {
  if (static_cast<std::size_t>(fd) >= size) return {};
  Socket& socket = sockets[static_cast<std::size_t>(fd)];
  const std::uint32_t state = socket.state.load(std::memory_order_acquire);
  if (kind(state) == tcp) return {&socket, state};
  if (kind(state) == unknown) return ask(fd, socket, state);
  return {};
}

Found find_known(int fd) {
  if (static_cast<std::size_t>(fd) >= size) return {};
  Socket& socket = sockets[static_cast<std::size_t>(fd)];
  const std::uint32_t state = socket.state.load(std::memory_order_acquire);
  if (kind(state) == tcp) return {&socket, state};
  return {};
}

Found find_new(int fd) {
  forget(fd);
  return find(fd);
}

void forget(int fd) {
  if (static_cast<std::size_t>(fd) >= size) return;
  drop_interest(fd);
  auto& state = sockets[static_cast<std::size_t>(fd)].state;
  std::uint32_t now = state.load();
  if (kind(now) == unknown) return;
  while (!state.compare_exchange_weak(now, (now | kind_bits) + 1)) {
  }
}

unsigned used_descriptors() {
  return static_cast<unsigned>(used.load());
}

Socket* at(int fd) {
  return static_cast<std::size_t>(fd) < size
             ? &sockets[static_cast<std::size_t>(fd)]
             : nullptr;
}

bool any_socket() {
  return any.load(std::memory_order_relaxed);
}

int unread(int fd) {
  int bytes = -1;
  return ::ioctl(fd, FIONREAD, &bytes) == 0 ? bytes : -1;
}

void add_received(int fd, poetry_compare::Record& record) {
  const Info info = ask_info(fd);
  if (!info.known) return;
  record.queued = unread(fd);
  record.received = static_cast<std::uint64_t>(info.received);
  record.flags |= poetry_compare::flag_received;
}

}  // namespace tracer
