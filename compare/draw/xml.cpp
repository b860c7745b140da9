#include "compare/draw/xml.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/utf8.h"

namespace poetry_compare {
namespace {

constexpr auto replacement = "\xef\xbf\xbd";

// XML forbids most control characters, U+FFFE and U+FFFF.
bool is_forbidden(std::string_view character) {
  if (character.size() == 1) {
    const char c = character.front();
    const bool is_space = c == '\t' || c == '\n' || c == '\r';
    return (c < ' ' && !is_space) || c == '\x7f';
  }
  return character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf";
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
    const std::size_t size = cli::utf8_size(text);
    const auto character = text.substr(0, std::max<std::size_t>(size, 1));
    const auto name = entity(character.front());
    if (size == 0) {
      // As in JSON and in stored traces, see as_utf8().
      escaped += fmt::format("\\x{:02x}",
                             static_cast<unsigned char>(character.front()));
    } else if (is_forbidden(character)) {
      escaped += replacement;
    } else {
      escaped += name.empty() ? character : name;
    }
    text.remove_prefix(character.size());
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
