#include "compare/calls/chosen_calls.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace poetry_compare {
namespace {

constexpr std::string_view iteration = "reactor::Reactor::do_iteration";
constexpr std::string_view start = "reactor::Reactor::start";

// Whether `name` is `end`, or ends in "::" and `end`. A lambda in a function is
// not that function. "::recv" is only the system call.
bool ends_in(std::string_view name, std::string_view end) {
  if (end.starts_with("::")) return name == end.substr(2);
  if (!name.ends_with(end)) return false;
  name.remove_suffix(end.size());
  return name.empty() || (name.ends_with("::") && name.find(' ') == name.npos);
}

bool is_one_of(const Call& call, const std::vector<std::string>& ends) {
  return std::any_of(ends.begin(), ends.end(), [&](const std::string& end) {
    return ends_in(call.name, end);
  });
}

// The calls that are open when the first call of a function is made, and that
// call. Empty if there is none.
std::vector<const Call*> path_to(const Call& from, const std::string& end) {
  if (ends_in(from.name, end)) return {&from};
  for (const Call& call : from.calls) {
    auto path = path_to(call, end);
    if (path.empty()) continue;
    path.insert(path.begin(), &from);
    return path;
  }
  return {};
}

// Whether it is a constructor or a destructor.
bool makes_or_destroys(std::string_view name) {
  const auto at = name.rfind("::");
  if (at == name.npos) return false;
  const auto last = name.substr(at + 2);
  return last.starts_with('~') || ends_in(name.substr(0, at), last);
}

class Chooser {
 public:
  explicit Chooser(const Choice& choice)
      : show_(choice.show) {}

  // Follows the first call of this function.
  void follow(const Call& main, const std::string& end) {
    const auto path = path_to(main, end);
    if (path.empty()) throw std::runtime_error("there is no call of " + end);
    const auto whole =
        std::find_if(path.begin(), path.end() - 1, [](const Call* call) {
          return call->name == iteration || call->name == start;
        });
    on_path_.insert(path.begin(), whole);
    whole_.insert(*whole);
  }

  ChosenCall choose(const Call& main) const {
    ChosenCall chosen{main.name, main.lane, main.outcome, {}};
    bool gap = false;
    add_calls_of(main, main, whole_.empty() || whole_.contains(&main), chosen,
                 gap);
    chosen.goes_on = gap;
    return chosen;
  }

 private:
  // Adds the calls that `from` makes, directly or through functions that are
  // not shown. `gap` says whether calls were left out since the last one.
  void add_calls_of(const Call& from,
                    const Call& caller,
                    bool whole,
                    ChosenCall& to,
                    bool& gap) const {
    for (const Call& call : from.calls) {
      const bool all = whole || whole_.contains(&call);
      if (!all && !on_path_.contains(&call)) {
        gap = gap || shows_in(call, caller);
      } else if (is_shown(call, caller)) {
        add(call, all, to, gap);
      } else {
        add_calls_of(call, call, all, to, gap);
      }
    }
  }

  // Equal calls in a row become one.
  void add(const Call& call, bool whole, ChosenCall& to, bool& gap) const {
    ChosenCall chosen{call.name, call.lane, call.outcome, {}};
    chosen.gap_before = std::exchange(gap, false);
    bool left_out = false;
    add_calls_of(call, call, whole, chosen, left_out);
    chosen.goes_on =
        left_out || (!chosen.calls.empty() && chosen.calls.back().goes_on);
    if (!to.calls.empty()) {
      chosen.times = to.calls.back().times;
      if (chosen == to.calls.back()) {
        ++to.calls.back().times;
        return;
      }
      chosen.times = 1;
    }
    to.calls.push_back(std::move(chosen));
  }

  bool shows_in(const Call& call, const Call& caller) const {
    return is_shown(call, caller) ||
           std::any_of(
               call.calls.begin(), call.calls.end(),
               [&](const Call& inner) { return shows_in(inner, call); });
  }

  bool is_shown(const Call& call, const Call& caller) const {
    if (!show_.empty()) return is_one_of(call, show_);
    if (call.name == iteration) return true;
    return call.lane != caller.lane && !makes_or_destroys(call.name);
  }

  const std::vector<std::string>& show_;
  std::set<const Call*> on_path_;
  std::set<const Call*> whole_;
};

}  // namespace

ChosenCall choose_calls(const Call& main, const Choice& choice) {
  Chooser chooser(choice);
  for (const std::string& end : choice.follow) {
    chooser.follow(main, end);
  }
  return chooser.choose(main);
}

}  // namespace poetry_compare
