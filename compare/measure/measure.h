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

// What came of one run, as far as it could be seen. See Run and Variant.
struct Picture {
  bool seen = false;  // the client's connections were
  bool served = false;  // a server was seen to accept one in that time
  std::vector<Thread> threads;
  std::vector<Task> tasks;
  std::vector<Wait> waits;
  std::vector<Turn> turns;
  std::optional<double> worst_unread;
  std::size_t worst_task = 0;
  std::optional<double> longest_turn;
  std::optional<double> awaited_turn;
};

// The servers' traces may be of several runs, in any order, or none. The
// client's is without a pid if it left none.
Picture measure(const Trace& client,
                const std::vector<Trace>& servers,
                const std::vector<Source>& sources,
                const Span& span);

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

// How much of the turn some task was there for: the longest stretch of it in
// which one and the same was.
double awaited(const Turn& turn, const std::vector<Task>& tasks);

}  // namespace poetry_compare
