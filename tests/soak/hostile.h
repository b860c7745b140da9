// The hostile peers: what they are told to do, they do on our own core.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "net/socket.h"
#include "reactor/reactor.h"
#include "soak/kinds.h"

namespace soak {

// Says how one peer fared: as it was told, or what happened instead.
using OnEnd = std::function<void(const std::string& trouble)>;

// A peer of a client or a port; `offset` is for those that break off.
std::unique_ptr<reactor::Protocol> make_peer(reactor::Reactor& reactor,
                                             Kind kind,
                                             Victim victim,
                                             std::size_t offset,
                                             OnEnd on_end);

// A guest of the slow poetry server, which has this to send.
std::unique_ptr<reactor::Protocol> make_guest(reactor::Reactor& reactor,
                                              Kind kind,
                                              const std::string& poetry,
                                              OnEnd on_end);

// One client that connects, once, and fares as its protocol does.
void send_peer(reactor::Reactor& reactor,
               std::uint16_t port,
               std::function<std::unique_ptr<reactor::Protocol>(OnEnd)> make,
               OnEnd on_end);

// Servers of every kind. `on_end` is called for each client.
class HostileServers {
 public:
  HostileServers(reactor::Reactor& reactor, OnEnd on_end);
  // Zero for kinds that are clients only.
  const std::array<std::uint16_t, kinds>& ports() const { return ports_; }
  std::size_t open() const { return open_; }

 private:
  class Factory;

  net::Socket closed_;  // bound, and does not listen
  net::Socket full_;  // and one whose queue is full
  net::Socket first_;
  std::size_t open_ = 0;
  std::array<std::uint16_t, kinds> ports_{};
};

}  // namespace soak
