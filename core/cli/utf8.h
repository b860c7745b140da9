// Where a UTF-8 character ends.                     Python:
// bytes.decode("utf-8")
#pragma once

#include <cstddef>
#include <string_view>

namespace cli {

// The number of bytes of the UTF-8 character at the front of the text: 1 to 4.
//
// It is 0 if the text does not begin with a character: because the text is
// empty; because it is cut off in the middle of one; or because its bytes are
// not UTF-8 (RFC 3629: overlong forms, surrogates and numbers above U+10FFFF
// are not). Only the first byte is at fault then: a caller does with it what it
// does with bytes that are not text, and goes on with the byte behind it.
//
// Control characters and U+FFFE are characters like any other.
std::size_t utf8_size(std::string_view text);

}  // namespace cli
