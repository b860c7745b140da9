// Looks a name up without waiting.      twisted.internet.base.ThreadedResolver
#pragma once

#include <functional>
#include <memory>
#include <system_error>
#include <vector>

#include "reactor/interfaces.h"

namespace reactor {

// Looks the name up in a thread; the descriptor that it returns is ready when
// the answer has come. Calls `done` once, later, with the IP addresses or with
// an error, or never if that descriptor is removed before. Throws
// std::system_error if the system has no descriptor or thread for it.
//
// The program has ten such threads at most; further names wait for them, in
// order. A name that waits is given up with its descriptor. A lookup that has
// begun cannot be cancelled: its answer is dropped.
std::shared_ptr<ReadDescriptor> start_lookup(
    ReactorFdSet& fds,
    const net::Address& name,
    std::function<void(std::vector<net::Address>, std::error_code)> done);

}  // namespace reactor
