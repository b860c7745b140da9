// The calls that read from a connection or write to it.

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>

#include "compare/tracer/descriptors.h"
#include "compare/tracer/next.h"
#include "compare/tracer/notebook.h"

namespace tracer {
namespace {

// Where the bytes are.
struct Pieces {
  const iovec* data;
  std::size_t count;
};

// False if the bytes are not where they should be.
bool add(poetry_compare::Checksum& checksum, Pieces pieces, ssize_t size) {
  auto left = static_cast<std::size_t>(std::max<ssize_t>(size, 0));
  for (std::size_t i = 0; i < pieces.count && left > 0; ++i) {
    const std::size_t n = std::min(left, pieces.data[i].iov_len);
    checksum.add(static_cast<const char*>(pieces.data[i].iov_base), n);
    left -= n;
  }
  return left == 0;
}

// Adds the bytes to the checksum, unless the descriptor has been closed
// meanwhile: its number may be that of another connection.
void count(const Found& found,
           bool& fresh,
           poetry_compare::Checksum& checksum,
           Pieces pieces,
           Record& record) {
  if (!found.is_current() || !fresh) return;
  fresh = add(checksum, pieces, record.result);
  if (fresh) record.checksum = checksum.value();
}

// pieces() is called after real(): its result is valid only if that succeeded.
template <typename Real, typename GetPieces>
ssize_t read(Call call, int fd, int flags, Real real, GetPieces pieces) {
  if (!is_tracing()) return real();
  const int before = errno;
  const Found found = find(fd);
  if (!found) {
    errno = before;
    return real();
  }
  // Bytes that are peeked at will be read again; urgent data and messages of
  // the error queue are not part of the stream.
  const bool aside = flags & (MSG_PEEK | MSG_OOB | MSG_ERRQUEUE);
  Record record = about(aside ? Call::peek : call, fd, found.socket->local,
                        found.socket->peer);
  record.queued = unread(fd);
  errno = before;

  const ssize_t n = timed(record, real);

  const KeepErrno keep;
  if (!aside) {
    // With this flag the system drops the bytes.
    if (flags & MSG_TRUNC) found.socket->fresh_in = false;
    count(found, found.socket->fresh_in, found.socket->in,
          n > 0 ? pieces() : Pieces{}, record);
  }
  note(record);
  return n;
}

template <typename Real, typename GetPieces>
ssize_t write(Call call, int fd, int flags, Real real, GetPieces pieces) {
  if (!is_tracing()) return real();
  const int before = errno;
  const Found found = find(fd);
  errno = before;
  if (!found) return real();
  Record record = about(call, fd, found.socket->local, found.socket->peer);

  const ssize_t n = timed(record, real);

  const KeepErrno keep;
  if (!(flags & MSG_OOB)) {
    count(found, found.socket->fresh_out, found.socket->out,
          n > 0 ? pieces() : Pieces{}, record);
  }
  note(record);
  return n;
}

// For calls with one buffer.
template <typename Real>
ssize_t read(Call call, int fd, int flags, void* data, size_t size, Real real) {
  const iovec piece{data, size};
  return read(call, fd, flags, real, [&] { return Pieces{&piece, 1}; });
}

template <typename Real>
ssize_t write(
    Call call, int fd, int flags, const void* data, size_t size, Real real) {
  const iovec piece{const_cast<void*>(data), size};
  return write(call, fd, flags, real, [&] { return Pieces{&piece, 1}; });
}

using Read = ssize_t(int, void*, size_t);
using Write = ssize_t(int, const void*, size_t);
using Pieced = ssize_t(int, const iovec*, int);
using ReadChk = ssize_t(int, void*, size_t, size_t);
using RecvChk = ssize_t(int, void*, size_t, size_t, int);
using RecvfromChk =
    ssize_t(int, void*, size_t, size_t, int, sockaddr*, socklen_t*);

constinit Next<decltype(::recv)> next_recv{"recv"};
constinit Next<decltype(::recvfrom)> next_recvfrom{"recvfrom"};
constinit Next<decltype(::recvmsg)> next_recvmsg{"recvmsg"};
constinit Next<Read> next_read{"read"};
constinit Next<Pieced> next_readv{"readv"};
constinit Next<RecvChk> next_recv_chk{"__recv_chk"};
constinit Next<RecvfromChk> next_recvfrom_chk{"__recvfrom_chk"};
constinit Next<ReadChk> next_read_chk{"__read_chk"};
constinit Next<decltype(::send)> next_send{"send"};
constinit Next<decltype(::sendto)> next_sendto{"sendto"};
constinit Next<decltype(::sendmsg)> next_sendmsg{"sendmsg"};
constinit Next<Write> next_write{"write"};
constinit Next<Pieced> next_writev{"writev"};

}  // namespace
}  // namespace tracer

using tracer::Call;
using tracer::Pieces;

// --- Reading -----------------------------------------------------------------

INTERPOSED ssize_t recv(int fd, void* data, size_t size, int flags) {
  return tracer::read(Call::recv, fd, flags, data, size,
                      [=] { return tracer::next_recv(fd, data, size, flags); });
}

INTERPOSED ssize_t recvfrom(int fd,
                            void* data,
                            size_t size,
                            int flags,
                            sockaddr* from,
                            socklen_t* length) {
  return tracer::read(Call::recvfrom, fd, flags, data, size, [=] {
    return tracer::next_recvfrom(fd, data, size, flags, from, length);
  });
}

INTERPOSED ssize_t recvmsg(int fd, msghdr* message, int flags) {
  return tracer::read(
      Call::recvmsg, fd, flags,
      [=] { return tracer::next_recvmsg(fd, message, flags); },
      [=] {
        return Pieces{message->msg_iov, message->msg_iovlen};
      });
}

INTERPOSED ssize_t read(int fd, void* data, size_t size) {
  return tracer::read(Call::read, fd, 0, data, size,
                      [=] { return tracer::next_read(fd, data, size); });
}

INTERPOSED ssize_t readv(int fd, const iovec* pieces, int count) {
  return tracer::read(
      Call::readv, fd, 0, [=] { return tracer::next_readv(fd, pieces, count); },
      [=] {
        return Pieces{pieces, static_cast<std::size_t>(count)};
      });
}

// Programs that were compiled with _FORTIFY_SOURCE call these.

INTERPOSED ssize_t
__recv_chk(int fd, void* data, size_t size, size_t room, int flags) {
  return tracer::read(Call::recv, fd, flags, data, size, [=] {
    return tracer::next_recv_chk(fd, data, size, room, flags);
  });
}

INTERPOSED ssize_t __recvfrom_chk(int fd,
                                  void* data,
                                  size_t size,
                                  size_t room,
                                  int flags,
                                  sockaddr* from,
                                  socklen_t* length) {
  return tracer::read(Call::recvfrom, fd, flags, data, size, [=] {
    return tracer::next_recvfrom_chk(fd, data, size, room, flags, from, length);
  });
}

INTERPOSED ssize_t __read_chk(int fd, void* data, size_t size, size_t room) {
  return tracer::read(Call::read, fd, 0, data, size, [=] {
    return tracer::next_read_chk(fd, data, size, room);
  });
}

// --- Writing -----------------------------------------------------------------

INTERPOSED ssize_t send(int fd, const void* data, size_t size, int flags) {
  return tracer::write(Call::send, fd, flags, data, size, [=] {
    return tracer::next_send(fd, data, size, flags);
  });
}

INTERPOSED ssize_t sendto(int fd,
                          const void* data,
                          size_t size,
                          int flags,
                          const sockaddr* to,
                          socklen_t length) {
  return tracer::write(Call::sendto, fd, flags, data, size, [=] {
    return tracer::next_sendto(fd, data, size, flags, to, length);
  });
}

INTERPOSED ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  return tracer::write(
      Call::sendmsg, fd, flags,
      [=] { return tracer::next_sendmsg(fd, message, flags); },
      [=] {
        return Pieces{message->msg_iov, message->msg_iovlen};
      });
}

INTERPOSED ssize_t write(int fd, const void* data, size_t size) {
  return tracer::write(Call::write, fd, 0, data, size,
                       [=] { return tracer::next_write(fd, data, size); });
}

INTERPOSED ssize_t writev(int fd, const iovec* pieces, int count) {
  return tracer::write(
      Call::writev, fd, 0,
      [=] { return tracer::next_writev(fd, pieces, count); },
      [=] {
        return Pieces{pieces, static_cast<std::size_t>(count)};
      });
}
