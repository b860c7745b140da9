#include "cli/print.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include <fmt/core.h>

#include "cli/utf8.h"

namespace cli {
namespace {

// U+2028 and U+2029.
constexpr std::string_view line_separator = "\xe2\x80\xa8";
constexpr std::string_view paragraph_separator = "\xe2\x80\xa9";

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  // U+0080 to U+009f; U+009b begins an escape sequence.
  return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

void append_escaped(std::string& escaped, std::string_view bytes) {
  for (const char byte : bytes) {
    escaped += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
  }
}

template <typename Harmless>
std::string escape_unless(std::string_view text, Harmless harmless) {
  std::string escaped;
  while (!text.empty()) {
    const std::size_t size = utf8_size(text);
    const auto character = text.substr(0, size == 0 ? 1 : size);
    if (size > 0 && harmless(character)) {
      escaped += character;
    } else {
      append_escaped(escaped, character);
    }
    text.remove_prefix(character.size());
  }
  return escaped;
}

}  // namespace

std::string escape(std::string_view text) {
  return escape_unless(text, [](std::string_view character) {
    return character == "\n" || character == "\t" || !is_control(character);
  });
}

std::string one_line(std::string_view name) {
  return escape_unless(name, [](std::string_view character) {
    return character != line_separator && character != paragraph_separator &&
           !is_control(character);
  });
}

std::string program_name() {
  return one_line(program_invocation_short_name);
}

void print_poem(std::string_view poem) {
  if (::isatty(STDOUT_FILENO)) {
    const std::string escaped = escape(poem);
    std::fwrite(escaped.data(), 1, escaped.size(), stdout);
  } else {
    std::fwrite(poem.data(), 1, poem.size(), stdout);
  }
}

}  // namespace cli
