// Calls in words.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/calls/chosen_calls.h"

namespace poetry_compare {

// The name of a function as a figure has it: "Reactor::run()".
std::string label_of(const ChosenCall& call);

// A label as lines of at most that many characters. It is split before its last
// part, several times if necessary. A line that is still too long is cut.
std::vector<std::string> fit(std::string label, std::size_t size);

// "the same 3 more times", of a call that happens 4 times; empty if it happens
// once.
std::string repetition(const ChosenCall& call);

// "main() calls Reactor::run(). ...": each call and each return, in order.
std::string describe(const ChosenCall& main);

}  // namespace poetry_compare
