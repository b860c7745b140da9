// What is to become of the system calls of a program: fail, be short, or be
// counted. The calls themselves are in calls.cpp; both stand in front of the C
// library's, in a program that links them, or in one they are preloaded into.
//
// A script is statements, each on a line or before a semicolon:
//
//   recv 3 ECONNRESET    the third call of recv() fails
//   poll 1-5 EINTR       so do the first five of poll()
//   send * short 1       every send() takes one byte at most
//   only get-poetry      all of this is for the program of that name
//   log /tmp/calls       and every call becomes a line there: "recv 3"
//   most 1000            who makes more calls than that is ended by SIGABRT
//
// What fails is not done, but for close(). Each call of a name counts, in any
// thread. read() and write() of an eventfd have its names: eventfd_read and
// eventfd_write.
#pragma once

#include <cstddef>
#include <limits>

namespace faults {

struct Verdict {
  int error = 0;  // like errno, or one of getaddrinfo()'s; 0: it is made
  std::size_t most = std::numeric_limits<std::size_t>::max();  // so many bytes
};

// Replaces the script, and begins to count from the start. It has to make
// sense: otherwise the program ends here, saying where it does not. A preloaded
// library begins with what is in the environment, in FAULTS.
void obey(const char* script);

// The same until the end of a test.
class Script {
 public:
  explicit Script(const char* script) { obey(script); }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  ~Script() { obey(""); }
};

// How many calls of that name there were.
int calls(const char* name);

// Of one more call of that name, which has to last.
Verdict judge(const char* name);

}  // namespace faults
