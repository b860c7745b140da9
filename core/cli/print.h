// Poems on stdout.
#pragma once

#include <string>
#include <string_view>

namespace cli {

// Prints a poem byte for byte; on a terminal it is escaped.
void print_poem(std::string_view poem);

// Escapes a text for a terminal, where an escape sequence could do harm: each
// byte of a control character other than newline and tab, and each byte that is
// not UTF-8, becomes four characters, like "\x1b".
std::string escape(std::string_view text);

}  // namespace cli
