// Poems and names, printed.
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

// The name of a file, or a word that was typed, as a part of a line: escapes
// newlines, tabs, U+2028 and U+2029, too. A backslash stays as it is.
std::string one_line(std::string_view name);

// The name of this program, in one line, as its messages begin.
std::string program_name();

}  // namespace cli
