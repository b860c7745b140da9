// Sockets that send and receive what a test says. A suite that links
// scripted_sockets.cpp calls these instead of the system's send(), recv() and
// close().
#pragma once

#include <deque>

namespace rig {

// The calls of send().
struct Sends {
  int fd = -1;  // of this descriptor only
  int calls = 0;
  int empty = 0;  // of no bytes, on any descriptor
  std::deque<int> script;  // how many bytes each call sends at most, or -errno
};
extern Sends sends;

// The calls of recv(), each of which gets one byte.
struct Receives {
  int fd = -1;  // of this descriptor only
  int calls = 0;
};
extern Receives receives;

extern int bad_closes;  // calls of close() that failed

}  // namespace rig
