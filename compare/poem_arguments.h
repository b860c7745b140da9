// The poems and servers that a command line names.
#pragma once

#include <string>
#include <vector>

#include "cli/command_line.h"
#include "compare/run/request.h"

namespace poetry_compare {

// The poem files among the words, or these poems of the suite. Ends the program
// if a poem cannot be read.
std::vector<PoemRequest> parse_poems(
    const cli::CommandLine& line,
    const std::vector<std::string>& default_names = {
        "ecstasy.txt", "fascination.txt", "science.txt"});

// The same with --connect: words that are addresses belong to it, and others
// are the poems. Ends the program if their numbers differ.
std::vector<PoemRequest> parse_servers(const cli::CommandLine& line);

// "a,b,c" without its commas.
std::vector<std::string> split_list(const std::string& text);

}  // namespace poetry_compare
