// The calls that close descriptors, whatever else they do. The C library closes
// them itself, and does not call close() in a way that can be seen.

#include <fcntl.h>
#include <unistd.h>
#include <utmp.h>

#include <algorithm>
#include <climits>
#include <cstdio>

#include "compare/tracer/descriptors.h"
#include "compare/tracer/next.h"
#include "compare/tracer/notebook.h"

namespace tracer {
namespace {

// The record of the end of a connection, with the bytes that it has received: a
// program may read in ways that are not seen.
Record about_end(Call call, int fd, const Found& found) {
  Record record = about({call}, fd, found.socket->local, found.socket->peer);
  const int before = errno;
  if (found.socket->peer != 0) add_received(fd, record);
  errno = before;
  return record;
}

void note_end(Call call, int fd, const Found& found) {
  Record record = about_end(call, fd, found);
  record.time = now();
  note(record);
}

// The connections that are still open when the program ends.
__attribute__((destructor)) void note_exit() {
  if (!is_tracing() || !any_socket() || is_guest()) return;
  const KeepErrno keep;
  const auto end = static_cast<int>(used_descriptors());
  for (int fd = 0; fd < end; ++fd) {
    const Found found = find_known(fd);
    if (found && found.socket->peer != 0)
      note_end(Call::exit_program, fd, found);
  }
}

// For a call that closes descriptors on its way: each connection among them has
// a record of a close() of its own. They are forgotten before the call: after
// it, another thread may get the same numbers.
void note_closes(unsigned first, unsigned last) {
  if (!is_tracing() || !any_socket() || is_guest()) return;
  const KeepErrno keep;
  const unsigned end = std::min(last, used_descriptors());
  for (unsigned number = first; number <= end; ++number) {
    const auto fd = static_cast<int>(number);
    const Found found = find_known(fd);
    if (found) note_end(Call::close, fd, found);
    forget(fd);
  }
}

// Ignores a negative number.
void note_close(int fd) {
  if (fd >= 0)
    note_closes(static_cast<unsigned>(fd), static_cast<unsigned>(fd));
}

void note_close(std::FILE* file) {
  const KeepErrno keep;
  note_close(::fileno(file));
}

template <typename Real>
int close(int fd, Real real) {
  if (!is_tracing()) return real();
  const Found found = find_known(fd);
  if (!found || is_guest()) {
    if (!found) forget(fd);
    return real();
  }
  Record record = about_end(Call::close, fd, found);
  // Before the call: after it, another thread may get the same number.
  forget(fd);
  const int result = timed(record, real);

  const KeepErrno keep;
  note(record);
  return result;
}

// For a call that puts a copy of a descriptor in the place of another.
template <typename Real>
int replace(int fd, int replaced, Real real) {
  const int before = errno;
  const bool closes = fd != replaced && ::fcntl(fd, F_GETFD) >= 0;
  errno = before;
  if (closes) note_close(replaced);
  return real();
}

// The new file may have another number.
template <typename Real>
std::FILE* reopen(std::FILE* file, Real real) {
  note_close(file);
  std::FILE* const opened = real();
  const KeepErrno keep;
  if (opened) forget(::fileno(opened));
  return opened;
}

using Reopen = std::FILE*(const char*, const char*, std::FILE*);

constinit Next<decltype(::close)> next_close{"close"};
constinit Next<int(int, int)> next_dup2{"dup2"};
constinit Next<int(int, int, int)> next_dup3{"dup3"};
constinit Next<int(unsigned, unsigned, int)> next_close_range{"close_range"};
constinit Next<void(int)> next_closefrom{"closefrom"};
constinit Next<int(std::FILE*)> next_fclose{"fclose"};
constinit Next<int(std::FILE*)> next_pclose{"pclose"};
constinit Next<Reopen> next_freopen{"freopen"};
constinit Next<Reopen> next_freopen64{"freopen64"};
constinit Next<int(int, int)> next_daemon{"daemon"};
constinit Next<int(int)> next_login_tty{"login_tty"};

}  // namespace
}  // namespace tracer

INTERPOSED int close(int fd) {
  return tracer::close(fd, [=] { return tracer::next_close(fd); });
}

INTERPOSED int dup2(int fd, int wanted) noexcept {
  return tracer::replace(fd, wanted,
                         [=] { return tracer::next_dup2(fd, wanted); });
}

INTERPOSED int dup3(int fd, int wanted, int flags) noexcept {
  return tracer::replace(fd, wanted,
                         [=] { return tracer::next_dup3(fd, wanted, flags); });
}

INTERPOSED int close_range(unsigned first, unsigned last, int flags) noexcept {
  // With this flag they are closed later, by execve().
  const bool closes = !(flags & static_cast<int>(CLOSE_RANGE_CLOEXEC));
  if (closes) tracer::note_closes(first, last);
  return tracer::next_close_range(first, last, flags);
}

INTERPOSED void closefrom(int first) noexcept {
  tracer::note_closes(static_cast<unsigned>(std::max(first, 0)), UINT_MAX);
  tracer::next_closefrom(first);
}

INTERPOSED int fclose(std::FILE* file) {
  tracer::note_close(file);
  return tracer::next_fclose(file);
}

INTERPOSED int pclose(std::FILE* file) {
  tracer::note_close(file);
  return tracer::next_pclose(file);
}

INTERPOSED std::FILE* freopen(const char* path,
                              const char* mode,
                              std::FILE* file) {
  return tracer::reopen(file,
                        [=] { return tracer::next_freopen(path, mode, file); });
}

INTERPOSED std::FILE* freopen64(const char* path,
                                const char* mode,
                                std::FILE* file) {
  return tracer::reopen(
      file, [=] { return tracer::next_freopen64(path, mode, file); });
}

// These make 0, 1 and 2 something else.

INTERPOSED int daemon(int stays, int keeps) noexcept {
  const int result = tracer::next_daemon(stays, keeps);
  if (result == 0 && !keeps) tracer::note_closes(0, 2);
  return result;
}

INTERPOSED int login_tty(int fd) noexcept {
  const int result = tracer::next_login_tty(fd);
  if (result != 0) return result;
  tracer::note_closes(0, 2);
  if (fd > 2) tracer::note_close(fd);
  return result;
}
