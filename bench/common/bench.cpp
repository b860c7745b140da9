#include "common/bench.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string_view>

namespace bench {
namespace {

constexpr int backlog = 4096;

[[noreturn]] void end(const std::string& line, int status) {
  std::fprintf(stderr, "%s: %s\n", ::program_invocation_short_name,
               line.c_str());
  std::exit(status);
}

std::string quoted(const char* text) {
  std::string quoted = "'";
  quoted += text;
  quoted += "'";
  return quoted;
}

double seconds(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) * 1e-9;
}

int open_socket() {
  const int fd =
      ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail_last("socket");
  return fd;
}

void set_option(int fd, int option) {
  const int on = 1;
  if (::setsockopt(fd, SOL_SOCKET, option, &on, sizeof on) < 0) {
    fail_last("setsockopt");
  }
}

const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

void fail(const std::string& what) {
  end(what, EXIT_FAILURE);
}

void fail_last(const std::string& call) {
  end(call + ": " + std::strerror(errno), EXIT_FAILURE);
}

void usage(const std::string& words) {
  end("usage: " + words, 2);
}

long number(const char* text, long least, long most) {
  const std::string_view digits(text);
  long value = 0;
  const auto [rest, error] =
      std::from_chars(digits.begin(), digits.end(), value);
  if (error != std::errc() || rest != digits.end() || value < least ||
      value > most) {
    end(quoted(text) + " is no number from " + std::to_string(least) + " to " +
            std::to_string(most),
        2);
  }
  return value;
}

int port_number(const char* text) {
  return static_cast<int>(number(text, 1, 65535));
}

// --- Clocks ------------------------------------------------------------------

double wall_seconds() {
  return seconds(CLOCK_MONOTONIC);
}

double cpu_seconds() {
  return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double system_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_stime.tv_usec) * 1e-6;
}

long peak_memory_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long kb = 0;
    if (word == "VmHWM:" && status >> kb) return kb;
  }
  return 0;
}

std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t mixed = (state += 0x9e3779b97f4a7c15u);
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  return mixed ^ (mixed >> 31);
}

// --- Sockets -----------------------------------------------------------------

sockaddr_in address(const char* host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::inet_pton(AF_INET, host, &address.sin_addr) != 1) {
    end(quoted(host) + " is no IPv4 address", 2);
  }
  return address;
}

int start_connect(const sockaddr_in& address) {
  const int fd = open_socket();
  if (::connect(fd, generic(address), sizeof address) < 0 &&
      errno != EINPROGRESS) {
    fail_last("connect");
  }
  return fd;
}

int connect(const sockaddr_in& address) {
  const int fd = open_socket();
  ::fcntl(fd, F_SETFL, 0);
  if (::connect(fd, generic(address), sizeof address) < 0) fail_last("connect");
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

int listen(int& port, bool shared) {
  const int fd = open_socket();
  set_option(fd, SO_REUSEADDR);
  if (shared) set_option(fd, SO_REUSEPORT);
  sockaddr_in bound = address("127.0.0.1", port);
  if (::bind(fd, generic(bound), sizeof bound) < 0) fail_last("bind");
  if (::listen(fd, backlog) < 0) fail_last("listen");
  socklen_t size = sizeof bound;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  port = ntohs(bound.sin_port);
  return fd;
}

void announce(int port) {
  std::printf("port=%d\n", port);
  std::fflush(stdout);
}

}  // namespace bench
