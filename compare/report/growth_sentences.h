// A sweep in words: lines without line ends.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/growth.h"

namespace poetry_compare {

// "geduld.txt, 413 bytes in chunks of 10, delay 0.005 s, 1 run of each, by the
// number of servers"
std::string summary(const Growth& growth);

// The growth of each variant. A change within the noise is not called one.
std::vector<std::string> sentences(const Growth& growth);

// One line for each failure: "async, servers 2 000: exit status 1".
std::vector<std::string> complaints(const Growth& growth);

}  // namespace poetry_compare
