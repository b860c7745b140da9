// Directories for temporary files.
#pragma once

#include <filesystem>
#include <string>

namespace poetry_compare {

// Makes one with a name of its own: "PREFIX-XXXXXX", where TMPDIR says or else
// in /tmp. Throws std::runtime_error: one line that names the place, and
// TMPDIR.
std::filesystem::path make_temporary_directory(const std::string& prefix);

// The same in the directory `parent`.
std::filesystem::path make_temporary_directory(
    const std::string& prefix, const std::filesystem::path& parent);

}  // namespace poetry_compare
