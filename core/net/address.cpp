#include "net/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace net {
namespace {

// RFC 1035, without the final dot. Limits an IPv6 address with its zone, too.
constexpr std::size_t max_name = 253;

// Counts control characters as blanks: '\0' would end the name too early.
bool has_blanks(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

std::uint16_t parse_port(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) {
    throw std::invalid_argument("Ports must be integers.");
  }
  std::uint16_t port = 0;
  const auto end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, port);
  if (result.ec != std::errc() || port == 0) {
    throw std::invalid_argument("Ports must be between 1 and 65535.");
  }
  return port;
}

std::string parse_bracketed(std::string_view text) {
  std::string host(text.substr(1, text.size() - 2));
  if (host.size() > max_name || host.find(':') == host.npos ||
      !is_ip_address(host)) {
    throw std::invalid_argument("Only an IPv6 address stands in brackets.");
  }
  return host;
}

std::string parse_host(std::string_view text) {
  if (text.empty()) return Address().host;
  if (text.front() == '[' && text.back() == ']') return parse_bracketed(text);
  if (text.find_first_of(":[]") != text.npos) {
    throw std::invalid_argument("Addresses are [host:]port, IPv6 in brackets.");
  }
  if (text.size() > max_name) {
    throw std::invalid_argument("Host names have at most 253 bytes.");
  }
  if (has_blanks(text)) {
    throw std::invalid_argument("Host names have no blanks.");
  }
  return std::string(text);
}

}  // namespace

std::string to_string(const Address& address) {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  const std::string host = ipv6 ? '[' + address.host + ']' : address.host;
  return host + ':' + std::to_string(address.port);
}

Address parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos) return {Address().host, parse_port(text)};
  return {parse_host(text.substr(0, colon)),
          parse_port(text.substr(colon + 1))};
}

bool is_ip_address(const std::string& host) {
  if (has_blanks(host) || host.ends_with('%')) return false;
  const std::string number = host.substr(0, host.find('%'));
  in6_addr ipv6;
  in_addr ipv4;
  return ::inet_pton(AF_INET6, number.c_str(), &ipv6) == 1 ||
         ::inet_pton(AF_INET, host.c_str(), &ipv4) == 1;
}

}  // namespace net
