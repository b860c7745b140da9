// A TCP address: where a poem is served.        Python: a (host, port) tuple
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace net {

// The host is a name or an IP address, as it was typed; an IPv6 address has no
// brackets.
struct Address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;

  auto operator<=>(const Address&) const = default;
};

// "127.0.0.1:10001", "[::1]:10001", "[fe80::1%eth0]:10001".
std::string to_string(const Address& address);

// Reads "[host:]port"; without a host it is this machine. The port is decimal,
// 1 to 65535, and an IPv6 address stands in brackets. Throws
// std::invalid_argument, whose what() can be shown to the user.
Address parse_address(std::string_view text);

// Whether the host is an IP address, which need not be looked up: a dotted quad
// (not "127.1"), or IPv6 with or without a zone. The zone is not checked: its
// interface may come and go.
bool is_ip_address(const std::string& host);  // isIPAddress, isIPv6Address

}  // namespace net
