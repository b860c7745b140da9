// TCP on top of any reactor.                      twisted.internet.tcp
//
// For the reactor, which passes itself; what they promise stands with
// ReactorTcp in interfaces.h.
#pragma once

#include <memory>

#include "reactor/interfaces.h"
#include "reactor/internal.h"

namespace reactor {

std::shared_ptr<Connector> start_connector(
    InternalFdSet& fds,
    ReactorTime& time,
    const net::Address& destination,
    std::shared_ptr<ClientFactory> factory,
    Clock::duration timeout);

std::shared_ptr<ListeningPort> start_port(
    InternalFdSet& fds,
    ReactorTime& time,
    const net::Address& address,
    std::shared_ptr<ProtocolFactory> factory);

}  // namespace reactor
