#include "compare/run/live_text.h"

#include <algorithm>

#include <fmt/core.h>

namespace poetry_compare {
namespace {

constexpr auto clear_to_end = "\x1b[J";
// A line that wraps would take two lines of the terminal.
constexpr auto no_wrap = "\x1b[?7l", wrap = "\x1b[?7h";

}  // namespace

std::string LiveText::replace(const std::string& text) {
  std::string bytes = "\r";
  if (above_ > 0) bytes += fmt::format("\x1b[{}A", above_);
  bytes += clear_to_end;
  if (!text.empty()) bytes += no_wrap + text + wrap + '\r';
  above_ = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  return bytes;
}

}  // namespace poetry_compare
