#include "cli/print.h"

#include <unistd.h>

#include <cstdio>

#include <fmt/core.h>

namespace cli {
namespace {

// How many bytes the UTF-8 character at the start has; 0 if there is none. The
// second byte's bounds rule out detours, surrogates and what is beyond Unicode.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const int first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;

  const int least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const int most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < least || byte(1) > most) return 0;

  const std::size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (std::size_t i = 2; i < size; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
  }
  return size;
}

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

}  // namespace

std::string escape(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const auto character = text.substr(0, size == 0 ? 1 : size);
    const bool harmless = character == "\n" || character == "\t" ||
                          (size > 0 && !is_control(character));
    if (harmless) {
      escaped += character;
    } else {
      append_escaped(escaped, character);
    }
    text.remove_prefix(character.size());
  }
  return escaped;
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
