// Command lines as a shell reads and writes them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace poetry_compare {

// Splits a command line at blanks, with '', "" and \ as in a shell. None if a
// quotation does not end.
std::optional<std::vector<std::string>> split_words(const std::string& line);

// A command line that a shell splits into these words.
std::string shell_line(const std::vector<std::string>& words);

// The same in one line, to be read: control characters are escaped.
std::string quote(const std::vector<std::string>& words);

}  // namespace poetry_compare
