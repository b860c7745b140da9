#include "compare/report/terminal.h"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace poetry_compare {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// See https://no-color.org for NO_COLOR.
bool has_colours(int fd) {
  return ::isatty(fd) && environment("NO_COLOR").empty() &&
         environment("TERM") != "dumb";
}

// A terminal that does not know its size says 0.
std::optional<std::size_t> known(unsigned short size) {
  if (size == 0) return {};
  return size;
}

}  // namespace

Terminal find_terminal(const std::string& colour, int fd) {
  Terminal terminal;
  winsize size{};
  ::ioctl(fd, TIOCGWINSZ, &size);
  terminal.width = known(size.ws_col);
  terminal.height = known(size.ws_row);
  terminal.utf8 = ::nl_langinfo(CODESET) == std::string_view("UTF-8");
  terminal.colour = colour == "always" || (colour == "auto" && has_colours(fd));
  return terminal;
}

std::size_t width_of(const std::string& text) {
  // The second and later bytes of a character are 10xxxxxx in binary.
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
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
