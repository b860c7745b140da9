#include "net/connect_to_any.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace net {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto attempt_delay = 250ms;  // RFC 8305's default

// The timeout for poll(): -1 is none, and a fraction is rounded up.
int milliseconds_until(std::optional<steady_clock::time_point> time) {
  if (!time) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*time - steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX));
}

class Attempts {
 public:
  Attempts(const std::vector<Address>& ip_addresses,
           std::optional<steady_clock::time_point> deadline)
      : next_(ip_addresses.begin()),
        end_(ip_addresses.end()),
        deadline_(deadline),
        // With one address and without a deadline, the attempt simply waits in
        // connect().
        flags_(ip_addresses.size() > 1 || deadline ? SOCK_NONBLOCK : 0) {}

  Socket run() {
    for (;;) {
      if (is_stopping()) throw_error(EINTR, "connect");
      start_due();
      Socket connected = take_connected();
      if (connected.fd() >= 0) return connected;
      if (!pending_.empty()) {
        wait();
      } else if (next_ == end_) {
        throw std::system_error(error_ ? error_ : own_error_);
      }
    }
  }

 private:
  // Without a pending attempt, the next address is tried at once.
  void start_due() {
    while (next_ != end_ &&
           (pending_.empty() || steady_clock::now() >= next_start_)) {
      std::error_code error;
      Socket sock = start_connect(*next_++, error, flags_);
      next_start_ = steady_clock::now() + attempt_delay;
      if (!error) {
        pending_.push_back(std::move(sock));
      } else {
        own_error_ = error;
      }
    }
  }

  // Closes the attempts that have failed.
  Socket take_connected() {
    for (auto sock = pending_.begin(); sock != pending_.end();) {
      const std::error_code error = connect_result(*sock);
      if (!error) return std::move(*sock);
      if (error == std::errc::operation_in_progress) {
        ++sock;
      } else {
        error_ = error;
        sock = pending_.erase(sock);
      }
    }
    return {};
  }

  // Until an attempt is over, the next one is due, or the time is up.
  void wait() {
    std::vector<pollfd> fds;
    for (const Socket& sock : pending_) fds.push_back({sock.fd(), POLLOUT, 0});
    auto until = deadline_;
    if (next_ != end_ && (!until || next_start_ < *until)) until = next_start_;
    const int ready = ::poll(fds.data(), fds.size(), milliseconds_until(until));
    if (ready < 0 && !must_retry(ready)) throw_last_error("poll");
    if (ready == 0 && deadline_ && steady_clock::now() >= *deadline_) {
      throw std::system_error(make_error_code(std::errc::timed_out));
    }
  }

  std::vector<Address>::const_iterator next_;
  const std::vector<Address>::const_iterator end_;
  const std::optional<steady_clock::time_point> deadline_;
  const int flags_;
  steady_clock::time_point next_start_{};
  std::vector<Socket> pending_;
  std::error_code error_;  // the last one of a server
  std::error_code own_error_;  // the last one of this machine
};

}  // namespace

Socket connect_to_any(const std::vector<Address>& ip_addresses,
                      std::optional<steady_clock::time_point> deadline) {
  Socket sock = Attempts(ip_addresses, deadline).run();
  sock.set_blocking(true);
  return sock;
}

}  // namespace net
