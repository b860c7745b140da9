// Poems on stdout.
#pragma once

#include <string>
#include <string_view>

namespace cli {

// Prints a poem byte for byte, but on a terminal escaped.
void print_poem(std::string_view poem);

// The text, fit for a terminal, where an escape sequence could do harm: control
// characters other than newlines and tabs, and what is not UTF-8, become
// "\x1b", byte by byte.
std::string escape(std::string_view text);

}  // namespace cli
