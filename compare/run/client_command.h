// The command that fetches the poems at some addresses.
#pragma once

#include <string>
#include <vector>

#include "compare/run/request.h"

namespace poetry_compare {

// Words that stand for addresses, see Client.
inline constexpr auto all_addresses = "{}";
inline constexpr auto each_address = "{each}";

// A shell runs several commands side by side, waits for all of them, and has
// the exit status of the last one that failed.
std::vector<std::string> command_for(const Client& client,
                                     const std::vector<std::string>& addresses);

}  // namespace poetry_compare
