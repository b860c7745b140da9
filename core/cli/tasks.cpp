#include "cli/tasks.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>

#include "cli/print.h"

namespace cli {
namespace {

void complain(const std::string& line) {
  if (!interrupted()) std::fputs(line.c_str(), stderr);
}

std::optional<Clock::time_point> deadline_of(const Options& options) {
  const auto now = Clock::now();
  // There is no deadline if the clock cannot hold it.
  if (!options.timeout || *options.timeout > Clock::time_point::max() - now) {
    return std::nullopt;
  }
  return now + *options.timeout;
}

// The reactor says no more than that it stopped, when it was for the timeout.
std::string explain(const Task& task, std::error_code reason) {
  if (task.time_left() == Clock::duration::zero()) {
    reason = make_error_code(std::errc::timed_out);
  }
  if (reason == std::errc::message_size) {
    return fmt::format("the poem has more than {} bytes (--max-bytes)",
                       task.max_bytes);
  }
  return reason.message();
}

}  // namespace

// --- Task --------------------------------------------------------------------

std::optional<Clock::duration> Task::time_left() const {
  if (!deadline) return std::nullopt;
  return std::max(*deadline - Clock::now(), Clock::duration::zero());
}

void Task::failed(std::error_code reason) try {
  if (std::exchange(over, true)) return;
  complain(fmt::format("Failed to connect to {}: {}\n", to_string(address),
                       explain(*this, reason)));
} catch (...) {
  // There was no memory for the line; the exit status tells of the failure.
}

void Task::finished(std::size_t bytes, std::error_code reason) try {
  if (std::exchange(over, true)) return;
  whole = !reason;
  if (whole) return;
  complain(fmt::format("Task {}: connection lost after {} bytes: {}\n", num,
                       bytes, explain(*this, reason)));
} catch (...) {
  // There was no memory for the line; the exit status tells of the failure.
}

// --- Tasks -------------------------------------------------------------------

Tasks::Tasks(const Options& options) {
  const auto deadline = deadline_of(options);
  int num = 0;
  for (const net::Address& address : options.addresses) {
    tasks_.push_back(
        {++num, address, options.max_bytes, options.timeout, deadline});
  }
  for (Task& task : tasks_) {
    waiting_.emplace(task.address, &task);
  }
}

Task& Tasks::next_task_at(const net::Address& address) {
  const auto first = waiting_.lower_bound(address);
  if (first == waiting_.end() || first->first != address) {
    throw std::out_of_range("no task at " + to_string(address));
  }
  Task& task = *first->second;
  const auto next = std::next(first);
  if (next != waiting_.end() && next->first == address) waiting_.erase(first);
  return task;
}

std::string Tasks::count() const {
  const auto whole = std::count_if(tasks_.begin(), tasks_.end(),
                                   [](const Task& task) { return task.whole; });
  if (static_cast<std::size_t>(whole) == size()) return std::to_string(whole);
  return fmt::format("{} of {}", whole, size());
}

int Tasks::exit_status() const {
  std::fflush(stdout);
  end_if_interrupted();
  const bool all = std::all_of(tasks_.begin(), tasks_.end(),
                               [](const Task& task) { return task.whole; });
  return all ? EXIT_SUCCESS : EXIT_FAILURE;
}

int report(const std::exception& error) {
  const auto line = program_name() + ": " + one_line(error.what()) + '\n';
  std::fputs(line.c_str(), stderr);
  return EXIT_FAILURE;
}

}  // namespace cli
