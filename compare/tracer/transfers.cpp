// The calls that read from a connection or write to it, one buffer or message
// at a time.

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "compare/tracer/next.h"
#include "compare/tracer/transfers.h"

namespace tracer {
namespace {

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

using tracer::Pieces;

// --- Reading -----------------------------------------------------------------

INTERPOSED ssize_t recv(int fd, void* data, size_t size, int flags) {
  return tracer::read(CALLED(recv), fd, flags, data, size,
                      [=] { return tracer::next_recv(fd, data, size, flags); });
}

INTERPOSED ssize_t recvfrom(int fd,
                            void* data,
                            size_t size,
                            int flags,
                            sockaddr* from,
                            socklen_t* length) {
  return tracer::read(CALLED(recvfrom), fd, flags, data, size, [=] {
    return tracer::next_recvfrom(fd, data, size, flags, from, length);
  });
}

INTERPOSED ssize_t recvmsg(int fd, msghdr* message, int flags) {
  return tracer::read(
      CALLED(recvmsg), fd, flags,
      [=] { return tracer::next_recvmsg(fd, message, flags); },
      [=] {
        return Pieces{message->msg_iov, message->msg_iovlen};
      });
}

INTERPOSED ssize_t read(int fd, void* data, size_t size) {
  return tracer::read(CALLED(read), fd, 0, data, size,
                      [=] { return tracer::next_read(fd, data, size); });
}

INTERPOSED ssize_t readv(int fd, const iovec* pieces, int count) {
  return tracer::read(
      CALLED(readv), fd, 0,
      [=] { return tracer::next_readv(fd, pieces, count); },
      [=] {
        return Pieces{pieces, static_cast<std::size_t>(count)};
      });
}

// Programs that were compiled with _FORTIFY_SOURCE call these.

INTERPOSED ssize_t
__recv_chk(int fd, void* data, size_t size, size_t room, int flags) {
  return tracer::read(CALLED(recv), fd, flags, data, size, [=] {
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
  return tracer::read(CALLED(recvfrom), fd, flags, data, size, [=] {
    return tracer::next_recvfrom_chk(fd, data, size, room, flags, from, length);
  });
}

INTERPOSED ssize_t __read_chk(int fd, void* data, size_t size, size_t room) {
  return tracer::read(CALLED(read), fd, 0, data, size, [=] {
    return tracer::next_read_chk(fd, data, size, room);
  });
}

// --- Writing -----------------------------------------------------------------

INTERPOSED ssize_t send(int fd, const void* data, size_t size, int flags) {
  return tracer::write(CALLED(send), fd, flags, data, size, [=] {
    return tracer::next_send(fd, data, size, flags);
  });
}

INTERPOSED ssize_t sendto(int fd,
                          const void* data,
                          size_t size,
                          int flags,
                          const sockaddr* to,
                          socklen_t length) {
  return tracer::write(CALLED(sendto), fd, flags, data, size, [=] {
    return tracer::next_sendto(fd, data, size, flags, to, length);
  });
}

INTERPOSED ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  return tracer::write(
      CALLED(sendmsg), fd, flags,
      [=] { return tracer::next_sendmsg(fd, message, flags); },
      [=] {
        return Pieces{message->msg_iov, message->msg_iovlen};
      });
}

INTERPOSED ssize_t write(int fd, const void* data, size_t size) {
  return tracer::write(CALLED(write), fd, 0, data, size,
                       [=] { return tracer::next_write(fd, data, size); });
}

INTERPOSED ssize_t writev(int fd, const iovec* pieces, int count) {
  return tracer::write(
      CALLED(writev), fd, 0,
      [=] { return tracer::next_writev(fd, pieces, count); },
      [=] {
        return Pieces{pieces, static_cast<std::size_t>(count)};
      });
}
