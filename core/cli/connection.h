// What a server does with its connections, besides serving poetry.
#pragma once

#include <string>

#include "cli/server_options.h"
#include "net/socket.h"

namespace cli {

// For a listening socket, once; what it accepts inherits it: what --sndbuf and
// --send-timeout ask for, and that each chunk goes out at once. Throws
// std::system_error.
void set_up_connections(const net::Socket& listener,
                        const ServerOptions& options);

// The last thing before a connection is closed; `how` is ServerOptions::fail.
//   "close": everything that was sent arrives, and then an orderly end. Waits
//            until the client has left too, or has said nothing for one second,
//            but no longer than five seconds.
//   "reset": closing it will be a reset.
//   "stall": waits until the client leaves.
void end_connection(const net::Socket& sock, const std::string& how);

}  // namespace cli
