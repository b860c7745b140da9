#include "net/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "net/resolver.h"

namespace net {
namespace {

// An address as the system calls take it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  // It is in the same place for IPv4 and IPv6.
  in_port_t port() const {
    return reinterpret_cast<const sockaddr_in*>(&storage)->sin_port;
  }
};

SocketAddress to_socket_address(const Address& literal) {
  SocketAddress address;
  const auto ipv4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  const auto ipv6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  const std::string& host = literal.host;
  const auto percent = host.find('%');
  if (::inet_pton(AF_INET, host.c_str(), &ipv4->sin_addr) == 1) {
    ipv4->sin_family = AF_INET;
    ipv4->sin_port = htons(literal.port);
    address.size = sizeof *ipv4;
  } else if (::inet_pton(AF_INET6, host.substr(0, percent).c_str(),
                         &ipv6->sin6_addr) == 1) {
    ipv6->sin6_family = AF_INET6;
    ipv6->sin6_port = htons(literal.port);
    if (percent != host.npos) {
      ipv6->sin6_scope_id = ::if_nametoindex(host.substr(percent + 1).c_str());
    }
    address.size = sizeof *ipv6;
  }
  return address;
}

Address to_address(const SocketAddress& address) {
  char host[INET6_ADDRSTRLEN];
  if (address.storage.ss_family == AF_INET) {
    const auto ipv4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
    ::inet_ntop(AF_INET, &ipv4->sin_addr, host, sizeof host);
    return {host, ntohs(ipv4->sin_port)};
  }
  const auto ipv6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
  if (IN6_IS_ADDR_V4MAPPED(&ipv6->sin6_addr)) {
    ::inet_ntop(AF_INET, &ipv6->sin6_addr.s6_addr[12], host, sizeof host);
  } else {
    ::inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof host);
  }
  return {host, ntohs(ipv6->sin6_port)};
}

int default_rcvbuf = 0;  // what the system gives

// An error is the literal's, not the caller's: a host may have no IPv6.
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

// Linux lets a port that nobody listens on connect to itself. The numbers alone
// nearly always differ.
bool is_connected_to_itself(const Socket& sock, const SocketAddress& peer) {
  const SocketAddress own = own_address(sock);
  return own.port() == peer.port() && to_address(own) == to_address(peer);
}

void set_connect_timeout(const Socket& sock,
                         std::chrono::steady_clock::duration timeout) {
  const auto us = ceil<std::chrono::microseconds>(timeout).count();
  const timeval value{us / 1000000, us % 1000000};  // zero: no limit
  ::setsockopt(sock.fd(), SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
}

std::error_code connect_blocking(
    const Socket& sock,
    const Address& literal,
    std::optional<std::chrono::steady_clock::duration> timeout) {
  using std::chrono::steady_clock;
  SocketAddress address = to_socket_address(literal);
  if (timeout) {
    set_connect_timeout(sock, std::max<steady_clock::duration>(
                                  *timeout, std::chrono::microseconds(1)));
  }
  const int result = ::connect(sock.fd(), address.get(), address.size);
  const std::error_code error = last_error();
  if (timeout) set_connect_timeout(sock, steady_clock::duration::zero());
  if (result < 0) {
    return error == std::errc::operation_in_progress
               ? make_error_code(std::errc::timed_out)
               : error;
  }
  SocketAddress peer;
  ::getpeername(sock.fd(), peer.get(), &peer.size);  // lost already: no port
  return is_connected_to_itself(sock, peer)
             ? make_error_code(std::errc::connection_refused)
             : std::error_code();
}

Socket listen_on(const Address& literal, std::error_code& error) {
  SocketAddress address = to_socket_address(literal);
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

// --- Connecting and listening ------------------------------------------------

Socket connect(const Address& address,
               std::optional<std::chrono::steady_clock::duration> timeout) try {
  std::error_code error;
  for (const Address& literal : resolve(address)) {
    Socket sock =
        make_socket(to_socket_address(literal).storage.ss_family, error);
    if (!error) error = connect_blocking(sock, literal, timeout);
    if (!error) return sock;
  }
  throw std::system_error(error);
} catch (const std::system_error& error) {
  throw std::system_error(error.code(),
                          "Failed to connect to " + to_string(address));
}

Socket start_connect(const Address& literal, std::error_code& error) {
  SocketAddress address = to_socket_address(literal);
  Socket sock = make_socket(address.storage.ss_family, error, SOCK_NONBLOCK);
  if (error) return sock;
  if (::connect(sock.fd(), address.get(), address.size) < 0 &&
      errno != EINPROGRESS) {
    error = last_error();
    sock.close();
  }
  return sock;
}

std::error_code connect_result(const Socket& sock) {
  // Who has a peer is connected. SO_ERROR is not asked: it would swallow a
  // reset that came since, and say nothing about an attempt that is still
  // pending.
  SocketAddress peer;
  if (::getpeername(sock.fd(), peer.get(), &peer.size) == 0) {
    return is_connected_to_itself(sock, peer)
               ? make_error_code(std::errc::connection_refused)
               : std::error_code();
  }
  // Without one it is not connected yet, or was refused, or was connected and
  // reset; what came before the reset can still be read.
  char byte;
  if (::recv(sock.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0) return {};
  return errno == EWOULDBLOCK
             ? make_error_code(std::errc::operation_in_progress)
             : last_error();
}

Socket listen(const Address& address) try {
  std::vector<Address> literals;
  if (address.host.empty()) {
    literals = {{"::", address.port}, {"0.0.0.0", address.port}};
  } else {
    literals = resolve(address);
    std::stable_partition(
        literals.begin(), literals.end(),
        [](const Address& a) { return a.host.find(':') == std::string::npos; });
    literals.resize(1);
  }
  std::error_code error;
  for (const Address& literal : literals) {
    Socket sock = listen_on(literal, error);
    if (!error) return sock;
  }
  throw std::system_error(error);
} catch (const std::system_error& error) {
  throw std::system_error(error.code(),
                          "cannot listen on " + to_string(address));
}

// --- What is known about a socket --------------------------------------------

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
