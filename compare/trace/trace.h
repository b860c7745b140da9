// A trace: the calls of a program on its TCP sockets, and when they were.
//
// A trace file is JSON Lines: the header, then one event a line, in the order
// of time. It is UTF-8: where a program has other bytes in its arguments,
// "\xff" stands for each of them. Readers ignore keys that they do not know.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poetry_compare {

// The newest version of the file format.
constexpr int trace_version = 1;

// How every trace file begins.
constexpr std::string_view trace_magic = R"({"format":"poetry-trace",)";

// One system call that has returned.
struct Event {
  std::int64_t time = 0;  // when it began, in ns on CLOCK_MONOTONIC
  std::int64_t duration = 0;  // in ns
  int pid = 0;
  int thread = 0;
  std::string call;  // as the program called it: "recv", "epoll_wait"; but
                     // "peek" for a recv() that leaves the bytes where they are
  int fd = -1;  // -1 for a wait; the new one for an accept() that succeeded
  std::uint16_t local = 0;  // ports; 0 if not known
  std::uint16_t peer = 0;
  std::int64_t result = 0;  // bytes, or how many are ready; -1: it failed
  int error = 0;  // errno, if it failed
  std::int64_t queued = -1;  // bytes that lay unread before a read; -1: no read
  std::uint64_t checksum = 0;  // of all bytes of the connection up to here, in
                               // this direction; 0: no read or write, or not
                               // known, as the connection was in use before it
                               // was seen
};

// When something began and ended, in ns on CLOCK_MONOTONIC.
struct Span {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

// The kind of the call.
bool is_wait(const Event& event);  // select, poll, epoll_wait, ppoll ...
bool is_read(const Event& event);  // recv, read, readv, recvmsg ...; no peek
bool is_write(const Event& event);  // send, write, writev, sendmsg ...

struct Trace {
  std::string program;
  std::vector<std::string> arguments;  // without the program
  int pid = 0;
  std::string host;
  std::vector<Event> events;
  // One line: which program was not seen, and why. Empty: all were.
  std::string unseen;
  std::string complaint;  // what was wrong with the file; empty: nothing
};

}  // namespace poetry_compare
