#include "protocols/netstring_receiver.h"

#include <array>
#include <string>

namespace reactor {

// Parses the length anew for each delivery: it has few digits.
bool NetstringReceiver::deliver_one() {
  const std::string_view data = unparsed();
  const auto digits = data.substr(0, data.find_first_not_of("0123456789"));
  std::size_t length = 0;
  if (!parse_length(digits, length)) return refuse();
  if (digits.size() == data.size()) return false;
  if (digits.empty() || data[digits.size()] != ':') return refuse();

  const std::string_view string = data.substr(digits.size() + 1);
  if (string.size() <= length) return false;
  if (string[length] != ',') return refuse();
  consume(digits.size() + 1 + length + 1);
  string_received(string.substr(0, length));
  return true;
}

// Returns whether the digits are, or begin, a length that is not too large.
bool NetstringReceiver::parse_length(std::string_view digits,
                                     std::size_t& length) const {
  if (digits.size() > 1 && digits[0] == '0') return false;
  for (const char c : digits) {
    const auto digit = static_cast<std::size_t>(c - '0');
    if (digit > max_length_ || length > (max_length_ - digit) / 10) {
      return false;
    }
    length = 10 * length + digit;
  }
  return true;
}

// The input is not a netstring, and no later byte can make it one.
bool NetstringReceiver::refuse() {
  string_refused();
  return false;
}

void NetstringReceiver::send_string(std::string_view string) {
  const std::string length = std::to_string(string.size());
  transport().write_sequence(
      std::array<std::string_view, 4>{length, ":", string, ","});
}

}  // namespace reactor
