// The abilities of the terminal, and text that fits it.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <optional>
#include <string>

namespace poetry_compare {

struct Terminal {
  // In characters; none where stdout is not a terminal: text for a file or a
  // pipe has lines of any length.
  std::optional<std::size_t> width;
  bool utf8 = true;
  bool colour = false;
  std::optional<std::size_t> height{};  // likewise
};

// Of stdout, or of stderr. Colour is wanted "always", "never" or, with "auto",
// where that is a terminal that has colours. The locale is the process's: see
// setlocale(3).
Terminal find_terminal(const std::string& colour, int fd = STDOUT_FILENO);

// How many characters the text has: UTF-8, each as wide as any other.
std::size_t width_of(const std::string& text);

// The line, broken at spaces into lines that are no wider, as far as its words
// permit. Lines after the first are indented by two.
std::string wrap(const std::string& line, std::size_t width);

}  // namespace poetry_compare
