// A client that waits in one of many ways, which poetry-compare has to tell
// apart:  odd_client WAY PORT...

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "connect_to.h"

using namespace std::chrono_literals;

namespace {

using Ports = std::vector<std::string>;

std::vector<char> buffer(4'000'000);

std::vector<int> connect_to_all(const Ports& ports) {
  std::vector<int> fds;
  for (const auto& port : ports) fds.push_back(connect_to(port));
  return fds;
}

// Some bytes; 0 at the end of the stream.
using Read = std::function<ssize_t(int)>;

ssize_t recv_some(int fd) {
  return ::recv(fd, buffer.data(), buffer.size(), 0);
}

ssize_t recv_at_once(int fd) {
  return ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
}

ssize_t recvmmsg_some(int fd) {
  iovec piece{buffer.data(), buffer.size()};
  mmsghdr message{};
  message.msg_hdr.msg_iov = &piece;
  message.msg_hdr.msg_iovlen = 1;
  return ::recvmmsg(fd, &message, 1, 0, nullptr) == 1 ? message.msg_len : 0;
}

ssize_t splice_some(int fd) {
  static int null = ::open("/dev/null", O_WRONLY);
  static std::vector<int> pipe(2);
  if (pipe[0] == 0 && ::pipe(pipe.data()) != 0) return -1;
  const auto n = ::splice(fd, nullptr, pipe[1], nullptr, 65536, 0);
  return n > 0 ? ::splice(pipe[0], nullptr, null, nullptr, 65536, 0) : n;
}

// Not seen: a system call that bypasses the C library.
ssize_t unseen_some(int fd) {
  return ::syscall(SYS_read, fd, buffer.data(), buffer.size());
}

// Waits for all until each has ended.
void wait_for_all(std::vector<int> fds,
                  const Read& read,
                  int timeout = -1,
                  const std::function<void()>& after_third_read = {}) {
  for (int reads = 1; !fds.empty();) {
    std::vector<pollfd> polled;
    for (const int fd : fds) polled.push_back({fd, POLLIN, 0});
    ::poll(polled.data(), polled.size(), timeout);
    for (const auto& [fd, events, ready] : polled) {
      if (ready == 0) continue;
      if (read(fd) <= 0) {
        ::close(fd);
        fds.erase(std::find(fds.begin(), fds.end(), fd));
      }
      if (reads++ == 3 && after_third_read) after_third_read();
    }
  }
}

// As a socket with a time-out of Python.
void wait_for_one(int fd) {
  pollfd one{fd, POLLIN, 0};
  while (::poll(&one, 1, 5000) == 1 && recv_some(fd) > 0) {
  }
  ::close(fd);
}

void one_by_one(const Ports& ports) {
  for (const auto& port : ports) wait_for_one(connect_to(port));
}

void connected_first(const Ports& ports) {
  for (const int fd : connect_to_all(ports)) wait_for_one(fd);
}

void spin(const Ports& ports) {
  auto fds = connect_to_all(ports);
  while (!fds.empty()) {
    for (const int fd : std::vector<int>(fds)) {
      if (recv_at_once(fd) != 0) continue;
      ::close(fd);
      fds.erase(std::find(fds.begin(), fds.end(), fd));
    }
  }
}

// Two threads for all poems.
void workers(const Ports& ports) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < ports.size(); i = next++) {
      const int fd = connect_to(ports[i]);
      std::vector<char> own(4096);
      while (::recv(fd, own.data(), own.size(), 0) > 0) {
      }
      ::close(fd);
    }
  };
  std::thread one(work), other(work);
  one.join();
  other.join();
}

// A process for each poem.
void forks(const Ports& ports, bool at_once) {
  for (const auto& port : ports) {
    if (::fork() == 0) {
      wait_for_one(connect_to(port));
      std::_Exit(0);
    }
    if (!at_once) ::wait(nullptr);
  }
  while (::wait(nullptr) > 0) {
  }
}

void compute() {
  const auto now = std::chrono::steady_clock::now;
  for (const auto end = now() + 300ms; now() < end;) {
  }
}

void sleep_a_while() {
  std::this_thread::sleep_for(300ms);
}

void all_with(const Ports& ports, const Read& read) {
  wait_for_all(connect_to_all(ports), read);
}

void all_but(const Ports& ports, const std::function<void()>& away) {
  wait_for_all(connect_to_all(ports), recv_some, -1, away);
}

void late(const Ports& ports) {
  const auto fds = connect_to_all(ports);
  compute();
  wait_for_all(fds, recv_some);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const Ports ports(argv + 2, argv + argc);
  const std::map<std::string, std::function<void()>> ways = {
      {"all", [&] { all_with(ports, recv_some); }},
      {"all-at-once", [&] { all_with(ports, recv_at_once); }},
      {"computes", [&] { all_but(ports, compute); }},
      {"connected-first", [&] { connected_first(ports); }},
      {"forks", [&] { forks(ports, true); }},
      {"forks-in-turn", [&] { forks(ports, false); }},
      {"late", [&] { late(ports); }},
      {"one-by-one", [&] { one_by_one(ports); }},
      {"polls", [&] { wait_for_all(connect_to_all(ports), recv_some, 0); }},
      {"recvmmsg", [&] { all_with(ports, recvmmsg_some); }},
      {"sleeps", [&] { all_but(ports, sleep_a_while); }},
      {"spins", [&] { spin(ports); }},
      {"splice", [&] { all_with(ports, splice_some); }},
      {"unseen", [&] { all_with(ports, unseen_some); }},
      {"workers", [&] { workers(ports); }},
  };
  const auto way = ways.find(argv[1]);
  if (way == ways.end()) return 2;
  way->second();
}
