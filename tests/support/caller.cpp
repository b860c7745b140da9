// A traced program that follows its arguments. It fails if a call behaves
// differently than without a trace.

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "support/caller.h"

namespace {

using caller::generic;
using caller::must;
using caller::Pair;

std::array<char, 65536> buffer{};

void wait_for_bytes(int fd, int wanted) {
  int bytes = 0;
  while (bytes < wanted) must(::ioctl(fd, FIONREAD, &bytes) == 0, "FIONREAD");
}

// --- State that a trace must not change --------------------------------------

void expect_errno(int wanted, const std::function<long()>& call) {
  constexpr int untouched = 4711;
  errno = untouched;
  const long result = call();
  const int found = errno;
  const bool right = wanted == 0 ? result >= 0 && found == untouched
                                 : result == -1 && found == wanted;
  if (right) return;
  std::fprintf(stderr, "errno is %d, not %d\n", found, wanted);
  std::_Exit(99);
}

void keep_errno() {
  Pair pair;
  char byte = 'x';
  std::array<int, 2> pipe{};
  must(::pipe(pipe.data()) == 0, "pipe");
  pollfd one{pair.client, POLLIN, 0};
  const auto connect_again = [&] {
    return ::connect(pair.client, generic(pair.listener.address),
                     pair.listener.length);
  };
  expect_errno(0, [&] { return ::send(pair.server, &byte, 1, 0); });
  expect_errno(0, [&] { return ::poll(&one, 1, -1); });
  expect_errno(0, [&] { return ::recv(pair.client, &byte, 1, 0); });
  expect_errno(0, [&] { return ::write(pipe[1], &byte, 1); });
  expect_errno(0, [&] { return ::read(pipe[0], &byte, 1); });
  expect_errno(0, [&] { return ::close(pipe[0]); });
  expect_errno(EAGAIN,
               [&] { return ::recv(pair.client, &byte, 1, MSG_DONTWAIT); });
  expect_errno(EISCONN, connect_again);
  expect_errno(EBADF, [&] { return ::read(pipe[0], &byte, 1); });
  expect_errno(EBADF, [&] { return ::recv(9999, &byte, 1, 0); });
  expect_errno(EBADF, [&] { return ::recv(99999999, &byte, 1, 0); });
  expect_errno(EBADF, [&] { return ::recv(-1, &byte, 1, 0); });
  expect_errno(ENOTSOCK, [&] { return ::recv(pipe[1], &byte, 1, 0); });
  expect_errno(EBADF, [&] { return ::close(pipe[0]); });
  expect_errno(EINVAL, [&] { return ::accept(pair.client, nullptr, nullptr); });
  expect_errno(EFAULT, [&] {
    return ::connect(pair.client, nullptr, sizeof(sockaddr_in));
  });
  expect_errno(EPIPE, [&] {
    ::shutdown(pair.client, SHUT_WR);
    return ::send(pair.client, &byte, 1, MSG_NOSIGNAL);
  });
  expect_errno(0, [&] { return ::close(pair.client); });
}

void on_alarm(int) {}

void interrupt() {
  Pair pair;
  struct sigaction action {};
  action.sa_handler = on_alarm;
  ::sigaction(SIGALRM, &action, nullptr);
  const itimerval soon{{0, 0}, {0, 50000}};
  ::setitimer(ITIMER_REAL, &soon, nullptr);
  char byte = 0;
  expect_errno(EINTR, [&] { return ::recv(pair.client, &byte, 1, 0); });
}

// --- Piles of bytes ----------------------------------------------------------

void pile_up() {
  Pair pair;
  constexpr int pile = 12345;
  must(::send(pair.server, buffer.data(), pile, 0) == pile, "send");
  wait_for_bytes(pair.client, pile);
  for (int left = pile; left > 0;) {
    const ssize_t n = ::recv(pair.client, buffer.data(), 1000, 0);
    std::printf("%d\n", left);
    left -= static_cast<int>(n);
  }
}

// Sends and receives a byte this many times.
void exchange(const Pair& pair, int times) {
  char byte = 'x';
  for (int i = 0; i < times; ++i) {
    ssize_t n = -1;
    while ((n = ::send(pair.server, &byte, 1, 0)) < 0 && errno == EINTR) {
    }
    must(n == 1, "send");
    while ((n = ::recv(pair.client, &byte, 1, 0)) < 0 && errno == EINTR) {
    }
    must(n == 1, "recv");
  }
}

void many() {
  exchange(Pair(), 10000);
}

void die() {
  exchange(Pair(), 100);
  ::raise(SIGKILL);
}

// --- Waits -------------------------------------------------------------------

int selects(const std::vector<int>& sockets) {
  fd_set set;
  FD_ZERO(&set);
  for (const int fd : sockets) FD_SET(fd, &set);
  timeval now{};
  return ::select(FD_SETSIZE, &set, nullptr, nullptr, &now);
}

int polls(const std::vector<int>& sockets) {
  std::vector<pollfd> fds;
  for (const int fd : sockets) fds.push_back({fd, POLLIN, 0});
  return ::poll(fds.data(), fds.size(), 0);
}

// Both sockets, one of them, none.
void waits() {
  const Pair one;
  const Pair other;
  const std::vector<int> both = {one.client, other.client};
  const std::vector<int> second = {other.client};
  for (const auto& wait : {polls, selects}) {
    for (const auto& set : {both, second, {}}) {
      must(wait(set) == 0, "wait");
    }
  }
  const int epoll = ::epoll_create1(0);
  epoll_event event{EPOLLIN, {}};
  for (const int fd : both) {
    must(::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
  }
  must(::epoll_wait(epoll, &event, 1, 0) == 0, "epoll_wait");
  ::epoll_ctl(epoll, EPOLL_CTL_DEL, one.client, nullptr);
  must(::epoll_wait(epoll, &event, 1, 0) == 0, "epoll_wait");
  ::close(other.client);
  must(::epoll_wait(epoll, &event, 1, 0) == 0, "epoll_wait");
}

void circles() {
  const Pair pair;
  for (int i = 0; i < 100000; ++i) {
    must(polls({pair.client}) == 0, "poll");
    must(::recv(pair.client, buffer.data(), 1, MSG_DONTWAIT) < 0, "recv");
  }
}

void computes() {
  const Pair pair;
  must(::send(pair.server, "x", 1, 0) == 1, "send");
  ::usleep(100000);
  must(::send(pair.server, "x", 1, 0) == 1, "send");
  for (const auto end = std::clock() + CLOCKS_PER_SEC / 10;
       std::clock() < end;) {
  }
  must(::send(pair.server, "x", 1, 0) == 1, "send");
}

void leaves() {
  const Pair pair;
  must(::send(pair.server, buffer.data(), 100, 0) == 100, "send");
  wait_for_bytes(pair.client, 100);
  must(::recv(pair.client, buffer.data(), 40, 0) == 40, "recv");
}

// --- Threads and processes ---------------------------------------------------

void threads() {
  std::vector<std::thread> running;
  for (int i = 0; i < 8; ++i) {
    running.emplace_back([] { exchange(Pair(), 1000); });
  }
  for (std::thread& thread : running) thread.join();
}

Pair* of_handler = nullptr;

void exchange_in_handler(int) {
  const int error = errno;
  exchange(*of_handler, 1);
  errno = error;
}

// A signal handler that makes the same calls as the code that it interrupts.
void storm() {
  static Pair inner;
  of_handler = &inner;
  struct sigaction action {};
  action.sa_handler = exchange_in_handler;
  ::sigaction(SIGALRM, &action, nullptr);
  const itimerval often{{0, 200}, {0, 200}};
  ::setitimer(ITIMER_REAL, &often, nullptr);
  exchange(Pair(), 10000);
  const itimerval never{};
  ::setitimer(ITIMER_REAL, &never, nullptr);
}

void wait_for_children() {
  int status = 0;
  while (::wait(&status) > 0) must(status == 0, "a child failed");
}

void forks() {
  const Pair pair;
  char byte = 'x';
  if (::fork() == 0) {
    must(::recv(pair.client, &byte, 1, 0) == 1, "recv");
    std::_Exit(0);
  }
  must(::send(pair.server, &byte, 1, 0) == 1, "send");
  wait_for_children();
}

// The child of vfork() shares our memory, but has descriptors of its own.
void vforks() {
  const Pair pair;
  char byte = 'x';
  exchange(pair, 1);
  const pid_t child = ::vfork();
  if (child == 0) {
    ::close(pair.client);
    ::dup2(STDERR_FILENO, pair.server);
    ::_exit(0);
  }
  wait_for_children();
  must(::send(pair.server, &byte, 1, 0) == 1, "send");
  must(::recv(pair.client, &byte, 1, 0) == 1, "recv");
}

void executed(int fd) {
  must(::recv(fd, buffer.data(), 5, 0) == 5, "recv");
}

void executes(const char* read_first) {
  const Pair pair;
  must(::send(pair.server, "0123456789", 10, 0) == 10, "send");
  const bool first = std::string("yes") == read_first;
  if (first) executed(pair.client);
  const std::string fd = std::to_string(pair.client);
  ::execl("/proc/self/exe", "caller", "executed", fd.c_str(), nullptr);
  must(false, "execl");
}

// --- Numbers that are used again ---------------------------------------------

// Closes the socket of the client in a way that the C library has.
void close_by(const std::string& way, int fd) {
  std::FILE* file = way[0] == 'f' ? ::fdopen(fd, "r") : nullptr;
  const auto number = static_cast<unsigned>(fd);
  if (way == "close") ::close(fd);
  if (way == "close_range") ::close_range(number, number, 0);
  if (way == "closefrom") ::closefrom(fd);
  if (way == "fclose") std::fclose(file);
  if (way == "freopen") must(std::freopen("/dev/null", "r", file), "freopen");
}

// The socket has the number 0, which daemon() gives to /dev/null. A daemon has
// no parent that could wait for it, but the pipe ends with it.
void reuse_by_daemon() {
  char byte = 'x';
  std::array<int, 2> life{};
  must(::pipe(life.data()) == 0, "pipe");
  if (::fork() != 0) {
    ::close(life[1]);
    must(::read(life[0], &byte, 1) == 0, "read");
    return;
  }
  Pair pair;
  pair.client = ::dup2(pair.client, 0);
  exchange(pair, 1);
  must(::daemon(1, 0) == 0, "daemon");
  must(::read(pair.client, &byte, 1) == 0, "read");
}

// A file gets the number of a socket, and is read.
void reuse(const std::string& way) {
  if (way == "daemon") return reuse_by_daemon();
  char byte = 'x';
  std::array<int, 2> pipe{};
  must(::pipe(pipe.data()) == 0, "pipe");
  Pair pair;
  // Above all others.
  if (way == "closefrom") pair.client = ::dup2(pair.client, 100);
  std::FILE* const popened = way == "pclose" ? ::popen("true", "r") : nullptr;
  if (popened) pair.client = ::dup2(pair.client, ::fileno(popened));
  exchange(pair, 1);
  if (way == "dup2") must(::dup2(pipe[0], pair.client) >= 0, "dup2");
  if (way == "dup3") must(::dup3(pipe[0], pair.client, 0) >= 0, "dup3");
  close_by(way, pair.client);
  if (popened) ::pclose(popened);
  must(::write(pipe[1], &byte, 1) == 1, "write");
  if (way.find("dup") == way.npos) {
    must(::syscall(SYS_dup2, pipe[0], pair.client) == pair.client, "dup2");
  }
  must(::read(pair.client, &byte, 1) == 1, "read");
}

// --- Other programs ----------------------------------------------------------

// Becomes the program, in an empty environment.
void becomes(char** command) {
  char* none[] = {nullptr};
  ::execve(command[0], command, none);
  must(false, "execve");
}

// Loads a library that prefers the C library's own functions to the tracer's.
void loads(const char* library) {
  void* const loaded = ::dlopen(library, RTLD_NOW | RTLD_DEEPBIND);
  if (!loaded) std::fprintf(stderr, "%s\n", ::dlerror());
  must(loaded, "dlopen");
  const auto connects =
      reinterpret_cast<void (*)()>(::dlsym(loaded, "connects"));
  must(connects, "dlsym");
  connects();
}

void starts(char** command) {
  char* none[] = {nullptr};
  pid_t child = 0;
  must(::posix_spawn(&child, command[0], nullptr, nullptr, command, none) == 0,
       "posix_spawn");
  wait_for_children();
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, std::function<void()>> tasks = {
      {"circles", circles},
      {"computes", computes},
      {"die", die},
      {"each-call", caller::each_call},
      {"executed", [&] { executed(std::atoi(argv[2])); }},
      {"executes", [&] { executes(argv[2]); }},
      {"forks", forks},
      {"interrupt", interrupt},
      {"keep-errno", keep_errno},
      {"leaves", leaves},
      {"many", many},
      {"pile-up", pile_up},
      {"reuse", [&] { reuse(argv[2]); }},
      {"becomes", [&] { becomes(argv + 2); }},
      {"loads", [&] { loads(argv[2]); }},
      {"starts", [&] { starts(argv + 2); }},
      {"storm", storm},
      {"threads", threads},
      {"vforks", vforks},
      {"waits", waits},
  };
  const auto task = tasks.find(argc > 1 ? argv[1] : "");
  must(task != tasks.end(), "no such task");
  task->second();
}
