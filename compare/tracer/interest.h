// The TCP sockets that a wait is for.
#pragma once

#include <cstdint>

#include "compare/tracer/notebook.h"

namespace tracer {

// The connections in the set of one wait. Listening sockets are not among them.
class WaitSet {
 public:
  // A socket, or an epoll instance with all its sockets.
  void add(int fd);

  // The epoll instance that is waited for.
  void add_epoll(int epoll);

  // Sets what is known in the record of the wait.
  void describe(Record& record) const;

 private:
  bool known_ = true;
  int sockets_ = 0;
  int newest_ = -1;
  std::uint64_t bits_ = 0;
};

// Call it after epoll_ctl(). Without events, the epoll instance does not wait
// for the socket.
void set_interest(int epoll, int fd, std::uint32_t events);

// The descriptor is closed.
void drop_interest(int fd);

}  // namespace tracer
