#include "cli/print.h"

#include <unistd.h>

#include <cstdio>

#include <fmt/core.h>

#include "cli/utf8.h"

namespace cli {
namespace {

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
    const std::size_t size = utf8_size(text);
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
