// An owned socket, and the address plumbing around it.  Python: import socket
//
// What is NOT wrapped here is what the programs are about: recv(), send(),
// accept(), select(). A reader of a program must see them.
//
// Every socket made here is closed when the program executes another one, and
// waits in its system calls until set_blocking(false), but for start_connect().
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "net/address.h"

namespace net {

// Owns one file descriptor and closes it. Movable, not copyable.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd)
      : fd_(fd) {}
  Socket(Socket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() { close(); }

  // The number to hand to the system calls; -1 once closed.
  int fd() const { return fd_; }

  // Whether the system calls wait (a new socket does) or fail with EWOULDBLOCK.
  // Throws std::system_error.
  void set_blocking(bool blocking);

  // Closing twice is harmless.
  void close() noexcept;

 private:
  int fd_ = -1;
};

// Connects, to one literal after the other until one accepts, and waits until
// that is done; for each literal at most `timeout`, where one is given. Throws
// std::system_error: "Failed to connect to host:port: reason".
Socket connect(
    const Address& address,
    std::optional<std::chrono::steady_clock::duration> timeout = std::nullopt);

// Begins to connect to a literal and does not wait: the socket is non-blocking,
// and writable when the attempt is over. `error` is set if it failed on the
// spot; the socket is then closed.
Socket start_connect(const Address& literal, std::error_code& error);

// What came of start_connect(): no error once connected,
// std::errc::operation_in_progress for as long as nobody knows, and
// std::errc::connection_reset if it was connected, and is not any more. Asking
// clears the error of an attempt, but not one that stands behind something to
// read.
std::error_code connect_result(const Socket& sock);

// Listens. A name is taken for its IPv4 address if it has one, as in Python; an
// empty host is every interface, IPv4 and IPv6. Port 0 lets the system choose.
// Throws std::system_error: "cannot listen on host:port: reason".
Socket listen(const Address& address);

// The address a socket is bound to, and the one at the other end; "?:0" if the
// other end is gone already.
Address local_address(const Socket& sock);
Address peer_address(const Socket& sock);

// How many bytes the system may receive ahead (SO_RCVBUF) on connections made
// from now on. For the start of a program.        Python: setdefaulttimeout()
void set_default_rcvbuf(int bytes);

// errno as an error code; and a number like errno thrown, saying which call
// failed.
std::error_code last_error();
[[noreturn]] void throw_last_error(const std::string& what);
[[noreturn]] void throw_error(int error, const std::string& what);

}  // namespace net
