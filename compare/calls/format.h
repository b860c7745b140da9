// The record of a program's calls: what the recorder writes, and poetry-calls
// reads.
//
// The file is mapped, so that nothing is lost however the program ends. It
// begins with the path of the program. After that, each event is one number:
// its kind, and the function or the outcome that it is about. A zero ends the
// record.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace poetry_compare {

// Tells a program the file for its record.
constexpr auto calls_file_variable = "POETRY_CALLS_FILE";

constexpr std::size_t path_size = 4096;
constexpr std::size_t max_events = std::size_t{1} << 24;
constexpr std::size_t record_size =
    path_size + max_events * sizeof(std::uint64_t);

enum class EventKind : std::uint8_t {
  enter = 1,  // value: where the function is, from the start of the program
  leave,
  system_call,  // value: which one
  system_return,  // value: the outcome
};

constexpr std::uint64_t make_event(EventKind kind, std::uint64_t value) {
  return value << 3 | static_cast<std::uint64_t>(kind);
}

constexpr EventKind kind_of(std::uint64_t event) {
  return static_cast<EventKind>(event & 7);
}

constexpr std::uint64_t value_of(std::uint64_t event) {
  return event >> 3;
}

// The result of a system call.
enum class Outcome : std::uint8_t { zero, positive, would_block, failed };

enum class SystemCall : std::uint8_t {
  accept,
  accept4,
  close,
  connect,
  epoll_wait,
  poll,
  read,
  recv,
  select,
  send,
  shutdown,
  write,
};

// In the order of SystemCall.
constexpr std::array<std::string_view, 12> system_call_names = {
    "accept", "accept4", "close",  "connect", "epoll_wait", "poll",
    "read",   "recv",    "select", "send",    "shutdown",   "write"};

}  // namespace poetry_compare
