// Torture: a scenario runs once to count its system calls. Then it runs once
// for each call and each way in which that call may fail, and the call fails
// so.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/documented.h"

namespace rig {

// The environment that makes calls fail in a program, see faults/script.h.
std::vector<std::string> with_faults(const std::string& script);

// Runs the scenario with this environment for the tortured program. Returns
// what was wrong with the result, or "". `fault` is null when calls are only
// counted.
using Scenario = std::function<std::string(
    const std::vector<std::string>& environment, const Fault* fault)>;

// Adds a failure to the test for each wrong result. A program that makes more
// than twice the counted calls (and some more) is taken to spin.
void torture(const std::string& program, const Scenario& scenario);

}  // namespace rig
