// The calls that transfer several messages at once, or bytes that the program
// does not see.

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "compare/tracer/transfers.h"

namespace tracer {
namespace {

using poetry_compare::Checksum;

ssize_t count_bytes(const mmsghdr* messages, int count) {
  ssize_t bytes = 0;
  for (int i = 0; i < count; ++i) bytes += messages[i].msg_len;
  return bytes;
}

bool add_messages(Checksum& checksum, const mmsghdr* messages, int count) {
  bool added = true;
  for (int i = 0; i < count; ++i) {
    const msghdr& message = messages[i].msg_hdr;
    added = added && add(checksum, {message.msg_iov, message.msg_iovlen},
                         messages[i].msg_len);
  }
  return added;
}

// The record has the bytes of all messages. real() returns how many there were,
// and so does this.
template <typename Transfer, typename Real>
int transfer_messages(Transfer transfer,
                      const CallFrom& from,
                      int fd,
                      mmsghdr* messages,
                      int flags,
                      Real real) {
  int count = 0;
  transfer(
      from, fd, flags,
      [&]() -> ssize_t {
        count = real();
        return count > 0 ? count_bytes(messages, count) : count;
      },
      [&](Checksum& checksum, ssize_t) {
        return add_messages(checksum, messages, count);
      });
  return count;
}

// These functions have templates as parameters.
constexpr auto reads = [](auto... arguments) { read_bytes(arguments...); };
constexpr auto writes = [](auto... arguments) { write_bytes(arguments...); };

using Recvmmsg = int(int, mmsghdr*, unsigned, int, timespec*);
using Sendmmsg = int(int, mmsghdr*, unsigned, int);
using Splice = ssize_t(int, off64_t*, int, off64_t*, size_t, unsigned);
using Sendfile = ssize_t(int, int, off_t*, size_t);
using Pieced2 = ssize_t(int, const iovec*, int, off_t, int);

constinit Next<Recvmmsg> next_recvmmsg{"recvmmsg"};
constinit Next<Sendmmsg> next_sendmmsg{"sendmmsg"};
constinit Next<Splice> next_splice{"splice"};
constinit Next<Sendfile> next_sendfile{"sendfile"};
constinit Next<Sendfile> next_sendfile64{"sendfile64"};
constinit Next<Pieced2> next_preadv2{"preadv2"};
constinit Next<Pieced2> next_pwritev2{"pwritev2"};

ssize_t read_pieces(const CallFrom& from,
                    int fd,
                    const iovec* pieces,
                    int count,
                    off_t offset,
                    int flags) {
  return read(
      from, fd, flags & RWF_NOWAIT ? MSG_DONTWAIT : 0,
      [=] { return next_preadv2(fd, pieces, count, offset, flags); },
      [=] {
        return Pieces{pieces, static_cast<std::size_t>(count)};
      });
}

ssize_t write_pieces(const CallFrom& from,
                     int fd,
                     const iovec* pieces,
                     int count,
                     off_t offset,
                     int flags) {
  return write(
      from, fd, 0,
      [=] { return next_pwritev2(fd, pieces, count, offset, flags); },
      [=] {
        return Pieces{pieces, static_cast<std::size_t>(count)};
      });
}

}  // namespace
}  // namespace tracer

INTERPOSED int recvmmsg(
    int fd, mmsghdr* messages, unsigned most, int flags, timespec* time) {
  return tracer::transfer_messages(
      tracer::reads, CALLED(recvmmsg), fd, messages, flags,
      [=] { return tracer::next_recvmmsg(fd, messages, most, flags, time); });
}

INTERPOSED int sendmmsg(int fd, mmsghdr* messages, unsigned most, int flags) {
  return tracer::transfer_messages(
      tracer::writes, CALLED(sendmmsg), fd, messages, flags,
      [=] { return tracer::next_sendmmsg(fd, messages, most, flags); });
}

// One of the two is a pipe.
INTERPOSED ssize_t splice(
    int in, off64_t* from, int out, off64_t* to, size_t size, unsigned flags) {
  const auto real = [=] {
    return tracer::next_splice(in, from, out, to, size, flags);
  };
  if (!tracer::is_tracing()) return real();
  const int before = errno;
  const bool reads = static_cast<bool>(tracer::find(in));
  errno = before;
  const int mode = flags & SPLICE_F_NONBLOCK ? MSG_DONTWAIT : 0;
  return reads ? tracer::read_bytes(CALLED(splice), in, mode, real,
                                    tracer::cannot_add)
               : tracer::write_bytes(CALLED(splice_to), out, mode, real,
                                     tracer::cannot_add);
}

INTERPOSED ssize_t sendfile(int out,
                            int in,
                            off_t* offset,
                            size_t size) noexcept {
  return tracer::write_bytes(
      CALLED(sendfile), out, 0,
      [=] { return tracer::next_sendfile(out, in, offset, size); },
      tracer::cannot_add);
}

INTERPOSED ssize_t sendfile64(int out,
                              int in,
                              off64_t* offset,
                              size_t size) noexcept {
  return tracer::write_bytes(
      CALLED(sendfile), out, 0,
      [=] { return tracer::next_sendfile64(out, in, offset, size); },
      tracer::cannot_add);
}

INTERPOSED ssize_t
preadv2(int fd, const iovec* pieces, int count, off_t offset, int flags) {
  return tracer::read_pieces(CALLED(preadv2), fd, pieces, count, offset, flags);
}

INTERPOSED ssize_t
preadv64v2(int fd, const iovec* pieces, int count, off64_t offset, int flags) {
  return tracer::read_pieces(CALLED(preadv2), fd, pieces, count, offset, flags);
}

INTERPOSED ssize_t
pwritev2(int fd, const iovec* pieces, int count, off_t offset, int flags) {
  return tracer::write_pieces(CALLED(pwritev2), fd, pieces, count, offset,
                              flags);
}

INTERPOSED ssize_t
pwritev64v2(int fd, const iovec* pieces, int count, off64_t offset, int flags) {
  return tracer::write_pieces(CALLED(pwritev2), fd, pieces, count, offset,
                              flags);
}
