// Get a poem: for any program with a reactor.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <system_error>

#include "reactor/reactor.h"

// Why there is no poem.
struct PoetryFailure {
  std::error_code reason;
  // The bytes that arrived; null if there was no connection.
  std::optional<std::string> partial;
};

// Asks for a poem and returns at once. Later it calls one of the two functions,
// once: `callback` with the whole poem, or `errback`, also when the reactor
// stops. A poem of more than `max_bytes` fails with std::errc::message_size.
void get_poetry(reactor::Reactor& reactor,
                const net::Address& address,
                std::function<void(std::string poem)> callback,
                std::function<void(PoetryFailure failure)> errback,
                std::size_t max_bytes = std::size_t{1} << 30,
                reactor::Duration timeout = std::chrono::seconds(30));
