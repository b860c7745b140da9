#include "cli/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <thread>

#include <spdlog/spdlog.h>

namespace cli {
namespace {

using namespace std::chrono_literals;

template <typename T>
void set_option(int fd, int level, int name, const T& value) {
  if (::setsockopt(fd, level, name, &value, sizeof value) < 0) {
    net::throw_last_error("setsockopt");
  }
}

// At least one microsecond, since zero would be no limit.
timeval to_timeval(Clock::duration time) {
  const auto us = std::max<std::chrono::microseconds>(
      std::chrono::ceil<std::chrono::microseconds>(time), 1us);
  return {us / 1s, us % 1s / 1us};
}

// Of a blocking socket the call fails; otherwise the connection does.
void set_send_timeout(int fd, Clock::duration time) {
  set_option(fd, SOL_SOCKET, SO_SNDTIMEO, to_timeval(time));
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(time).count();
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT,
             static_cast<unsigned>(std::min<std::int64_t>(ms, INT_MAX)));
}

// Reads and ignores data until the client closes, or sends nothing for as long
// as SO_RCVTIMEO, or the time is over.
void drain(const net::Socket& sock, Clock::duration time) {
  const auto start = Clock::now();
  char ignored[4096];
  ssize_t n = 0;
  do {
    n = ::recv(sock.fd(), ignored, sizeof ignored, 0);
  } while ((n > 0 || (n < 0 && errno == EINTR)) && Clock::now() - start < time);
}

}  // namespace

void set_up_connections(int listener, const ServerOptions& options) {
  set_option(listener, IPPROTO_TCP, TCP_NODELAY, 1);
  if (options.sndbuf) {
    set_option(listener, SOL_SOCKET, SO_SNDBUF, *options.sndbuf);
  }
  if (options.send_timeout) {
    set_send_timeout(listener, *options.send_timeout);
  }
}

void accept_failed() {
  static std::error_code last;
  static Clock::time_point until{};
  const std::error_code error = net::last_error();
  if (error == std::errc::interrupted) return;
  if (error == std::errc::invalid_argument) {
    throw std::system_error(error, "cannot accept clients any more");
  }
  if (error != last || Clock::now() > until) {
    spdlog::warn("cannot accept clients: {}", error.message());
  }
  last = error;
  std::this_thread::sleep_for(1s);
  until = Clock::now() + 1s;
}

void end_connection(const net::Socket& sock, const std::string& how) try {
  if (how == "reset") {
    set_option(sock.fd(), SOL_SOCKET, SO_LINGER, linger{1, 0});
  } else if (how == "stall") {
    drain(sock, Clock::duration::max());
  } else {
    // Closing a socket with unread data would reset the connection, and the
    // client might lose the end of the poem.
    set_option(sock.fd(), SOL_SOCKET, SO_RCVTIMEO, timeval{1, 0});
    ::shutdown(sock.fd(), SHUT_WR);
    drain(sock, 5s);
  }
} catch (const std::system_error& error) {
  spdlog::error("{}", error.what());
}

}  // namespace cli
