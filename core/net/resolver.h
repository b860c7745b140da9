// The IP addresses of a name.                     Python: socket.getaddrinfo()
#pragma once

#include <system_error>
#include <vector>

#include "net/address.h"

namespace net {

// The IP addresses of a name, in the order to try them; an IP address is its
// own. Waits for the name server. Any thread may call it. Throws
// std::system_error, with a reason of resolver_category() or of the system.
std::vector<Address> resolve(const Address& address);

// The reasons of getaddrinfo(): "Name or service not known".
const std::error_category& resolver_category();

}  // namespace net
