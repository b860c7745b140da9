#include "protocols/netstring_receiver.h"

#include <array>
#include <string>

namespace reactor {
namespace {

bool is_digit(char c) {
  return '0' <= c && c <= '9';
}

}  // namespace

// The length is read anew whenever something came: it has few digits.
bool NetstringReceiver::deliver_one() {
  const std::string_view data = unparsed();
  std::size_t length = 0;
  std::size_t at = 0;
  for (; at < data.size() && is_digit(data[at]); ++at) {
    const auto digit = static_cast<std::size_t>(data[at] - '0');
    if (at == 1 && length == 0) return refuse();
    if (digit > max_length_ || length > (max_length_ - digit) / 10) {
      return refuse();
    }
    length = 10 * length + digit;
  }
  if (at == data.size()) return false;
  if (at == 0 || data[at] != ':') return refuse();

  const std::string_view string = data.substr(at + 1);
  if (string.size() <= length) return false;
  if (string[length] != ',') return refuse();
  consume(at + 1 + length + 1);
  string_received(string.substr(0, length));
  return true;
}

// There is none, and will be none.
bool NetstringReceiver::refuse() {
  transport().lose_connection();
  return false;
}

void NetstringReceiver::send_string(std::string_view string) {
  const std::string length = std::to_string(string.size());
  transport().write_sequence(
      std::array<std::string_view, 4>{length, ":", string, ","});
}

}  // namespace reactor
