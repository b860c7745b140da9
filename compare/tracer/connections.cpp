// The calls that begin a connection, and shutdown().

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

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
int accept(const CallFrom& from, int listener, Real real) {
  if (!is_tracing()) return real();
  Record record = about(from, listener);
  const int fd = timed(record, real);

  const KeepErrno keep;
  if (fd >= 0) record.fd = fd;
  const Found found = fd < 0 ? find(listener) : find_new(fd);
  if (found) note_with_ports(record, found);
  return fd;
}

constinit Next<decltype(::connect)> next_connect{"connect"};
constinit Next<decltype(::accept)> next_accept{"accept"};
constinit Next<decltype(::accept4)> next_accept4{"accept4"};
constinit Next<decltype(::shutdown)> next_shutdown{"shutdown"};

}  // namespace
}  // namespace tracer

using tracer::about;
using tracer::find;
using tracer::Found;
using tracer::KeepErrno;
using tracer::Record;

INTERPOSED int connect(int fd, const sockaddr* address, socklen_t length) {
  const auto real = [=] { return tracer::next_connect(fd, address, length); };
  if (!tracer::is_tracing()) return real();
  Record record = about(CALLED(connect), fd);
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
  return tracer::accept(CALLED(accept), fd,
                        [=] { return tracer::next_accept(fd, peer, length); });
}

INTERPOSED int accept4(int fd, sockaddr* peer, socklen_t* length, int flags) {
  return tracer::accept(CALLED(accept4), fd, [=] {
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
  Record record = about(CALLED(shutdown), fd);
  const int result = tracer::timed(record, real);

  const KeepErrno keep;
  tracer::note_with_ports(record, found);
  return result;
}
