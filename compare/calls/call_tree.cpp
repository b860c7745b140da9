#include "compare/calls/call_tree.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

#include "compare/calls/format.h"

namespace poetry_compare {
namespace {

// The meaning of an outcome, for a learner.
std::string in_words(SystemCall call, Outcome outcome) {
  const bool waits = call == SystemCall::epoll_wait ||
                     call == SystemCall::poll || call == SystemCall::select;
  const bool receives = call == SystemCall::recv || call == SystemCall::read;
  switch (outcome) {
    case Outcome::would_block:
      return call == SystemCall::connect ? "in progress" : "would block";
    case Outcome::failed:
      return waits ? "a signal" : "an error";
    case Outcome::zero:
      return waits ? "time is up" : receives ? "the end" : "";
    case Outcome::positive:
      return waits ? "ready" : receives ? "bytes" : "";
  }
  return "";
}

// Added to the number of a system call: it stands in place of a function.
constexpr std::uint64_t no_function = std::uint64_t{1} << 60;

// Deeper calls belong to their caller: the record of an endless recursion is
// drawn by functions that are recursive, too.
constexpr std::size_t max_depth = 500;

class Reader {
 public:
  explicit Reader(std::map<std::uint64_t, std::string> names)
      : names_(std::move(names)) {}

  void read(std::uint64_t event) {
    const std::uint64_t value = value_of(event);
    switch (kind_of(event)) {
      case EventKind::enter:
        return enter(value);
      case EventKind::leave:
        return leave(value);
      case EventKind::system_call:
        return system_call(static_cast<SystemCall>(value));
      case EventKind::system_return:
        return system_return(static_cast<Outcome>(value));
    }
  }

  // Ends the calls that have not returned.
  Call finish() {
    while (!open_.empty()) {
      close_innermost();
    }
    const auto is_main = [](const Call& call) { return call.name == "main"; };
    const auto main = std::find_if(roots_.begin(), roots_.end(), is_main);
    if (main == roots_.end()) throw std::runtime_error("main() is not in it");
    return std::move(*main);
  }

 private:
  struct Open {
    std::uint64_t function;
    Call call;
  };

  void enter(std::uint64_t function) {
    const auto found = names_.find(function);
    const std::string name = found == names_.end() ? "__" : found->second;
    const Lane lane = open_.size() < max_depth ? lane_of(name) : Lane::none;
    open_.push_back({function, {name, lane, "", {}}});
  }

  // If an exception ends a function, the event for its end may be missing.
  void leave(std::uint64_t function) {
    const auto is_it = [&](const Open& open) {
      return open.function == function;
    };
    if (std::none_of(open_.begin(), open_.end(), is_it)) return;
    bool left = false;
    while (!left) {
      left = is_it(open_.back());
      close_innermost();
    }
  }

  // A signal handler may run during a system call.
  void system_call(SystemCall call) {
    const auto index = static_cast<std::size_t>(call);
    const std::string name(system_call_names.at(index));
    open_.push_back({no_function + index, {name, Lane::system, "", {}}});
  }

  void system_return(Outcome outcome) {
    const auto open = std::find_if(
        open_.rbegin(), open_.rend(),
        [](const Open& each) { return each.function >= no_function; });
    if (open == open_.rend()) return;
    const auto call = static_cast<SystemCall>(open->function - no_function);
    open->call.outcome = in_words(call, outcome);
    leave(open->function);
  }

  std::vector<Call>& innermost() {
    return open_.empty() ? roots_ : open_.back().call.calls;
  }

  void close_innermost() {
    Call call = std::move(open_.back().call);
    open_.pop_back();
    if (call.lane == Lane::none) {
      std::move(call.calls.begin(), call.calls.end(),
                std::back_inserter(innermost()));
    } else {
      innermost().push_back(std::move(call));
    }
  }

  const std::map<std::uint64_t, std::string> names_;
  std::vector<Open> open_;
  std::vector<Call> roots_;
};

}  // namespace

Call read_calls(const std::filesystem::path& record) try {
  std::ifstream stream(record, std::ios::binary);
  std::array<char, path_size> path{};
  stream.read(path.data(), path.size());
  if (!stream || path[0] == '\0') {
    throw std::runtime_error(
        "there is no call in it; is the program compiled with "
        "-finstrument-functions?");
  }
  Reader reader(function_names(path.data()));
  std::uint64_t event = 0;
  while (stream.read(reinterpret_cast<char*>(&event), sizeof event) && event) {
    reader.read(event);
  }
  return reader.finish();
} catch (const std::runtime_error& error) {
  throw std::runtime_error(
      fmt::format("the record of the calls: {}", error.what()));
}

}  // namespace poetry_compare
