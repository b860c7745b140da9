#include "cli/utf8.h"

#include <algorithm>

namespace cli {
namespace {

unsigned char byte(char c) {
  return static_cast<unsigned char>(c);
}

bool is_continuation(char c) {
  return (byte(c) & 0xc0) == 0x80;
}

// The size that the first byte announces; 0 if no character begins with it.
std::size_t announced_size(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;  // a continuation, or an overlong form
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

// A second byte outside of these bounds makes an overlong form, a surrogate, or
// a number above U+10FFFF.
bool is_second(unsigned char first, unsigned char second) {
  switch (first) {
    case 0xe0:
      return second >= 0xa0;
    case 0xed:
      return second <= 0x9f;
    case 0xf0:
      return second >= 0x90;
    case 0xf4:
      return second <= 0x8f;
    default:
      return true;
  }
}

}  // namespace

std::size_t utf8_size(std::string_view text) {
  if (text.empty()) return 0;
  const std::size_t size = announced_size(byte(text[0]));
  if (size < 2) return size;
  if (text.size() < size || !is_second(byte(text[0]), byte(text[1]))) return 0;
  const auto rest = text.substr(1, size - 1);
  return std::all_of(rest.begin(), rest.end(), is_continuation) ? size : 0;
}

}  // namespace cli
