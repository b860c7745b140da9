// Several attempts to connect, of which one is enough.   RFC 8305, section 5
//
// For the .cpp files of this directory.
#pragma once

#include <chrono>
#include <optional>
#include <system_error>
#include <vector>

#include "net/address.h"
#include "net/socket.h"

namespace net {

// Connects to the IP address that accepts first, and returns a blocking socket.
// They are tried in this order: the next one when all others have failed, or
// 250 ms after the last one began. Throws std::system_error: timed_out after
// the deadline, or the last reason of a server; without one, the last reason of
// this machine.
Socket connect_to_any(
    const std::vector<Address>& ip_addresses,
    std::optional<std::chrono::steady_clock::time_point> deadline);

// start_connect() with these flags of socket(); without SOCK_NONBLOCK it waits
// for the result.
Socket start_connect(const Address& ip_address,
                     std::error_code& error,
                     int flags);

}  // namespace net
