#include "compare/report/layout.h"

#include <algorithm>

namespace poetry_compare {

std::size_t width_of(const std::string& text) {
  // The second and later bytes of a character are 10xxxxxx in binary.
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string pad(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return right ? space + text : text + space;
}

std::string wrap(const std::string& line, std::size_t width) {
  std::string wrapped;
  std::string now = line.substr(0, line.find_first_not_of(' '));
  for (std::size_t at = now.size(); at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    const std::string word = line.substr(at, end - at);
    const bool first = now.find_first_not_of(' ') == now.npos;
    if (!first && width_of(now) + 1 + width_of(word) > width) {
      wrapped += now + '\n';
      now = "  " + word;
    } else {
      now += first ? word : ' ' + word;
    }
    at = end + 1;
  }
  return wrapped + now;
}

}  // namespace poetry_compare
