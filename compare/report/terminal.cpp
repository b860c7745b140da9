#include "compare/report/terminal.h"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace poetry_compare {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// See https://no-color.org for NO_COLOR.
bool has_colours() {
  return ::isatty(STDOUT_FILENO) && environment("NO_COLOR").empty() &&
         environment("TERM") != "dumb";
}

std::optional<std::size_t> width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {};
  // A terminal that does not know its size says 0.
  if (size.ws_col == 0) return {};
  return size.ws_col;
}

}  // namespace

Terminal find_terminal(const std::string& colour) {
  Terminal terminal;
  terminal.width = width();
  terminal.utf8 = ::nl_langinfo(CODESET) == std::string_view("UTF-8");
  terminal.colour = colour == "always" || (colour == "auto" && has_colours());
  return terminal;
}

}  // namespace poetry_compare
