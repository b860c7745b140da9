// The comparison in words: lines without line ends.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// "3 poems, 4 279 bytes, delay 0.02 s, 1 run"
std::string summary(const Comparison& comparison);

// The meaning of the numbers, possibly empty: "async was 2.27 times faster than
// blocking: it waited for all three servers at once."
std::vector<std::string> sentences(const Comparison& comparison);

// One line for each failure: "curl: exit status 127".
std::vector<std::string> complaints(const Comparison& comparison);

}  // namespace poetry_compare
