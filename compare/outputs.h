// The files of poetry-compare: which ones it writes, and which ones it reads.
#pragma once

#include <filesystem>
#include <vector>

#include "compare/measure/growth.h"
#include "compare/measure/model.h"
#include "compare/options.h"

namespace poetry_compare {

// The traces in a directory; none if there is no such directory.
std::vector<std::filesystem::path> list_traces(
    const std::filesystem::path& directory);

// Ends the program if one of the outputs cannot be written, is wanted twice, or
// is a file that the program reads.
void require_files(const Options& options);

// Writes each file, whatever happens to the others, also to a FIFO whose reader
// has left. Says on stderr which one cannot be written, and why. Returns
// whether all could be.
bool write_all(const Comparison& comparison, const Outputs& outputs);
bool write_all(const Growth& growth, const Outputs& outputs);

}  // namespace poetry_compare
