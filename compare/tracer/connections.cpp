// The calls that begin a connection, or end it.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>

#include "compare/tracer/descriptors.h"
#include "compare/tracer/next.h"
#include "compare/tracer/notebook.h"

namespace tracer {
namespace {

std::uint16_t port(const sockaddr* address, socklen_t length) {
  if (length < sizeof(sockaddr_in)) return 0;
  // IPv4 and IPv6 have it at the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(address)->sin_port);
}

void note_with_ports(Record& record, const Found& found) {
  record.local = found.socket->local;
  record.peer = found.socket->peer;
  note(record);
}

template <typename Real>
int accept(Call call, int listener, Real real) {
  if (!is_tracing()) return real();
  Record record = about(call, listener);
  const int fd = timed(record, real);

  const KeepErrno keep;
  if (fd >= 0) record.fd = fd;
  const Found found = fd < 0 ? find(listener) : find_new(fd);
  if (found) note_with_ports(record, found);
  return fd;
}

// For a call that closes descriptors and is not recorded itself.
template <typename Real>
auto close_quietly(unsigned first, unsigned last, Real real) {
  const int before = errno;
  if (is_tracing() && any_socket() && !is_guest()) forget(first, last);
  errno = before;
  return real();
}

constinit Next<decltype(::connect)> next_connect{"connect"};
constinit Next<decltype(::accept)> next_accept{"accept"};
constinit Next<decltype(::accept4)> next_accept4{"accept4"};
constinit Next<decltype(::shutdown)> next_shutdown{"shutdown"};
constinit Next<decltype(::close)> next_close{"close"};
constinit Next<decltype(::dup2)> next_dup2{"dup2"};
constinit Next<decltype(::dup3)> next_dup3{"dup3"};
constinit Next<decltype(::close_range)> next_close_range{"close_range"};
constinit Next<int(std::FILE*)> next_fclose{"fclose"};

}  // namespace
}  // namespace tracer

using tracer::about;
using tracer::Call;
using tracer::find;
using tracer::Found;
using tracer::KeepErrno;
using tracer::Record;

INTERPOSED int connect(int fd, const sockaddr* address, socklen_t length) {
  const auto real = [=] { return tracer::next_connect(fd, address, length); };
  if (!tracer::is_tracing()) return real();
  Record record = about(Call::connect, fd);
  const int result = tracer::timed(record, real);

  const KeepErrno keep;
  // Either the program asks how an earlier connect() ended, or this is a new
  // connection.
  const bool asks = record.error == EALREADY || record.error == EISCONN;
  const Found found = asks ? find(fd) : tracer::find_new(fd);
  if (!found) return result;
  if (found.socket->peer == 0 && record.error != EFAULT) {
    found.socket->peer = tracer::port(address, length);
  }
  tracer::note_with_ports(record, found);
  return result;
}

INTERPOSED int accept(int fd, sockaddr* peer, socklen_t* length) {
  return tracer::accept(Call::accept, fd,
                        [=] { return tracer::next_accept(fd, peer, length); });
}

INTERPOSED int accept4(int fd, sockaddr* peer, socklen_t* length, int flags) {
  return tracer::accept(Call::accept4, fd, [=] {
    return tracer::next_accept4(fd, peer, length, flags);
  });
}

INTERPOSED int shutdown(int fd, int how) noexcept {
  const auto real = [=] { return tracer::next_shutdown(fd, how); };
  if (!tracer::is_tracing()) return real();
  const int before = errno;
  const Found found = find(fd);
  errno = before;
  if (!found) return real();
  Record record = about(Call::shutdown, fd);
  const int result = tracer::timed(record, real);

  const KeepErrno keep;
  tracer::note_with_ports(record, found);
  return result;
}

INTERPOSED int close(int fd) {
  const auto real = [=] { return tracer::next_close(fd); };
  if (!tracer::is_tracing()) return real();
  const Found found = tracer::find_known(fd);
  if (!found || tracer::is_guest()) {
    if (!found) tracer::forget(fd);
    return real();
  }
  Record record =
      about(Call::close, fd, found.socket->local, found.socket->peer);
  // Before the call: after it, another thread may get the same number.
  tracer::forget(fd);
  const int result = tracer::timed(record, real);

  const KeepErrno keep;
  tracer::note(record);
  return result;
}

// --- Calls that close a descriptor, too --------------------------------------

INTERPOSED int dup2(int fd, int wanted) noexcept {
  const auto number = static_cast<unsigned>(wanted);
  const auto real = [=] { return tracer::next_dup2(fd, wanted); };
  return fd == wanted ? real() : tracer::close_quietly(number, number, real);
}

INTERPOSED int dup3(int fd, int wanted, int flags) noexcept {
  const auto number = static_cast<unsigned>(wanted);
  return tracer::close_quietly(
      number, number, [=] { return tracer::next_dup3(fd, wanted, flags); });
}

INTERPOSED int close_range(unsigned first, unsigned last, int flags) noexcept {
  const auto real = [=] {
    return tracer::next_close_range(first, last, flags);
  };
  // With this flag they are closed later, by execve().
  const bool closes = !(flags & static_cast<int>(CLOSE_RANGE_CLOEXEC));
  return closes ? tracer::close_quietly(first, last, real) : real();
}

INTERPOSED int fclose(std::FILE* file) {
  const int fd = ::fileno(file);
  const auto number = static_cast<unsigned>(fd);
  const auto real = [=] { return tracer::next_fclose(file); };
  return fd < 0 ? real() : tracer::close_quietly(number, number, real);
}
