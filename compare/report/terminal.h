// The abilities of the terminal.
#pragma once

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
};

// Of stdout. Colour is wanted "always", "never" or, with "auto", where stdout
// is a terminal that has colours. The locale is the process's: see
// setlocale(3).
Terminal find_terminal(const std::string& colour);

}  // namespace poetry_compare
