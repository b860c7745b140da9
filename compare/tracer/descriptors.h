// Which of the program's descriptors are TCP sockets.
//
// Safe in threads and signal handlers, without locks: while one thread examines
// a descriptor, a call of another thread on it is not recorded.
#pragma once

#include <atomic>
#include <cstdint>

#include "compare/trace/checksum.h"
#include "compare/trace/format.h"

namespace tracer {

// In the lowest two bits of Socket::state; above it is a number that changes
// whenever the descriptor is closed.
enum Kind : std::uint32_t { unknown, busy, other, tcp };

struct Socket {
  std::atomic<std::uint32_t> state;
  std::atomic<int> watched_by;  // see interest.h
  std::uint16_t local;
  std::uint16_t peer;
  bool fresh_in;  // seen from its first byte: the checksum means something
  bool fresh_out;
  poetry_compare::Checksum in;
  poetry_compare::Checksum out;
};

// A TCP socket, as it was when it was found.
struct Found {
  Socket* socket = nullptr;
  std::uint32_t state = 0;

  explicit operator bool() const { return socket; }

  // Whether the descriptor still is the same connection's.
  bool is_current() const { return socket->state.load() == state; }
};

// False if it is not a TCP socket. The system is asked once for each
// descriptor.
Found find(int fd);

// The same for a new descriptor: what was known about its number is dropped.
Found find_new(int fd);

// The same for one that is known already: the system is not asked.
Found find_known(int fd);

// The descriptor is closed, or about to be. To be called before the number can
// be used again.
void forget(int fd);

// All descriptors from this one on are unknown.
unsigned used_descriptors();

// The descriptor, whether it is a TCP socket or not. Null if it is not
// recorded.
Socket* at(int fd);

// Whether the program has had a TCP socket.
bool any_socket();

// How many bytes lie unread; -1 if the system does not say.
int unread(int fd);

// Sets how many bytes the system has received for the connection, and how many
// of them lie unread.
void add_received(int fd, poetry_compare::Record& record);

}  // namespace tracer
