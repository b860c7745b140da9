#include "net/socket_address.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <charconv>

namespace net {
namespace {

bool set_ipv4(SocketAddress& address, const Address& from) {
  const auto ipv4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (::inet_pton(AF_INET, from.host.c_str(), &ipv4->sin_addr) != 1) {
    return false;
  }
  ipv4->sin_family = AF_INET;
  ipv4->sin_port = htons(from.port);
  address.size = sizeof *ipv4;
  return true;
}

bool set_number(std::uint32_t& number, const std::string& digits) {
  const char* const end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, number);
  return error == std::errc() && last == end;
}

void set_ipv6(SocketAddress& address,
              const Address& from,
              std::error_code& error) {
  const auto ipv6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  const auto percent = from.host.find('%');
  const std::string number = from.host.substr(0, percent);
  ::inet_pton(AF_INET6, number.c_str(), &ipv6->sin6_addr);
  ipv6->sin6_family = AF_INET6;
  ipv6->sin6_port = htons(from.port);
  address.size = sizeof *ipv6;
  if (percent == from.host.npos) return;
  const std::string zone = from.host.substr(percent + 1);
  ipv6->sin6_scope_id = ::if_nametoindex(zone.c_str());
  if (ipv6->sin6_scope_id == 0 && !set_number(ipv6->sin6_scope_id, zone)) {
    error = make_error_code(std::errc::no_such_device);
  }
}

std::string with_zone(const std::string& host, std::uint32_t index) {
  if (index == 0) return host;
  char name[IF_NAMESIZE];
  const std::string number = host + '%' + std::to_string(index);
  if (!::if_indextoname(index, name)) return number;
  const std::string named = host + '%' + name;
  return is_ip_address(named) ? named : number;
}

}  // namespace

SocketAddress to_socket_address(const Address& from, std::error_code& error) {
  SocketAddress address;
  error.clear();
  if (!set_ipv4(address, from)) set_ipv6(address, from, error);
  return address;
}

Address to_address(const SocketAddress& address) {
  char host[INET6_ADDRSTRLEN];
  if (address.storage.ss_family == AF_INET) {
    const auto ipv4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
    ::inet_ntop(AF_INET, &ipv4->sin_addr, host, sizeof host);
    return {host, ntohs(ipv4->sin_port)};
  }
  const auto ipv6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
  if (IN6_IS_ADDR_V4MAPPED(&ipv6->sin6_addr)) {
    ::inet_ntop(AF_INET, &ipv6->sin6_addr.s6_addr[12], host, sizeof host);
    return {host, ntohs(ipv6->sin6_port)};
  }
  ::inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof host);
  return {with_zone(host, ipv6->sin6_scope_id), ntohs(ipv6->sin6_port)};
}

}  // namespace net
