#include "net/socket_address.h"

#include <arpa/inet.h>
#include <net/if.h>

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

bool set_ipv6(SocketAddress& address, const Address& from) {
  const auto ipv6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  const auto percent = from.host.find('%');
  const std::string number = from.host.substr(0, percent);
  if (::inet_pton(AF_INET6, number.c_str(), &ipv6->sin6_addr) != 1) {
    return false;
  }
  ipv6->sin6_family = AF_INET6;
  ipv6->sin6_port = htons(from.port);
  if (percent != from.host.npos) {
    const std::string scope = from.host.substr(percent + 1);
    ipv6->sin6_scope_id = ::if_nametoindex(scope.c_str());
  }
  address.size = sizeof *ipv6;
  return true;
}

}  // namespace

SocketAddress to_socket_address(const Address& from) {
  SocketAddress address;
  if (!set_ipv4(address, from)) set_ipv6(address, from);
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
  } else {
    ::inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof host);
  }
  return {host, ntohs(ipv6->sin6_port)};
}

}  // namespace net
