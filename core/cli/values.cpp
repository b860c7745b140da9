#include "cli/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include <fmt/core.h>
#include <fmt/format.h>

#include "cli/command_line.h"

namespace cli {
namespace {

std::string range(std::size_t min, std::size_t max) {
  if (max < no_maximum) return fmt::format("from {} to {}", min, max);
  return min == 1 ? "greater than 0" : fmt::format("not less than {}", min);
}

// The longest time: half of what the clock has, so that "now" can be added.
constexpr auto longest = Clock::duration::max() / 2;

// Infinity if it is too large for a double, 0 if it is too small. But "inf" is
// not a number.
std::optional<double> parse_number(const std::string& value) {
  double number = 0;
  const char* end = value.data() + value.size();
  const auto [last, error] = std::from_chars(value.data(), end, number);
  if (last != end || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    return std::strtod(value.c_str(), nullptr);
  }
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace

std::size_t parse_integer(const std::string& option,
                          const std::string& value,
                          std::size_t min,
                          std::size_t max) {
  std::size_t number = 0;
  const char* end = value.data() + value.size();
  const auto [last, error] = std::from_chars(value.data(), end, number);
  if (error == std::errc::result_out_of_range && max == no_maximum) {
    usage_error(fmt::format("--{} is too large: '{}'", option, value));
  }
  if (error != std::errc() || last != end || number < min || number > max) {
    usage_error(fmt::format("--{} must be an integer {}, not '{}'", option,
                            range(min, max), value));
  }
  return number;
}

Clock::duration parse_seconds(const std::string& option,
                              const std::string& value,
                              bool zero) {
  const auto number = parse_number(value);
  if (!number || *number < 0 || (*number == 0 && !zero)) {
    usage_error(fmt::format("--{} must be a number of seconds {} 0, not '{}'",
                            option, zero ? "not less than" : "greater than",
                            value));
  }
  const std::chrono::duration<double> wanted(*number);
  if (wanted >= longest) return longest;
  const auto nearest = std::chrono::round<Clock::duration>(wanted);
  return *number > 0 ? std::max(nearest, Clock::duration(1)) : nearest;
}

std::string parse_choice(const std::string& option,
                         const std::string& value,
                         const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
    usage_error(fmt::format("--{} must be one of {}, not '{}'", option,
                            fmt::join(choices, ", "), value));
  }
  return value;
}

}  // namespace cli
