// Text on a terminal that is replaced in place.
#pragma once

#include <cstddef>
#include <string>

namespace poetry_compare {

// The cursor stays at the beginning of the last line that is shown.
class LiveText {
 public:
  // The bytes that replace the text on the terminal. It may have several lines,
  // and no '\n' at its end. The terminal must have as many lines.
  std::string replace(const std::string& text);

  // After something else was written to the terminal: leaves the old text
  // there.
  void forget() { above_ = 0; }

 private:
  std::size_t above_ = 0;  // lines of the text that are above the cursor
};

}  // namespace poetry_compare
