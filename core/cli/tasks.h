// The poems to fetch, and their outcomes.        The original leaves this out.
#pragma once

#include <cstddef>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/elapsed.h"
#include "cli/options.h"
#include "cli/process.h"
#include "net/address.h"

namespace cli {

// One poem to fetch. Its first outcome counts. A failure is printed to stderr,
// unless there was a SIGINT. No function here throws.
struct Task {
  int num;  // from 1, as on the command line
  net::Address address;
  std::size_t max_bytes;  // a poem of more fails
  std::optional<Clock::duration> timeout;  // a poem that takes longer fails
  std::optional<Clock::time_point> deadline;  // when it ends
  bool over = false;
  bool whole = false;

  // Until the deadline, if there is one; not less than zero.
  std::optional<Clock::duration> time_left() const;

  // There was no connection. Prints "Failed to connect to host:port: reason".
  void failed(std::error_code reason);

  // The connection ended. Without a reason the poem is whole; with one, prints
  // "Task 1: connection lost after 11 bytes: reason". Both say "timed out" if
  // the deadline is over, and name the limit for std::errc::message_size.
  void finished(std::size_t bytes, std::error_code reason = {});

  // "" for a whole poem, " (partial)" for any other.
  std::string_view mark() const { return whole ? "" : " (partial)"; }
};

// All poems. Their --timeout begins when this is constructed.
class Tasks {
 public:
  explicit Tasks(const Options& options);
  Tasks(const Tasks&) = delete;
  Tasks& operator=(const Tasks&) = delete;

  auto begin() { return tasks_.begin(); }
  auto end() { return tasks_.end(); }
  std::size_t size() const { return tasks_.size(); }

  // The next task with that address: a factory is told no more about a
  // connection. If an address was given twice, each call returns another task,
  // in the order of the command line; when there is no other, the last one
  // again. Throws std::out_of_range if there is no task with that address.
  Task& next_task_at(const net::Address& address);

  // How many poems are whole: "3", or "2 of 3".
  std::string count() const;

  // For the end of main(): 0 if all poems are whole, else 1. After a SIGINT it
  // does not return: the program dies of the signal, as the shell expects.
  int exit_status() const;

 private:
  std::vector<Task> tasks_;
  std::multimap<net::Address, Task*> waiting_;  // for next_task_at()
};

// For a main() that is a function try block: prints "program: what()" to
// stderr. Returns 1.
int report(const std::exception& error);

}  // namespace cli
