// One comparison: everything that table, page and exports show.
//
// Plain values. All times are in seconds; points in time are counted from the
// start of their own run, so that 0 is the left end of every picture. A value
// that is not known is an empty optional.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compare/measure/causes.h"
#include "compare/measure/settings.h"
#include "compare/symbols/place.h"

namespace poetry_compare {

// A read that returned bytes.
struct Read {
  double time = 0;  // when it returned
  double duration = 0;  // it began that much earlier
  std::size_t bytes = 0;
  std::optional<std::size_t> queued;  // bytes that lay unread before it
  int thread = 0;  // an index into Picture::threads
  int caller = -1;  // an index into Picture::callers; -1: not known
};

// A send of the server.
struct Send {
  double time = 0;  // when it returned
  std::size_t bytes = 0;
};

enum class Outcome {
  complete,  // byte for byte
  partial,  // fewer bytes than the poem has
  wrong,  // other bytes than the poem's
  unknown,  // there is nothing to compare it with
};

// One connection of the client.
struct Task {
  std::size_t poem = 0;  // an index into Comparison::poems; gives the colour
  double connected = 0;  // when the client asked for the connection
  double end = 0;  // the end of the stream, or when the client gave up
  std::vector<Read> reads;  // in the order of time
  std::vector<Send> sends;  // likewise; empty if the server was not traced
  std::size_t bytes = 0;  // read, in total
  Outcome outcome = Outcome::unknown;
  std::optional<double> worst_unread;  // see Numbers
  int thread = 0;  // the one that connected; an index into Picture::threads
  // It was read in a way that the tracer does not see: bytes and reads are not
  // all that there were.
  bool read_unseen = false;
};

enum class WaitKind {
  any_task,  // in select, poll or epoll_wait
  one_task,  // stuck in a read (or a connect) of one task, or in a select of a
             // thread that never waits for several
};

// A time in which a thread waits.
struct Wait {
  double time = 0;  // when it began
  double duration = 0;
  int thread = 0;  // an index into Picture::threads
  WaitKind kind = WaitKind::any_task;
  std::size_t task = 0;  // for one_task: an index into Picture::tasks
  int set = -1;  // of a select: an index into Picture::sets; -1: not known
  int caller = -1;  // an index into Picture::callers; -1: not known
};

// A time in which a call that returns at once in vain is made again and again.
struct Poll {
  double time = 0;
  double duration = 0;
  int thread = 0;  // an index into Picture::threads
  std::size_t calls = 0;
};

// A time in which a thread is away from its wait: from the return of one
// select, poll or epoll_wait to the call of the next, or to the end of the
// program.
struct Turn {
  double time = 0;
  double duration = 0;
  int thread = 0;  // an index into Picture::threads
};

// The processor time of a thread up to a moment, from an arbitrary beginning.
struct Processor {
  double time = 0;
  double used = 0;
  double delayed = 0;  // the thread could have run, but had no processor
};

// Threads are in the order of their first call. Those of programs that the
// client starts are among them.
struct Thread {
  int pid = 0;
  int id = 0;
  double begin = 0;  // its first and last call
  double end = 0;
  std::vector<Processor> processor;  // in the order of time
};

// A place in the client's code that makes calls.
struct Caller {
  Module module;
  std::uint64_t address = 0;  // see Site
  std::string call;  // "recv"; empty: it makes none of the client's calls
  Place place;  // see add_places()
};

// A run, as far as its traces show it.
struct Picture {
  bool seen = false;  // false: the tracer saw no connection of the client
  bool served = false;  // a server was seen to accept one in that time
  std::vector<Thread> threads;
  std::vector<Task> tasks;  // in the order of the poems; colours go by poem
  std::vector<Wait> waits;  // in the order of time, as are the turns
  std::vector<Turn> turns;
  std::vector<std::vector<std::size_t>> sets;  // of tasks that a wait was for
  std::size_t wakeups = 0;  // waits that returned, repeated ones included
  std::vector<Caller> callers;
  int empty_caller = -1;  // makes most of the empty calls
  std::vector<Poll> polls;  // in the order of time for each thread
};

// The numbers of one run, or of all runs of a variant.
struct Numbers {
  double wall = 0;
  std::optional<double> cpu;  // user and system
  std::optional<std::int64_t> switches;  // voluntary: it gave up the processor
  std::optional<std::int64_t> memory;  // the peak of its largest process, in
                                       // bytes, with its libraries
  std::optional<std::size_t> wakeups;  // see Picture
  std::optional<std::size_t> threads;  // that used a socket
  int status = 0;  // as the shell has it: 128 + n for death by signal n
  // It was stopped and continued, so there are neither times nor a picture.
  bool stopped = false;
  // One line about the first problem; empty: there was none.
  // "cannot start: No such file or directory", "task 2: 11 of 623 bytes".
  std::string complaint;
  // The longest time for which a byte that had been sent lay unread: from the
  // return of the server's send to the return of the read that took it, or to
  // the end of the connection. None if the servers or the client were not seen.
  std::optional<double> worst_unread;
  // None for a program that never calls select, poll or epoll_wait.
  std::optional<double> longest_turn;
  // The same, as far as a task was open: what an interpreter does after the
  // last poem delays no task.
  std::optional<double> awaited_turn;
  std::optional<Finding> unread;  // see find_unread()
  std::optional<Finding> late_turn;  // see find_late_turn()
  double polled = 0;  // see find_polling()
  bool polls = false;  // so long that it counts

  bool failed() const { return status != 0 || !complaint.empty(); }
};

struct Range {
  double least = 0;
  double most = 0;
};

// How many times faster than the reference.
struct Ratio {
  double value = 0;  // of the medians
  Range range;  // of all pairs of typical runs
};

// One way to wait.
struct Variant {
  std::string name;  // "async"
  std::string command;  // as it can be typed
  std::vector<Numbers> runs;  // in order; never empty
  // The medians of the runs that did not fail, and the status and the complaint
  // of the first one that did.
  Numbers overall;
  std::size_t counted = 0;  // how many runs did not fail
  std::vector<std::size_t> outliers;  // indices into runs; see summarise()
  Range wall;  // of the runs that did not fail
  Range typical_wall;  // without the outliers
  std::optional<double> expected;  // see expected_wall()
  // None if a run is missing on one side: the variant or the reference failed,
  // or there is no variant with that name.
  std::optional<Ratio> vs_reference;

  std::size_t shown = 0;  // an index into runs: whose wall time is the median
  Picture picture;  // of that run

  bool failed() const { return overall.failed(); }
};

struct Comparison {
  Settings settings;
  std::vector<Poem> poems;
  std::vector<Variant> variants;  // in the order in which they are shown
  // Problems that do not concern a single variant, one line each: the trace of
  // a server cannot be read.
  std::vector<std::string> complaints;
  std::string note_on_places;  // why some have no line; mostly empty
};

// From the first connection of a task to the end of the last one. A program
// may take a while to start.
Range time_of_tasks(const Picture& picture);

// The length of the time axis: until the last run or task that is shown ends.
double time_axis(const Comparison& comparison);

}  // namespace poetry_compare
