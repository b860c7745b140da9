// What names stand for.                           Python: socket.getaddrinfo()
#pragma once

#include <system_error>
#include <vector>

#include "net/address.h"

namespace net {

// The literals a name stands for, in the order to try them; a literal stands
// for itself. Waits for the name server. Any thread may call it. Throws
// std::system_error, with a reason of resolver_category() or of the system.
std::vector<Address> resolve(const Address& address);

// What getaddrinfo() says: "Name or service not known".
const std::error_category& resolver_category();

}  // namespace net
