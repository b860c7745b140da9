// Text in columns and lines of a given width.
#pragma once

#include <cstddef>
#include <string>

namespace poetry_compare {

// How many characters the text has: UTF-8, each as wide as any other.
std::size_t width_of(const std::string& text);

// With spaces in front of the text or behind it, up to the width.
std::string pad(const std::string& text, std::size_t width, bool right);

// The line, broken at spaces into lines that are no wider, as far as its words
// permit. Lines after the first are indented by two.
std::string wrap(const std::string& line, std::size_t width);

}  // namespace poetry_compare
