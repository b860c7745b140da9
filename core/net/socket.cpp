#include "net/socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "net/connect_to_any.h"
#include "net/resolver.h"
#include "net/socket_address.h"

namespace net {
namespace {

using std::chrono::steady_clock;

int default_rcvbuf = 0;  // 0: the system decides
bool (*stop_check)() = nullptr;

// An error concerns this address family only: a host may have no IPv6.
Socket make_socket(int family, std::error_code& error, int flags = 0) {
  Socket sock(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  error = sock.fd() < 0 ? last_error() : std::error_code();
  if (!error && default_rcvbuf > 0) {
    ::setsockopt(sock.fd(), SOL_SOCKET, SO_RCVBUF, &default_rcvbuf,
                 sizeof default_rcvbuf);
  }
  return sock;
}

SocketAddress own_address(const Socket& sock) {
  SocketAddress address;
  if (::getsockname(sock.fd(), address.get(), &address.size) < 0) {
    throw_last_error("getsockname");
  }
  return address;
}

// Linux lets a socket connect to its own port, if nothing listens there. The
// port numbers are compared first, since they nearly always differ.
bool is_connected_to_itself(const Socket& sock, const SocketAddress& peer) {
  const SocketAddress own = own_address(sock);
  return own.port() == peer.port() && to_address(own) == to_address(peer);
}

// Nothing if the clock cannot hold it.
std::optional<steady_clock::time_point> deadline_after(
    std::optional<steady_clock::duration> timeout) {
  const auto now = steady_clock::now();
  if (!timeout || *timeout > steady_clock::time_point::max() - now) return {};
  return now + std::max(*timeout, steady_clock::duration::zero());
}

Socket listen_on(const Address& ip_address, std::error_code& error) {
  SocketAddress address = to_socket_address(ip_address, error);
  if (error) return {};
  Socket sock = make_socket(address.storage.ss_family, error);
  if (error) return sock;
  const int yes = 1;
  const int no = 0;
  ::setsockopt(sock.fd(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (address.storage.ss_family == AF_INET6) {
    ::setsockopt(sock.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  }
  if (::bind(sock.fd(), address.get(), address.size) < 0 ||
      ::listen(sock.fd(), SOMAXCONN) < 0) {
    error = last_error();
    sock.close();
  }
  return sock;
}

// Where to listen: every interface, or the first address of a name, but IPv4
// before IPv6.
std::vector<Address> interfaces(const Address& address) {
  if (address.host.empty()) {
    return {{"::", address.port}, {"0.0.0.0", address.port}};
  }
  auto ip_addresses = resolve(address);
  const auto ipv4 = std::find_if(
      ip_addresses.begin(), ip_addresses.end(),
      [](const Address& a) { return a.host.find(':') == a.host.npos; });
  return {ipv4 == ip_addresses.end() ? ip_addresses.front() : *ipv4};
}

}  // namespace

// --- Socket ------------------------------------------------------------------

void Socket::set_blocking(bool blocking) {
  const int flags = ::fcntl(fd_, F_GETFL);
  const int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
  if (flags < 0 || ::fcntl(fd_, F_SETFL, wanted) < 0) throw_last_error("fcntl");
}

void Socket::close() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void Socket::close_with_reset() noexcept {
  const linger reset{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close();
}

// --- Connecting and listening ------------------------------------------------

Socket connect(const Address& address, std::optional<Duration> timeout) try {
  const auto deadline = deadline_after(timeout);
  return connect_to_any(resolve(address), deadline);
} catch (const std::system_error& error) {
  throw std::system_error(error.code(),
                          "Failed to connect to " + to_string(address));
}

Socket start_connect(const Address& ip_address,
                     std::error_code& error,
                     int flags) {
  SocketAddress address = to_socket_address(ip_address, error);
  if (error) return {};
  Socket sock = make_socket(address.storage.ss_family, error, flags);
  if (error) return sock;
  int result = 0;
  do {
    result = ::connect(sock.fd(), address.get(), address.size);
  } while (must_retry(result));
  // EALREADY: the interrupted call has begun the attempt.
  if (result < 0 && errno != EINPROGRESS && errno != EALREADY) {
    error = last_error();
    sock.close();
  }
  return sock;
}

Socket start_connect(const Address& ip_address, std::error_code& error) {
  return start_connect(ip_address, error, SOCK_NONBLOCK);
}

std::error_code connect_result(const Socket& sock) {
  // A socket with a peer is connected. SO_ERROR would not do: reading it clears
  // a reset that came since, and it says nothing of an attempt that is pending.
  SocketAddress peer;
  if (::getpeername(sock.fd(), peer.get(), &peer.size) == 0) {
    return is_connected_to_itself(sock, peer)
               ? make_error_code(std::errc::connection_refused)
               : std::error_code();
  }
  // A socket without a peer is not connected yet, was refused, or was connected
  // and reset; what came before the reset can still be read.
  char byte;
  if (::recv(sock.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0) return {};
  return errno == EWOULDBLOCK || errno == EINTR
             ? make_error_code(std::errc::operation_in_progress)
             : last_error();
}

Socket listen(const Address& address) try {
  std::error_code error;
  for (const Address& interface : interfaces(address)) {
    Socket sock = listen_on(interface, error);
    if (!error) return sock;
  }
  throw std::system_error(error);
} catch (const std::system_error& error) {
  throw std::system_error(error.code(),
                          "cannot listen on " + to_string(address));
}

// --- Addresses and errors ----------------------------------------------------

Address local_address(const Socket& sock) {
  return to_address(own_address(sock));
}

Address peer_address(const Socket& sock) {
  SocketAddress address;
  if (::getpeername(sock.fd(), address.get(), &address.size) < 0) {
    return {"?", 0};
  }
  return to_address(address);
}

void set_default_rcvbuf(int bytes) {
  default_rcvbuf = bytes;
}

bool must_retry(ssize_t result) {
  return result < 0 && errno == EINTR && !is_stopping();
}

bool is_stopping() {
  return stop_check && stop_check();
}

void set_stop_check(bool (*check)()) {
  stop_check = check;
}

std::error_code last_error() {
  return {errno, std::generic_category()};
}

void throw_last_error(const std::string& what) {
  throw_error(errno, what);
}

void throw_error(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

}  // namespace net
