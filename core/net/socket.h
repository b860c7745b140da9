// An owned socket, and the address plumbing around it.  Python: import socket
//
// The calls that the programs are about are NOT wrapped: recv(), send(),
// accept(), select(). A reader of a program must see them.
//
// A socket made here is closed when the program executes another program. It
// blocks until set_blocking(false); only start_connect() makes one that does
// not.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "net/address.h"
#include "net/duration.h"

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

  // A blocking socket waits in its system calls; another one fails there with
  // EWOULDBLOCK. Throws std::system_error.
  void set_blocking(bool blocking);

  // Closing twice is harmless.
  void close() noexcept;

  // The peer gets a reset instead of the end of the stream. Data that is not
  // sent, or not received, is dropped.
  void close_with_reset() noexcept;

 private:
  int fd_ = -1;
};

// Connects, and waits for the outcome. If a name has several IP addresses, it
// connects to the one that accepts first: when an address has not answered for
// 250 ms, the next one is tried, too. All attempts together take at most
// `timeout`, if there is one. Throws std::system_error: "Failed to connect to
// host:port: reason".
Socket connect(const Address& address,
               std::optional<Duration> timeout = std::nullopt);

// Begins to connect to an IP address and does not wait: the socket does not
// block, and is writable when the attempt is over. If the attempt fails at
// once, sets `error` and closes the socket.
Socket start_connect(const Address& ip_address, std::error_code& error);

// The result of start_connect(): no error once it is connected,
// std::errc::operation_in_progress while the attempt is pending, and
// std::errc::connection_reset if it was connected and is not any more. A call
// clears the error of an attempt, but not an error that came after data which
// is still to be read.
std::error_code connect_result(const Socket& sock);

// Listens. For a name it takes the first IPv4 address if there is one, as
// Python does; an empty host is every interface, IPv4 and IPv6. With port 0 the
// system chooses one. Throws std::system_error: "cannot listen on host:port:
// reason".
Socket listen(const Address& address);

// The address that a socket is bound to, and its peer's, which is "?:0" if the
// connection is lost already.
Address local_address(const Socket& sock);
Address peer_address(const Socket& sock);

// SO_RCVBUF of the sockets made from now on: how many bytes the system receives
// before the program reads them. To be called when a program starts.
void set_default_rcvbuf(int bytes);

// Whether a system call with this result is to be made again: a signal
// interrupted it, and not is_stopping().
bool must_retry(ssize_t result);

// Whether a wait that a signal interrupts ends with std::errc::interrupted, as
// after Ctrl-C. The check of the program decides. Without a check the wait goes
// on. Set it when the program starts.
bool is_stopping();
void set_stop_check(bool (*check)());

// errno as an error code, and the same thrown; `what` names the call that
// failed.
std::error_code last_error();
[[noreturn]] void throw_last_error(const std::string& what);
[[noreturn]] void throw_error(int error, const std::string& what);

}  // namespace net
