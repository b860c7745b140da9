// One attempt to connect: to each address of a name until one accepts.
//                                     twisted.internet.endpoints.HostnameEndpoint
#pragma once

#include <functional>
#include <memory>
#include <system_error>
#include <vector>

#include "net/socket.h"
#include "reactor/interfaces.h"
#include "reactor/internal.h"

namespace reactor {

class ConnectingSocket;

// Must be stopped, or over, before it is destroyed: until then the reactor may
// call it.
class Attempt {
 public:
  // A socket that is connected, and an error if it has been reset since then.
  // Or no socket, and the reason why.
  struct Outcome {
    net::Socket sock;
    net::Address peer;
    std::error_code error;
  };
  using Done = std::function<void(Outcome)>;

  explicit Attempt(InternalReactor& reactor)
      : reactor_(reactor) {}

  // Replaces an earlier call, which is cancelled.
  void call_later(Clock::duration delay, std::function<void()> call);
  bool is_call_pending() const { return call_.active(); }

  // Calls `done` once, unless the attempt is stopped before. The timeout is for
  // the lookup and all addresses together.
  void start(const net::Address& destination,
             Clock::duration timeout,
             Done done);

  // Closes the sockets, and makes no more calls.
  void stop();

 private:
  friend class ConnectingSocket;

  void look_up(const net::Address& name);
  void try_all(std::vector<net::Address> ip_addresses, std::error_code error);
  void try_next();
  std::error_code try_address(const net::Address& ip_address);
  void writable(ConnectingSocket& socket);
  void end(Outcome outcome);

  InternalReactor& reactor_;
  Done done_;
  DelayedCall call_;
  DelayedCall next_call_;  // of try_next()
  std::shared_ptr<ReadDescriptor> lookup_;
  std::vector<net::Address> ip_addresses_;  // to be tried, the next one last
  std::vector<std::shared_ptr<ConnectingSocket>> sockets_;
  std::error_code error_;  // the last one of a server
  std::error_code own_error_;  // the last one of this machine
};

}  // namespace reactor
