// Torture: a scenario is played once to count the system calls in it, and then
// once for each of them and each way it may fail, which that one call then
// does.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/documented.h"

namespace rig {

// The environment of a program that is to meet these, see faults/script.h.
std::vector<std::string> with_faults(const std::string& script);

// Plays it with this in the environment of the program that is tortured, which
// is the one of that name; says what is wrong with what came of it, or nothing.
// The fault is null when it is only to be counted.
using Scenario = std::function<std::string(
    const std::vector<std::string>& environment, const Fault* fault)>;

// Adds a failure to the test for everything that is wrong. Who makes more than
// twice as many calls as were counted, and some, is said to spin.
void torture(const std::string& program, const Scenario& scenario);

}  // namespace rig
