#include "compare/report/format.h"

#include <cmath>
#include <iterator>

#include <fmt/format.h>

namespace poetry_compare {

std::string format_seconds(double seconds) {
  const int digits = seconds >= 0.9995 ? 2 : seconds >= 0.09995 ? 3 : 4;
  return fmt::format("{:.{}f} s", seconds, digits);
}

std::string format_milliseconds(double seconds) {
  const double milliseconds = seconds * 1000;
  if (milliseconds < 99.95) return fmt::format("{:.1f} ms", milliseconds);
  return format_count(static_cast<std::size_t>(std::lround(milliseconds))) +
         " ms";
}

std::string format_count(std::size_t count) {
  std::string text = std::to_string(count);
  for (std::size_t i = text.size(); i > 3;) {
    i -= 3;
    text.insert(i, 1, ' ');
  }
  return text;
}

std::string plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", format_count(count), noun,
                     count == 1 ? "" : "s");
}

std::string enumerate(const std::vector<std::string>& names) {
  if (names.size() == 1) return names.front();
  return fmt::format("{} and {}",
                     fmt::join(names.begin(), names.end() - 1, ", "),
                     names.back());
}

std::string in_words(std::size_t count, bool capital) {
  const char* const names[] = {"no",   "one", "two",   "three", "four",
                               "five", "six", "seven", "eight", "nine"};
  if (count >= std::size(names)) return std::to_string(count);
  std::string word = names[count];
  if (capital) word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

}  // namespace poetry_compare
