#include "compare/trace/json_line.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "cli/utf8.h"

namespace poetry_compare {
namespace {

// The line with "\\xff" for each "\udcff", which the parser refuses: such a
// surrogate is half of a character.
std::string without_surrogates(std::string line) {
  constexpr std::string_view lone = "\\udc";
  for (auto at = line.find(lone); at != line.npos; at = line.find(lone, at)) {
    line.replace(at, lone.size(), "\\\\x");
  }
  return line;
}

nlohmann::ordered_json parse(const std::string& line) {
  auto value = nlohmann::ordered_json::parse(line, nullptr, false);
  return value.is_object() ? value : nullptr;
}

}  // namespace

std::string as_utf8(std::string_view text) {
  std::string utf8;
  while (!text.empty()) {
    const std::size_t size = cli::utf8_size(text);
    if (size > 0) {
      utf8 += text.substr(0, size);
    } else {
      utf8 += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return utf8;
}

nlohmann::ordered_json parse_line(const std::string& line) {
  auto object = parse(line);
  return object.is_null() ? parse(without_surrogates(line)) : object;
}

bool read(const nlohmann::ordered_json& object,
          const char* key,
          std::string& value) {
  const auto member = object.find(key);
  if (member == object.end()) return true;
  if (!member->is_string()) return false;
  value = member->get<std::string>();
  return true;
}

bool read(const nlohmann::ordered_json& object,
          const char* key,
          std::int64_t& value) {
  const auto member = object.find(key);
  if (member == object.end()) return true;
  if (!member->is_number_integer()) return false;
  if (member->is_number_unsigned() &&
      !std::in_range<std::int64_t>(member->get<std::uint64_t>())) {
    return false;
  }
  value = member->get<std::int64_t>();
  return true;
}

std::string checksum_text(std::uint64_t checksum) {
  return fmt::format("{:016x}", checksum);
}

bool parse_checksum(std::string_view text, std::uint64_t& checksum) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, checksum, 16);
  return result.ec == std::errc() && result.ptr == end;
}

}  // namespace poetry_compare
