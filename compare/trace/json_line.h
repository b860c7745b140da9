// One line of JSON Lines: an object, and its members as they are expected.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace poetry_compare {

// The text, fit for JSON: bytes that are not UTF-8 become the four characters
// "\xff", byte by byte. They stay readable, but are not made bytes again.
std::string as_utf8(std::string_view text);

// The object on the line; null if there is none. Takes the lines of version
// 0.1.0, too, which has "\udcff" for a byte that is not UTF-8.
nlohmann::ordered_json parse_line(const std::string& line);

// These read a member into `value`, and leave it alone if there is none. False
// if it is of another type, or if `value` has no room for it.
bool read(const nlohmann::ordered_json& object,
          const char* key,
          std::string& value);
bool read(const nlohmann::ordered_json& object,
          const char* key,
          std::int64_t& value);

template <std::integral Integer>
bool read(const nlohmann::ordered_json& object,
          const char* key,
          Integer& value) {
  std::int64_t number = 0;
  if (!object.contains(key)) return true;
  if (!read(object, key, number) || !std::in_range<Integer>(number)) {
    return false;
  }
  value = static_cast<Integer>(number);
  return true;
}

template <std::integral Integer>
bool read(const nlohmann::ordered_json& object,
          const char* key,
          std::optional<Integer>& value) {
  return !object.contains(key) || read(object, key, value.emplace());
}

// Checksums are text of sixteen hexadecimal digits, as not every reader of JSON
// has integers of 64 bits.
std::string checksum_text(std::uint64_t checksum);
bool parse_checksum(std::string_view text, std::uint64_t& checksum);

}  // namespace poetry_compare
