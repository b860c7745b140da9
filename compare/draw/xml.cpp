#include "compare/draw/xml.h"

#include <fmt/format.h>

namespace poetry_compare {
namespace {

constexpr auto replacement = "\xef\xbf\xbd";

// How many bytes the character at the start of the text has. 0 if the bytes are
// not UTF-8, or if XML forbids the character.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned first = byte(0);
  if (first < 0x20) {
    return first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
  }
  if (first < 0x80) return first == 0x7f ? 0 : 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong =
      (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool beyond =
      (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
  const bool no_character =
      first == 0xef && second == 0xbf && byte(2) >= 0xbe;  // U+FFFE, U+FFFF
  return overlong || beyond || no_character ? 0 : size;
}

// How a character is written that has a meaning in XML; empty for others.
std::string_view entity(char character) {
  switch (character) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return "";
  }
}

}  // namespace

std::string escape(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const std::size_t size = character(text);
    const auto name = entity(text.front());
    if (size == 0) {
      escaped += replacement;
    } else {
      escaped += name.empty() ? text.substr(0, size) : name;
    }
    text.remove_prefix(size > 0 ? size : 1);
  }
  return escaped;
}

std::string number(double value, int digits) {
  std::string text = fmt::format("{:.{}f}", value, digits);
  if (text.find('.') != text.npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

}  // namespace poetry_compare
