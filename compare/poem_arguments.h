// The poems and servers that a command line names.
#pragma once

#include <vector>

#include "cli/command_line.h"
#include "compare/run/request.h"

namespace poetry_compare {

// The poem files among the words, or the suite's own poems. Ends the program if
// a poem cannot be read.
std::vector<PoemRequest> parse_poems(const cli::CommandLine& line);

// The same with --connect: words that are addresses belong to it, and others
// are the poems. Ends the program if their numbers differ.
std::vector<PoemRequest> parse_servers(const cli::CommandLine& line);

// "a,b,c" without its commas.
std::vector<std::string> split_list(const std::string& text);

}  // namespace poetry_compare
