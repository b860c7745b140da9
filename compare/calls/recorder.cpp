// Records the calls of a program that is compiled with -finstrument-functions.
// It is loaded before the program, and also stands in front of system calls.
//
// Only the first thread is recorded: that of the loop.
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "compare/calls/format.h"
#include "compare/tracer/next.h"

using poetry_compare::EventKind;
using poetry_compare::Outcome;
using poetry_compare::SystemCall;

namespace {

std::uint64_t* events = nullptr;  // null: nothing is recorded
std::atomic<std::size_t> count = 0;
std::uintptr_t program_start = 0;

// The file of the variable, if no program has used it before.
int open_file() {
  const char* path = std::getenv(poetry_compare::calls_file_variable);
  const int fd = path ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
  struct stat file {};
  if (fd < 0 || (::fstat(fd, &file) == 0 && file.st_size == 0)) return fd;
  ::close(fd);
  return -1;
}

int find_start(dl_phdr_info* first, std::size_t, void*) {
  program_start = first->dlpi_addr;
  return 1;
}

// The file is sparse: only what is written takes room.
void begin_record() {
  const int fd = open_file();
  if (fd < 0) return;
  void* memory = MAP_FAILED;
  if (::ftruncate(fd, poetry_compare::record_size) == 0) {
    memory = ::mmap(nullptr, poetry_compare::record_size,
                    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  ::close(fd);
  if (memory == MAP_FAILED) return;
  char* const path = static_cast<char*>(memory);
  if (::readlink("/proc/self/exe", path, poetry_compare::path_size - 1) < 0) {
    return;
  }
  ::dl_iterate_phdr(find_start, nullptr);
  events = reinterpret_cast<std::uint64_t*>(path + poetry_compare::path_size);
  // A child process is another program.
  ::pthread_atfork(nullptr, nullptr, [] { events = nullptr; });
}

bool is_first_thread() {
  static thread_local const bool is_first = ::gettid() == ::getpid();
  return is_first;
}

void note(EventKind kind, std::uint64_t value) {
  if (!events || !is_first_thread()) return;
  const std::size_t index = count++;
  if (index + 1 >= poetry_compare::max_events) return;
  events[index] = poetry_compare::make_event(kind, value);
}

// A program that is not compiled for this never calls it, and leaves the file
// to a program that it starts.
bool begin_once() {
  static const bool begun = (begin_record(), true);
  return begun;
}

std::uint64_t place(void* function) {
  return reinterpret_cast<std::uintptr_t>(function) - program_start;
}

std::uint64_t outcome(std::int64_t result) {
  if (result > 0) return static_cast<std::uint64_t>(Outcome::positive);
  if (result == 0) return static_cast<std::uint64_t>(Outcome::zero);
  const bool would_block = errno == EAGAIN || errno == EINPROGRESS;
  return static_cast<std::uint64_t>(would_block ? Outcome::would_block
                                                : Outcome::failed);
}

template <typename Function, typename... Arguments>
auto recorded(SystemCall call,
              tracer::Next<Function>& next,
              Arguments... arguments) {
  note(EventKind::system_call, static_cast<std::uint64_t>(call));
  const auto result = next(arguments...);
  const tracer::KeepErrno keep;
  note(EventKind::system_return, outcome(result));
  return result;
}

}  // namespace

INTERPOSED void __cyg_profile_func_enter(void* function, void*) {
  const tracer::KeepErrno keep;
  if (begin_once()) note(EventKind::enter, place(function));
}

INTERPOSED void __cyg_profile_func_exit(void* function, void*) {
  note(EventKind::leave, place(function));
}

#define RECORDED(type, name, parameters, ...)             \
  INTERPOSED type name parameters {                       \
    static tracer::Next<type parameters> next(#name);     \
    return recorded(SystemCall::name, next, __VA_ARGS__); \
  }

RECORDED(int, accept, (int fd, sockaddr* peer, socklen_t* size), fd, peer, size)
RECORDED(int,
         accept4,
         (int fd, sockaddr* peer, socklen_t* size, int flags),
         fd,
         peer,
         size,
         flags)
RECORDED(int, close, (int fd), fd)
RECORDED(int,
         connect,
         (int fd, const sockaddr* peer, socklen_t size),
         fd,
         peer,
         size)
RECORDED(int,
         epoll_wait,
         (int fd, epoll_event* ready, int size, int timeout),
         fd,
         ready,
         size,
         timeout)
RECORDED(
    int, poll, (pollfd * fds, nfds_t size, int timeout), fds, size, timeout)
RECORDED(ssize_t, read, (int fd, void* to, size_t size), fd, to, size)
RECORDED(ssize_t,
         recv,
         (int fd, void* to, size_t size, int flags),
         fd,
         to,
         size,
         flags)
RECORDED(int,
         select,
         (int size, fd_set* in, fd_set* out, fd_set* other, timeval* timeout),
         size,
         in,
         out,
         other,
         timeout)
RECORDED(ssize_t,
         send,
         (int fd, const void* from, size_t size, int flags),
         fd,
         from,
         size,
         flags)
RECORDED(int, shutdown, (int fd, int how), fd, how)
RECORDED(
    ssize_t, write, (int fd, const void* from, size_t size), fd, from, size)
