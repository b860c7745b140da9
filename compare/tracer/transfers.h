// How a read or a write is recorded.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstddef>

#include "compare/tracer/descriptors.h"
#include "compare/tracer/next.h"
#include "compare/tracer/notebook.h"

namespace tracer {

// Where the bytes are.
struct Pieces {
  const iovec* data;
  std::size_t count;
};

// False if the bytes are not where they should be.
inline bool add(poetry_compare::Checksum& checksum,
                Pieces pieces,
                ssize_t size) {
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
template <typename AddBytes>
void count(const Found& found,
           bool& fresh,
           poetry_compare::Checksum& checksum,
           AddBytes add_bytes,
           Record& record) {
  if (!found.is_current() || !fresh) return;
  fresh = record.result <= 0 || add_bytes(checksum, record.result);
  if (fresh) record.checksum = checksum.value();
}

// For bytes that the program does not see.
inline bool cannot_add(poetry_compare::Checksum&, ssize_t) {
  return false;
}

// Whether a read of the descriptor returns at once even if there are no bytes.
// The system is asked only if the read took a while.
inline void add_mode(int fd, int flags, Record& record) {
  constexpr std::int64_t a_while = 100'000;
  if (flags & MSG_WAITALL) record.flags |= poetry_compare::flag_wait_all;
  if (record.duration < a_while) return;
  const bool at_once =
      (flags & MSG_DONTWAIT) || (::fcntl(fd, F_GETFL) & O_NONBLOCK);
  if (at_once) record.flags |= poetry_compare::flag_nonblocking;
}

// add_bytes() is called after real(), if that succeeded.
template <typename Real, typename AddBytes>
ssize_t read_bytes(
    const CallFrom& from, int fd, int flags, Real real, AddBytes add_bytes) {
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
  Record record = about(from, fd, found.socket->local, found.socket->peer);
  if (aside) record.call = Call::peek;
  record.queued = unread(fd);
  errno = before;

  const ssize_t n = timed(record, real);

  const KeepErrno keep;
  add_mode(fd, flags, record);
  if (!aside) {
    // With this flag the system drops the bytes.
    if (flags & MSG_TRUNC) found.socket->fresh_in = false;
    count(found, found.socket->fresh_in, found.socket->in, add_bytes, record);
  }
  note(record);
  return n;
}

template <typename Real, typename AddBytes>
ssize_t write_bytes(
    const CallFrom& from, int fd, int flags, Real real, AddBytes add_bytes) {
  if (!is_tracing()) return real();
  const int before = errno;
  const Found found = find(fd);
  errno = before;
  if (!found) return real();
  Record record = about(from, fd, found.socket->local, found.socket->peer);

  const ssize_t n = timed(record, real);

  const KeepErrno keep;
  if (!(flags & MSG_OOB)) {
    count(found, found.socket->fresh_out, found.socket->out, add_bytes, record);
  }
  note(record);
  return n;
}

// For calls with several buffers: pieces() says where they are.
template <typename Real, typename GetPieces>
ssize_t read(
    const CallFrom& from, int fd, int flags, Real real, GetPieces pieces) {
  return read_bytes(from, fd, flags, real, [&](auto& checksum, ssize_t n) {
    return add(checksum, pieces(), n);
  });
}

template <typename Real, typename GetPieces>
ssize_t write(
    const CallFrom& from, int fd, int flags, Real real, GetPieces pieces) {
  return write_bytes(from, fd, flags, real, [&](auto& checksum, ssize_t n) {
    return add(checksum, pieces(), n);
  });
}

// For calls with one buffer.
template <typename Real>
ssize_t read(const CallFrom& from,
             int fd,
             int flags,
             void* data,
             size_t size,
             Real real) {
  const iovec piece{data, size};
  return read(from, fd, flags, real, [&] { return Pieces{&piece, 1}; });
}

template <typename Real>
ssize_t write(const CallFrom& from,
              int fd,
              int flags,
              const void* data,
              size_t size,
              Real real) {
  const iovec piece{const_cast<void*>(data), size};
  return write(from, fd, flags, real, [&] { return Pieces{&piece, 1}; });
}

}  // namespace tracer
