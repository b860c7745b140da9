// What a program says to a connection: protocols and their factories.
//                                            twisted.internet.protocol
//
// For programs to derive from, and for connections, ports and connectors to
// call; what they are called with stands in interfaces.h.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <system_error>

#include "net/address.h"

namespace reactor {

class Connector;
class Transport;

// Its connection owns it, and destroys it after connection_lost(). What is
// thrown here ends the connection, with Error::callback_failed.
class Protocol {  // IProtocol
 public:
  virtual ~Protocol() = default;
  // Called by the connection, once: `transport` outlives the protocol.
  void make_connection(Transport& transport) {
    transport_ = &transport;
    connection_made();
  }

  virtual void connection_made() {}
  // Asked before each read: where the bytes are to be put. With nothing the
  // connection has a place for them, which suits all but those who keep very
  // many. At most 256 KiB are read at once.  asyncio's BufferedProtocol
  virtual std::span<char> get_buffer() { return {}; }

  // Some bytes came; how many is up to the network. The view is valid during
  // the call only; or it is the beginning of what get_buffer() lent.
  virtual void data_received(std::string_view /*data*/) {}

  // Error::connection_done is the orderly end; what else there is, see error.h.
  virtual void connection_lost(std::error_code /*reason*/) {}

 protected:
  // Not before connection_made().
  Transport& transport() const { return *transport_; }

 private:
  Transport* transport_ = nullptr;
};

class ProtocolFactory {  // IProtocolFactory
 public:
  virtual ~ProtocolFactory() = default;
  // Before its first use and after its last, however many use it: a port as
  // long as it listens, a connector until it has failed or was lost. What
  // start_factory() throws, listen_tcp() throws; or it fails the attempt.
  virtual void start_factory() {}
  virtual void stop_factory() {}

  // A connection stands: who is to talk over it? Null refuses it. `address` is
  // the peer; for a client the destination, as connect_tcp() was given it.
  virtual std::unique_ptr<Protocol> build_protocol(
      const net::Address& address) = 0;

  // Called by each of those who use it, when that begins and when it is over.
  void do_start() {
    if (users_ == 0) start_factory();
    ++users_;
  }
  void do_stop() {
    if (--users_ == 0) stop_factory();
  }

 private:
  int users_ = 0;
};

// Every connect() has one outcome: a failure, or a connection that is lost.
class ClientFactory : public ProtocolFactory {  // protocol.ClientFactory
 public:
  virtual void started_connecting(Connector&) {}
  virtual void client_connection_failed(Connector&, std::error_code) {}
  // The protocol was told before.
  virtual void client_connection_lost(Connector&, std::error_code) {}
};

}  // namespace reactor
