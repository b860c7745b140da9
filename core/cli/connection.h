// How a server sets up and ends its connections.
#pragma once

#include <string>

#include "cli/server_options.h"
#include "net/socket.h"

namespace cli {

// Sets the options of a listening socket, which its connections inherit:
// --sndbuf, --send-timeout, and that each chunk is sent at once. Throws
// std::system_error.
void set_up_connections(int listener, const ServerOptions& options);

// Logs the error of accept(), and waits a second. An error that lasts is logged
// once. Does nothing if a signal has interrupted the call. Throws
// std::system_error if the socket does not listen any more.
void accept_failed();

// The last thing before a connection is closed; errors are logged; `how` is
// ServerOptions::fail.
//   "close": all bytes arrive, and then the end of the stream. Waits until the
//            client closes too, or has sent nothing for one second, but no
//            longer than five seconds.
//   "reset": the close that follows resets the connection.
//   "stall": waits until the client leaves.
void end_connection(const net::Socket& sock, const std::string& how);

}  // namespace cli
