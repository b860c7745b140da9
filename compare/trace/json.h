// As much JSON as a trace needs.
//
// All readers take what they read off the front of `rest`, blanks before it
// included, and return whether it was there. After a false `rest` is anywhere.
#pragma once

#include <charconv>
#include <string>
#include <string_view>

namespace poetry_compare::json {

// Appends the text as a JSON string. Bytes that are not UTF-8 become lone
// surrogates, "\udc80" to "\udcff", and read_string() makes bytes of them
// again.
void append_string(std::string& out, std::string_view text);

bool read_token(std::string_view& rest, char token);
bool read_string(std::string_view& rest, std::string& text);

// Any value, to ignore it; nested less than a hundred deep.
bool skip_value(std::string_view& rest, int depth = 0);

// False also for a number that has no room in `number`, and for a fraction.
template <typename Integer>
bool read_integer(std::string_view& rest, Integer& number) {
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  const char* end = rest.data() + rest.size();
  const auto result = std::from_chars(rest.data(), end, number);
  if (result.ec != std::errc()) return false;
  rest.remove_prefix(static_cast<std::size_t>(result.ptr - rest.data()));
  return !rest.starts_with('.') && !rest.starts_with('e');
}

// A [list]; read_item(rest) reads one.
template <typename ReadItem>
bool read_array(std::string_view& rest, ReadItem read_item) {
  if (!read_token(rest, '[')) return false;
  if (read_token(rest, ']')) return true;
  do {
    if (!read_item(rest)) return false;
  } while (read_token(rest, ','));
  return read_token(rest, ']');
}

// An {object}; read_member(key, rest) reads one value.
template <typename ReadMember>
bool read_object(std::string_view& rest, ReadMember read_member) {
  if (!read_token(rest, '{')) return false;
  if (read_token(rest, '}')) return true;
  std::string key;
  do {
    if (!read_string(rest, key) || !read_token(rest, ':') ||
        !read_member(key, rest)) {
      return false;
    }
  } while (read_token(rest, ','));
  return read_token(rest, '}');
}

}  // namespace poetry_compare::json
