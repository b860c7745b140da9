// The files and directories that a command line asks for.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace poetry_compare {

// A file, and the word of the command line that it belongs to.
struct NamedFile {
  std::string name;  // "--json", "the poem"
  std::filesystem::path path;
};

// Each of these ends the program, with one line and exit status 2, if a path
// cannot be used. No missing directory is made, because its name may be a
// mistake.

// For files that are written later. Refuses one that is named twice, that is
// also among `inputs`, or that stdout leads to: what is written first would be
// lost. Leaves no file that was not there.
void require_writable(const std::vector<NamedFile>& outputs,
                      const std::vector<NamedFile>& inputs = {});

// Makes the directory if only its last part is missing.
void require_directory(std::filesystem::path directory);

// Throws std::runtime_error: one line with the file and the reason.
void write_file(const std::filesystem::path& file, const std::string& text);

}  // namespace poetry_compare
