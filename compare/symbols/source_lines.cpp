#include "compare/symbols/source_lines.h"

#include <poll.h>

#include <charconv>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include "compare/run/child_process.h"

namespace poetry_compare {
namespace {

// If there is no answer in that time, the lines are not known.
constexpr int most_milliseconds = 20'000;

std::string read_all(const ChildCommand& command) {
  ChildProcess child(command);
  std::string text;
  while (child.output() >= 0) {
    pollfd ready{child.output(), POLLIN, 0};
    if (::poll(&ready, 1, most_milliseconds) <= 0) return {};
    child.read_output(text);
  }
  child.wait();
  return text;
}

// "/a/b.cpp:53", or "/a/b.cpp:53 (discriminator 2)"; "??:0" is not known.
SourceLine parse(const std::string& function, std::string_view place) {
  SourceLine line;
  if (function != "??") line.function = function;
  place = place.substr(0, place.find(" (discriminator"));
  const auto colon = place.rfind(':');
  if (colon == place.npos || place.starts_with("??")) return line;
  const auto number = place.substr(colon + 1);
  std::from_chars(number.data(), number.data() + number.size(), line.line);
  if (line.line > 0) line.file = place.substr(0, colon);
  return line;
}

bool is_of_the_system(const SourceLine& line) {
  return line.file.starts_with("/usr/include/") ||
         line.file.starts_with("/usr/lib/");
}

// For each address, addr2line writes a line with it, and then two lines for
// each function, the innermost one first.
std::vector<SourceLine> parse_all(const std::string& output) {
  std::istringstream text(output);
  std::vector<SourceLine> lines;
  std::string first, place;
  bool found = false;
  while (std::getline(text, first)) {
    if (first.starts_with("0x")) {
      lines.emplace_back();
      found = false;
      continue;
    }
    if (!std::getline(text, place) || lines.empty()) break;
    if (found) continue;
    lines.back() = parse(first, place);
    found = !is_of_the_system(lines.back());
  }
  return lines;
}

}  // namespace

std::vector<SourceLine> find_lines(
    const std::string& path, const std::vector<std::uint64_t>& addresses) {
  ChildCommand command{.words = {"addr2line", "-a", "-f", "-i", "-e", path},
                       // No server is asked for debug information.
                       .environment = {"DEBUGINFOD_URLS="},
                       .output = to_pipe};
  for (const auto address : addresses) {
    command.words.push_back(fmt::format("{:#x}", address));
  }
  auto lines = parse_all(read_all(command));
  lines.resize(addresses.size());
  return lines;
}

}  // namespace poetry_compare
