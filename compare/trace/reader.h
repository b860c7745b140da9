// Reads a trace file.
#pragma once

#include <filesystem>

#include "compare/trace/trace.h"

namespace poetry_compare {

// A file that is cut off gives the events before the cut, and a complaint: one
// line that names the file. Throws std::runtime_error, one line
// that names the file, if it cannot be read, is not a trace, or was written by
// a newer version.
Trace read_trace(const std::filesystem::path& file);

}  // namespace poetry_compare
