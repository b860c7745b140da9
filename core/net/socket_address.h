// An address as the system calls take it.         Python: what `socket`
// converts
//
// For the .cpp files of this directory.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <system_error>

#include "net/address.h"

namespace net {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  // It is in the same place for IPv4 and IPv6.
  in_port_t port() const {
    return reinterpret_cast<const sockaddr_in*>(&storage)->sin_port;
  }
};

// The host of `from` is an IP address. Sets `error` if its zone is neither the
// name of an interface here nor a number.
SocketAddress to_socket_address(const Address& from, std::error_code& error);

// An IPv4 address that is mapped into IPv6 becomes the IPv4 address. A zone is
// the name of its interface, if that can be typed, or its number.
Address to_address(const SocketAddress& address);

}  // namespace net
