// The files that a command line asks for, checked before anything runs.
#pragma once

#include <filesystem>

namespace poetry_compare {

// Each of these ends the program, with one line and exit status 2, if the path
// cannot be used. No missing directory is made, because its name may be a
// mistake.

// For a file that is written later. Leaves no file that was not there.
void require_writable(const std::filesystem::path& file);

// Makes the directory if only its last part is missing.
void require_directory(std::filesystem::path directory);

}  // namespace poetry_compare
