// A computed sweep, for the tests of tables and charts.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/growth.h"

namespace sample {

// Without a variant, over these numbers of servers.
poetry_compare::Growth growth(const std::vector<double>& servers);

// Adds a variant with single runs, of which this measure is known.
void add(poetry_compare::Growth& growth,
         const std::string& name,
         poetry_compare::Measure measure,
         const std::vector<double>& values);

// Sets another measure of the newest variant.
void set(poetry_compare::Growth& growth,
         poetry_compare::Measure measure,
         const std::vector<double>& values);

// Blocking, threaded and async, with 1, 8 and 64 servers; async leaves bytes
// unread.
poetry_compare::Growth growth();

}  // namespace sample
