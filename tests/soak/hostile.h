// The hostile peers, which use our own core.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "net/socket.h"
#include "reactor/reactor.h"
#include "soak/kinds.h"

namespace soak {

// Called at the end of a peer. `trouble` is empty, or says what went wrong.
using OnEnd = std::function<void(const std::string& trouble)>;

// A peer of a client or a port. `offset` is where a peer breaks off that does.
std::unique_ptr<reactor::Protocol> make_peer(reactor::Reactor& reactor,
                                             Kind kind,
                                             Subject subject,
                                             std::size_t offset,
                                             OnEnd on_end);

// A client of the slow poetry server, which serves `poetry`.
std::unique_ptr<reactor::Protocol> make_server_client(reactor::Reactor& reactor,
                                                      Kind kind,
                                                      const std::string& poetry,
                                                      OnEnd on_end);

// Connects once, as a client with the protocol that `make` makes.
void send_peer(reactor::Reactor& reactor,
               std::uint16_t port,
               std::function<std::unique_ptr<reactor::Protocol>(OnEnd)> make,
               OnEnd on_end);

// Servers of every kind. `on_end` is called for each client.
class HostileServers {
 public:
  HostileServers(reactor::Reactor& reactor, OnEnd on_end);
  // Zero for the kinds that only clients have.
  const std::array<std::uint16_t, kinds>& ports() const { return ports_; }
  std::size_t open() const { return open_; }

 private:
  class Factory;

  net::Socket closed_;  // bound, and does not listen
  net::Socket full_;  // its queue is full
  net::Socket first_;
  std::size_t open_ = 0;
  std::array<std::uint16_t, kinds> ports_{};
};

}  // namespace soak
