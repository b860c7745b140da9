// The calls that can fail: those that "nm -D" shows for the programs and the
// library.
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>

#include "compare/tracer/next.h"
#include "support/faults/script.h"

namespace {

using tracer::Next;

// The descriptors that are eventfds, because reading and writing those are
// calls of their own.
constinit std::array<std::atomic<bool>, 1024> is_event{};

std::atomic<bool>* event_flag(int fd) {
  const auto number = static_cast<std::size_t>(fd);
  return number < is_event.size() ? &is_event[number] : nullptr;
}

const char* name_for(int fd, const char* file, const char* event) {
  const std::atomic<bool>* const flag = event_flag(fd);
  return flag && *flag ? event : file;
}

// --- The ways to fail --------------------------------------------------------

template <typename Real>
auto result(const char* name, Real real) -> decltype(real()) {
  const faults::Verdict verdict = faults::judge(name);
  if (verdict.error == 0) return real();
  errno = verdict.error;
  return -1;
}

// Calls that return their error.
template <typename Real>
int error(const char* name, Real real) {
  const faults::Verdict verdict = faults::judge(name);
  if (verdict.error == EAI_SYSTEM) errno = EIO;
  return verdict.error == 0 ? real() : verdict.error;
}

// Calls that may do less than they were asked to.
template <typename Real>
ssize_t transfer(const char* name, std::size_t size, Real real) {
  const faults::Verdict verdict = faults::judge(name);
  if (verdict.error == 0) return real(std::min(size, verdict.most));
  errno = verdict.error;
  return -1;
}

// --- The next ones -----------------------------------------------------------

using Wait = int(int, epoll_event*, int, int);
using Poll = int(pollfd*, nfds_t, int);
using Lookup = int(const char*, const char*, const addrinfo*, addrinfo**);
using Name =
    int(const sockaddr*, socklen_t, char*, socklen_t, char*, socklen_t, int);
using Start = int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

constinit Next<int(int, sockaddr*, socklen_t*)> next_accept{"accept"};
constinit Next<int(int, sockaddr*, socklen_t*, int)> next_accept4{"accept4"};
constinit Next<int(int, const sockaddr*, socklen_t)> next_bind{"bind"};
constinit Next<int(int)> next_close{"close"};
constinit Next<int(int, const sockaddr*, socklen_t)> next_connect{"connect"};
constinit Next<int(int)> next_epoll_create1{"epoll_create1"};
constinit Next<int(int, int, int, epoll_event*)> next_epoll_ctl{"epoll_ctl"};
constinit Next<Wait> next_epoll_wait{"epoll_wait"};
constinit Next<int(unsigned, int)> next_eventfd{"eventfd"};
constinit Next<int(int, eventfd_t*)> next_eventfd_read{"eventfd_read"};
constinit Next<int(int, eventfd_t)> next_eventfd_write{"eventfd_write"};
constinit Next<int(int, int, ...)> next_fcntl{"fcntl"};
constinit Next<int(int, struct stat*)> next_fstat{"fstat"};
constinit Next<Lookup> next_getaddrinfo{"getaddrinfo"};
constinit Next<Name> next_getnameinfo{"getnameinfo"};
constinit Next<int(int, sockaddr*, socklen_t*)> next_getpeername{"getpeername"};
constinit Next<int(int, sockaddr*, socklen_t*)> next_getsockname{"getsockname"};
constinit Next<int(int, int)> next_listen{"listen"};
constinit Next<int(const char*, int, ...)> next_open{"open"};
constinit Next<Poll> next_poll{"poll"};
constinit Next<ssize_t(int, void*, size_t, off_t)> next_pread{"pread"};
constinit Next<Start> next_pthread_create{"pthread_create"};
constinit Next<ssize_t(int, void*, size_t)> next_read{"read"};
constinit Next<ssize_t(int, void*, size_t, int)> next_recv{"recv"};
constinit Next<decltype(::select)> next_select{"select"};
constinit Next<ssize_t(int, const void*, size_t, int)> next_send{"send"};
constinit Next<int(int, int, int, const void*, socklen_t)> next_setsockopt{
    "setsockopt"};
constinit Next<int(int, int)> next_shutdown{"shutdown"};
constinit Next<int(int, int, int)> next_socket{"socket"};
constinit Next<ssize_t(int, const void*, size_t)> next_write{"write"};

// The answers for these IP addresses, one behind the other.
int look_up_each(std::string_view listed,
                 const char* service,
                 const addrinfo* hints,
                 addrinfo** found) {
  while (!listed.empty()) {
    std::array<char, 64> host{};
    const std::string_view word = faults::take_word(listed);
    word.copy(host.data(), host.size() - 1);
    const int error = next_getaddrinfo(host.data(), service, hints, found);
    if (error != 0) return error;
    while (*found) found = &(*found)->ai_next;
  }
  return 0;
}

}  // namespace

// --- Sockets -----------------------------------------------------------------

INTERPOSED int socket(int family, int type, int protocol) noexcept {
  return result("socket", [=] { return next_socket(family, type, protocol); });
}

INTERPOSED int bind(int fd, const sockaddr* name, socklen_t size) noexcept {
  return result("bind", [=] { return next_bind(fd, name, size); });
}

INTERPOSED int listen(int fd, int most) noexcept {
  return result("listen", [=] { return next_listen(fd, most); });
}

INTERPOSED int accept(int fd, sockaddr* peer, socklen_t* size) {
  return result("accept", [=] { return next_accept(fd, peer, size); });
}

INTERPOSED int accept4(int fd, sockaddr* peer, socklen_t* size, int flags) {
  return result("accept4", [=] { return next_accept4(fd, peer, size, flags); });
}

INTERPOSED int connect(int fd, const sockaddr* peer, socklen_t size) {
  return result("connect", [=] { return next_connect(fd, peer, size); });
}

INTERPOSED int shutdown(int fd, int how) noexcept {
  return result("shutdown", [=] { return next_shutdown(fd, how); });
}

INTERPOSED int getpeername(int fd, sockaddr* name, socklen_t* size) noexcept {
  return result("getpeername",
                [=] { return next_getpeername(fd, name, size); });
}

INTERPOSED int getsockname(int fd, sockaddr* name, socklen_t* size) noexcept {
  return result("getsockname",
                [=] { return next_getsockname(fd, name, size); });
}

INTERPOSED int setsockopt(
    int fd, int level, int name, const void* value, socklen_t size) noexcept {
  return result("setsockopt",
                [=] { return next_setsockopt(fd, level, name, value, size); });
}

// --- Bytes -------------------------------------------------------------------

INTERPOSED ssize_t recv(int fd, void* bytes, size_t size, int flags) {
  return transfer("recv", size, [=](size_t most) {
    return next_recv(fd, bytes, most, flags);
  });
}

INTERPOSED ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  return transfer("send", size, [=](size_t most) {
    return next_send(fd, bytes, most, flags);
  });
}

INTERPOSED ssize_t read(int fd, void* bytes, size_t size) {
  return transfer(name_for(fd, "read", "eventfd_read"), size,
                  [=](size_t most) { return next_read(fd, bytes, most); });
}

INTERPOSED ssize_t write(int fd, const void* bytes, size_t size) {
  return transfer(name_for(fd, "write", "eventfd_write"), size,
                  [=](size_t most) { return next_write(fd, bytes, most); });
}

INTERPOSED ssize_t pread(int fd, void* bytes, size_t size, off_t from) {
  return transfer("pread", size, [=](size_t most) {
    return next_pread(fd, bytes, most, from);
  });
}

// --- Files -------------------------------------------------------------------

INTERPOSED int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const bool creates =
      (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  const mode_t mode = creates ? va_arg(list, mode_t) : 0;
  va_end(list);
  return result("open", [=] { return next_open(path, flags, mode); });
}

INTERPOSED int fcntl(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  void* const argument = va_arg(list, void*);  // whatever it is, it is no more
  va_end(list);
  return result("fcntl", [=] { return next_fcntl(fd, command, argument); });
}

INTERPOSED int fstat(int fd, struct stat* status) noexcept {
  return result("fstat", [=] { return next_fstat(fd, status); });
}

// It is closed although it fails, as in Linux.
INTERPOSED int close(int fd) {
  if (std::atomic<bool>* const flag = event_flag(fd)) *flag = false;
  const faults::Verdict verdict = faults::judge("close");
  const int closed = next_close(fd);
  if (verdict.error == 0) return closed;
  errno = verdict.error;
  return -1;
}

INTERPOSED int eventfd(unsigned count, int flags) noexcept {
  const int fd = result("eventfd", [=] { return next_eventfd(count, flags); });
  if (std::atomic<bool>* const flag = event_flag(fd)) *flag = true;
  return fd;
}

INTERPOSED int eventfd_read(int fd, eventfd_t* count) {
  return result("eventfd_read", [=] { return next_eventfd_read(fd, count); });
}

INTERPOSED int eventfd_write(int fd, eventfd_t count) {
  return result("eventfd_write", [=] { return next_eventfd_write(fd, count); });
}

// --- Waiting -----------------------------------------------------------------

INTERPOSED int select(
    int end, fd_set* readers, fd_set* writers, fd_set* others, timeval* time) {
  return result("select", [=] {
    return next_select(end, readers, writers, others, time);
  });
}

INTERPOSED int poll(pollfd* fds, nfds_t count, int time) {
  return result("poll", [=] { return next_poll(fds, count, time); });
}

INTERPOSED int epoll_create1(int flags) noexcept {
  return result("epoll_create1", [=] { return next_epoll_create1(flags); });
}

INTERPOSED int epoll_ctl(int fd,
                         int operation,
                         int other,
                         epoll_event* event) noexcept {
  return result("epoll_ctl",
                [=] { return next_epoll_ctl(fd, operation, other, event); });
}

INTERPOSED int epoll_wait(int fd, epoll_event* events, int most, int time) {
  return result("epoll_wait",
                [=] { return next_epoll_wait(fd, events, most, time); });
}

// --- Names and threads -------------------------------------------------------

INTERPOSED int getaddrinfo(const char* host,
                           const char* service,
                           const addrinfo* hints,
                           addrinfo** found) {
  return error("getaddrinfo", [=] {
    const std::string_view listed = faults::addresses_of(host);
    return listed.empty() ? next_getaddrinfo(host, service, hints, found)
                          : look_up_each(listed, service, hints, found);
  });
}

INTERPOSED int getnameinfo(const sockaddr* address,
                           socklen_t size,
                           char* host,
                           socklen_t host_size,
                           char* service,
                           socklen_t service_size,
                           int flags) {
  return error("getnameinfo", [=] {
    return next_getnameinfo(address, size, host, host_size, service,
                            service_size, flags);
  });
}

INTERPOSED int pthread_create(pthread_t* thread,
                              const pthread_attr_t* attributes,
                              void* (*run)(void*),
                              void* argument) noexcept {
  return error("pthread_create", [=] {
    return next_pthread_create(thread, attributes, run, argument);
  });
}
