// The server's half of TCP: listens and accepts.  twisted.internet.tcp.Port
//
// For the reactor, which passes itself. ReactorTcp, in interfaces.h, says what
// listening promises.
#pragma once

#include <memory>

#include "reactor/interfaces.h"
#include "reactor/internal.h"

namespace reactor {

std::shared_ptr<ListeningPort> start_port(
    InternalReactor& reactor,
    const net::Address& address,
    std::shared_ptr<ProtocolFactory> factory);

}  // namespace reactor
