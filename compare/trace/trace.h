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
constexpr int trace_version = 2;

// How every trace file begins.
constexpr std::string_view trace_magic = R"({"format":"poetry-trace",)";

// One system call that has returned; or several that are the same and have no
// effect, such as reads that would block.
struct Event {
  std::int64_t time = 0;  // when it began, in ns on CLOCK_MONOTONIC
  std::int64_t duration = 0;  // in ns
  int pid = 0;
  int thread = 0;
  // As the program called it: "recv", "epoll_wait"; but "peek" for a recv()
  // that leaves the bytes where they are, "splice_to" for a splice() to the
  // socket, "exit" for a connection that is open when the program ends.
  std::string call;
  // The new one for an accept() that succeeded; -1 for a wait, unless it is for
  // one socket only.
  int fd = -1;
  std::uint16_t local = 0;  // ports; 0 if not known
  std::uint16_t peer = 0;
  std::int64_t result = 0;  // bytes, or how many are ready; -1: it failed
  int error = 0;  // errno, if it failed
  std::int64_t queued = -1;  // bytes that lay unread before a read, or before
                             // the end of the connection; -1: not known
  std::uint64_t checksum = 0;  // of all bytes of the connection up to here, in
                               // this direction; 0: no read or write, or not
                               // known, as the connection was in use before it
                               // was seen

  // Since version 2.
  std::int64_t repeats = 0;  // how many more calls there were
  std::int64_t sockets = -1;  // in the set of a wait; -1: not known
  std::uint64_t set = 0;  // of a wait: the bit fd % 64 of each socket
  std::int64_t received = -1;  // by the system, up to the end of the connection
  std::int64_t cpu = -1;  // of the thread before the call, in us, modulo 2^32
  std::int64_t delayed = -1;  // likewise: the time for which it could have run,
                              // but had no processor
  bool nonblocking = false;  // a long call that does not wait
  bool wait_all = false;  // a read that waits for all of its bytes
  int site = -1;  // an index into Trace::sites; -1: not known
};

// A file with code of the program, as it was when the program ran.
struct Module {
  std::string path;
  std::string build_id;  // in hexadecimal digits; empty: it has none
  std::int64_t size = -1;  // in bytes; -1: not known
  std::int64_t modified = -1;  // in ns since 1970; -1: not known

  bool operator==(const Module&) const = default;
};

// A place in the program's code that makes calls.
struct Site {
  std::size_t module = 0;  // an index into Trace::modules
  // The calls return to it; as the module counts. 0: not known.
  std::uint64_t address = 0;

  bool operator==(const Site&) const = default;
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
  std::vector<Module> modules;
  std::vector<Site> sites;
  // One line: which program was not seen, and why. Empty: all were.
  std::string unseen;
  std::string complaint;  // what was wrong with the file; empty: nothing
};

}  // namespace poetry_compare
