// The poems to fetch, and what came of them.     The original leaves this out.
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
#include "cli/manners.h"
#include "cli/options.h"
#include "net/address.h"

namespace cli {

// One poem to fetch. Its first outcome counts; a bad one is printed to stderr,
// if it came before a SIGINT. Nothing here throws.
struct Task {
  int num;  // from 1, as on the command line
  net::Address address;
  std::size_t max_bytes;  // a poem of more fails
  std::optional<Clock::time_point> deadline;  // a poem that takes longer fails
  bool over = false;
  bool whole = false;

  // Until the deadline, where there is one; not less than zero.
  std::optional<Clock::duration> time_left() const;

  // There never was a connection: "Failed to connect to host:port: reason".
  void failed(std::error_code reason);

  // The poem is over. With no reason it is whole; else prints
  // "Task 1: connection lost after 11 bytes: reason".
  void finished(std::size_t bytes, std::error_code reason = {});

  // "" for a whole poem, " (partial)" for any other.
  std::string_view mark() const { return whole ? "" : " (partial)"; }
};

// All of them. They begin now, as far as --timeout is concerned.
class Tasks {
 public:
  explicit Tasks(const Options& options);
  Tasks(const Tasks&) = delete;
  Tasks& operator=(const Tasks&) = delete;

  auto begin() { return tasks_.begin(); }
  auto end() { return tasks_.end(); }
  std::size_t size() const { return tasks_.size(); }

  // The next task at that address, for those who are told no more than where a
  // connection leads: the same server may be asked for twice. Each task is
  // given out once, in the order of the command line, and the last one for ever
  // after. Throws std::out_of_range where there never was one.
  Task& at(const net::Address& address);

  // How many poems are whole: "3", or "2 of 3".
  std::string count() const;

  // For the end of main(): 0 if all poems are whole, else 1. After SIGINT it
  // does not return: the program dies of it, as the shell expects.
  int exit_status() const;

 private:
  std::vector<Task> tasks_;
  std::multimap<net::Address, Task*> waiting_;  // for at()
};

// For a main() that is a function try block: prints "program: what()" to
// stderr. Returns 1.
int report(const std::exception& error);

}  // namespace cli
