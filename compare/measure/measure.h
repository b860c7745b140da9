// From traces to a picture: whom did the client wait for, and what lay unread?
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compare/measure/model.h"
#include "compare/trace/trace.h"

namespace poetry_compare {

// Where a poem is to be had, and what it should be.
struct Source {
  std::uint16_t port = 0;
  std::optional<std::size_t> bytes;
  std::optional<std::uint64_t> checksum;  // see Checksum
};

// When a run began and ended, in ns on CLOCK_MONOTONIC.
struct Span {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

// The servers' traces may be of several runs, in any order, or none. The
// client's is without a pid if it left none.
Picture measure(const Trace& client,
                const std::vector<Trace>& servers,
                const std::vector<Source>& sources,
                const Span& span);

// The two numbers that no stopwatch shows: what lay unread, and the turns.
void add_waiting(const Picture& picture, Numbers& numbers);

// When a byte lay unread.
struct Unread {
  double begin = 0;
  double end = 0;

  double duration() const { return end - begin; }
};

// The longest time for which a byte lay unread: from the return of the send
// that sent it to the return of the read that took it, or to the task's end.
Unread worst_unread(const Task& task);

// Between two waits, and after the last: until the program, whose pid it is,
// is over at `end`; or, for a thread or a process that is only a part of it,
// until the last that was heard of it. In the order of time.
std::vector<Turn> find_turns(const Picture& picture, int program, double end);

}  // namespace poetry_compare
