// The calls of a run that a figure shows.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/calls/call_tree.h"

namespace poetry_compare {

// Functions, each by the end of its short name, such as "Reactor::run". With
// "::" before it, such as "::connect", it is the whole name.
struct Choice {
  // Show calls of these. If there are none, show the calls from one lane to
  // another, and the iterations of the loop.
  std::vector<std::string> show;
  // Follow the first call of each: show only the iteration of the loop in which
  // it happens. If there are none, show the whole run.
  std::vector<std::string> follow;
};

struct ChosenCall {
  std::string name;
  Lane lane = Lane::none;
  std::string outcome;
  std::vector<ChosenCall> calls;
  std::size_t times = 1;  // how many equal calls in a row this is
  bool gap_before = false;  // calls of the caller are left out here
  bool goes_on = false;  // later calls that it makes are left out

  bool operator==(const ChosenCall&) const = default;
};

// Throws std::runtime_error if a function that is to be followed is not called.
ChosenCall choose_calls(const Call& main, const Choice& choice);

}  // namespace poetry_compare
