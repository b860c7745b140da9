// The option --sweep.
#pragma once

#include <optional>

#include "cli/command_line.h"
#include "compare/run/request.h"
#include "compare/run/sweep.h"

namespace poetry_compare {

// std::nullopt without --sweep. Ends the program if the option makes no sense,
// or if another option has no effect with it.
std::optional<Sweep> parse_sweep(const cli::CommandLine& line);

// The poems that the sweep fetches.
std::vector<PoemRequest> parse_poems(const cli::CommandLine& line,
                                     const Sweep& sweep);

// Ends the program if the sweep changes nothing for any of the clients.
void require_effect(const Sweep& sweep, const std::vector<Client>& clients);

// Sets the settings whose defaults differ in a sweep.
void set_defaults(const cli::CommandLine& line,
                  const Sweep& sweep,
                  Settings& settings);

}  // namespace poetry_compare
