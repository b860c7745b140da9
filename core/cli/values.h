// The values of options.                              Python: import optparse
//
// For CommandLine. `option` is the name of the option, without "--". A value
// that is not valid is a usage_error().
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "cli/elapsed.h"

namespace cli {

inline constexpr auto no_maximum = std::numeric_limits<std::size_t>::max();

// Decimal digits. A message does not name `max` if that is no_maximum.
std::size_t parse_integer(const std::string& option,
                          const std::string& value,
                          std::size_t min,
                          std::size_t max);

// A number, perhaps with a fraction, greater than 0, or not less than 0 if
// `zero`. It is rounded to at least 1 ns, unless it is 0, and to 146 years at
// most, which can be added to Clock::now().
Clock::duration parse_seconds(const std::string& option,
                              const std::string& value,
                              bool zero);

// One of the choices.
std::string parse_choice(const std::string& option,
                         const std::string& value,
                         const std::vector<std::string>& choices);

}  // namespace cli
