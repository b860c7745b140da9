// The client's half of TCP: connects.        twisted.internet.tcp.Connector
//
// For the reactor, which passes itself. ReactorTcp, in interfaces.h, says what
// connecting promises.
#pragma once

#include <memory>

#include "reactor/interfaces.h"
#include "reactor/internal.h"

namespace reactor {

std::shared_ptr<Connector> start_connector(
    InternalReactor& reactor,
    const net::Address& destination,
    std::shared_ptr<ClientFactory> factory,
    Clock::duration timeout);

}  // namespace reactor
