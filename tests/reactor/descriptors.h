// Fixture and helpers of the tests that register descriptors.
#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <string>

#include "support/rig.h"

namespace rig {

class DescriptorTest : public ReactorTest {
 protected:
  bool is_epoll() const { return std::string(GetParam()) == "epoll"; }
  bool is_select() const { return std::string(GetParam()) == "select"; }
};

inline const std::error_code go_on;
inline constexpr reactor::Events both_ways{true, true};

// Takes one byte, as a reader should.
inline std::error_code take(const Probe& probe) {
  char byte;
  const ssize_t n = ::recv(probe.sock.fd(), &byte, 1, 0);
  if (n == 0) return reactor::Error::connection_done;
  if (n < 0 && errno == EWOULDBLOCK) return {};
  return n < 0 ? net::last_error() : std::error_code();
}

inline void read_properly(Probe& probe) {
  probe.on_read = [&probe] { return take(probe); };
}

}  // namespace rig
