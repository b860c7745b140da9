// Writes a trace file.
#pragma once

#include <filesystem>
#include <string>

#include "compare/trace/trace.h"

namespace poetry_compare {

// Throws std::runtime_error, one line that names the file. The complaint is not
// written.
void write_trace(const Trace& trace, const std::filesystem::path& path);

// The text that write_trace() writes.
std::string to_json_lines(const Trace& trace);

}  // namespace poetry_compare
