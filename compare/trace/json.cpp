#include "compare/trace/json.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>
namespace poetry_compare::json {
namespace {

constexpr int deepest = 100;

// How many bytes the UTF-8 letter at the front has; 0 if there is none. Neither
// overlong forms nor surrogates are letters.
std::size_t letter_size(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  std::size_t size = 0;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) size = 2;
  if (first >= 0xe0 && first < 0xf0) size = 3;
  if (first >= 0xf0 && first < 0xf5) size = 4;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  const bool overlong =
      (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool no_letter =
      (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  return overlong || no_letter ? 0 : size;
}

void append_letter(std::string& text, unsigned code) {
  const auto put = [&](unsigned byte) { text += static_cast<char>(byte); };
  if (code >= 0xdc80 && code <= 0xdcff) {
    put(code - 0xdc00);
  } else if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0U | code >> 6U);
    put(0x80U | (code & 0x3fU));
  } else if (code < 0x10000) {
    put(0xe0U | code >> 12U);
    put(0x80U | (code >> 6U & 0x3fU));
    put(0x80U | (code & 0x3fU));
  } else {
    put(0xf0U | code >> 18U);
    put(0x80U | (code >> 12U & 0x3fU));
    put(0x80U | (code >> 6U & 0x3fU));
    put(0x80U | (code & 0x3fU));
  }
}

bool read_hex(std::string_view& rest, unsigned& code) {
  if (rest.size() < 4) return false;
  const auto result = std::from_chars(rest.data(), rest.data() + 4, code, 16);
  if (result.ec != std::errc() || result.ptr != rest.data() + 4) return false;
  rest.remove_prefix(4);
  return true;
}

// What follows a backslash.
bool read_escape(std::string_view& rest, std::string& text) {
  if (rest.empty()) return false;
  const char letter = rest.front();
  rest.remove_prefix(1);
  if (letter != 'u') {
    constexpr std::string_view names = "\"\\/bfnrt";
    const auto found = names.find(letter);
    if (found == names.npos) return false;
    text += "\"\\/\b\f\n\r\t"[found];
    return true;
  }
  unsigned code = 0;
  if (!read_hex(rest, code)) return false;
  if (code >= 0xd800 && code < 0xdc00 && rest.starts_with("\\u")) {
    unsigned low = 0;
    rest.remove_prefix(2);
    if (!read_hex(rest, low) || low < 0xdc00 || low > 0xdfff) return false;
    code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
  }
  append_letter(text, code);
  return true;
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t size = letter_size(text);
    if (size == 0) {
      fmt::format_to(std::back_inserter(out), "\\udc{:02x}", first);
    } else if (first == '"' || first == '\\') {
      out += {'\\', text.front()};
    } else if (first < 0x20 || first == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", first);
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  out += '"';
}

bool read_token(std::string_view& rest, char token) {
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) {
    rest.remove_prefix(1);
  }
  if (!rest.starts_with(token)) return false;
  rest.remove_prefix(1);
  return true;
}

bool read_string(std::string_view& rest, std::string& text) {
  text.clear();
  if (!read_token(rest, '"')) return false;
  while (true) {
    const auto plain = rest.find_first_of("\"\\");
    if (plain == rest.npos) return false;
    text += rest.substr(0, plain);
    const bool over = rest[plain] == '"';
    rest.remove_prefix(plain + 1);
    if (over) return true;
    if (!read_escape(rest, text)) return false;
  }
}

bool skip_value(std::string_view& rest, int depth) {
  const auto skip = [&](std::string_view& inner) {
    return skip_value(inner, depth + 1);
  };
  if (depth >= deepest) return false;
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  std::string text;
  if (rest.starts_with('"')) return read_string(rest, text);
  if (rest.starts_with('[')) return read_array(rest, skip);
  if (rest.starts_with('{')) {
    return read_object(rest,
                       [&](const auto&, auto& inner) { return skip(inner); });
  }
  // A number, true, false or null.
  const auto size = std::min(rest.find_first_of(" ,]}\"[{:"), rest.size());
  rest.remove_prefix(size);
  return size > 0;
}

}  // namespace poetry_compare::json
