// Makes system calls of a program fail or do less, and counts them. The calls
// are in calls.cpp. Both replace the C library's, in a program that links them
// or into which they are preloaded.
//
// A script is statements, each on a line or before a semicolon:
//
//   recv 3 ECONNRESET    the third call of recv() fails
//   poll 1-5 EINTR       the first five of poll() fail
//   send * short 1       every send() takes one byte at most
//   name a.test ::1 127.0.0.1    the IP addresses that a name has
//   only get-poetry      the script is for this program
//   log /tmp/calls       every call is written there as a line: "recv 3"
//   most 1000            a program with more calls is ended by SIGABRT
//
// A call that fails is not made, except close(). The calls of a name are
// counted over all threads. read() and write() of an eventfd count as
// eventfd_read and eventfd_write.
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>

namespace faults {

struct Verdict {
  int error = 0;  // like errno, or one of getaddrinfo()'s; 0: it is made
  std::size_t most = std::numeric_limits<std::size_t>::max();  // so many bytes
};

// Replaces the script, and counts from the start. An invalid script ends the
// program with a message. A preloaded library begins with the script in the
// environment variable FAULTS.
void obey(const char* script);

// The same until the end of a test.
class Script {
 public:
  explicit Script(const char* script) { obey(script); }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  ~Script() { obey(""); }
};

// How many calls of this name were made.
int calls(const char* name);

// The IP addresses of a name, with blanks before them; empty if the script does
// not say.
std::string_view addresses_of(std::string_view name);

// Removes the first word and returns it.
std::string_view take_word(std::string_view& rest);

// Counts one more call of this name, which has to stay valid.
Verdict judge(const char* name);

}  // namespace faults
