// Looks a name up without waiting.      twisted.internet.base.ThreadedResolver
#pragma once

#include <functional>
#include <memory>
#include <system_error>
#include <vector>

#include "reactor/interfaces.h"

namespace reactor {

// Asks in another thread, and waits for the answer like for any other
// descriptor. Calls `done` once, later, with what the name stands for or with
// an error; never if the descriptor that is returned is removed before. (The
// name server cannot be told to stop: what it says then is thrown away.)
// Throws std::system_error if there is no descriptor or thread to be had.
std::shared_ptr<ReadDescriptor> start_lookup(
    ReactorFdSet& fds,
    const net::Address& name,
    std::function<void(std::vector<net::Address>, std::error_code)> done);

}  // namespace reactor
