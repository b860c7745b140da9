// Protocols and their factories.
//                                            twisted.internet.protocol
//
// Programs derive from these classes; connections, ports and connectors call
// them.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <system_error>

#include "net/address.h"

namespace reactor {

class Connector;
class Transport;

// The connection owns its protocol, and destroys it after connection_lost(). An
// exception of a callback ends the connection with Error::callback_failed.
class Protocol {  // IProtocol
 public:
  virtual ~Protocol() = default;
  // The connection calls this once. `transport` outlives the protocol.
  void make_connection(Transport& transport) {
    transport_ = &transport;
    connection_made();
  }

  virtual void connection_made() {}
  // Called before each read: the connection reads into the returned buffer, at
  // most 256 KiB at once. If it is empty, the connection uses a buffer of its
  // own; that suits all protocols but those that keep very many bytes.
  // asyncio's BufferedProtocol
  virtual std::span<char> get_buffer() { return {}; }

  // Some bytes came; the network decides how many. The view is valid during the
  // call only, unless get_buffer() returned the buffer.
  virtual void data_received(std::string_view /*data*/) {}

  // Error::connection_done is the orderly end; error.h has the other reasons.
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
  // Called before the first use and after the last. A port uses the factory as
  // long as it listens, a connector until its attempt has failed or its
  // connection is lost. If start_factory() throws, listen_tcp() throws the
  // same, and a connector's attempt fails.
  virtual void start_factory() {}
  virtual void stop_factory() {}

  // Returns the protocol for a new connection, or null to reset it. `address`
  // is the peer; for a client it is the destination passed to connect_tcp().
  virtual std::unique_ptr<Protocol> build_protocol(
      const net::Address& address) = 0;

  // Each user calls these when its use begins and ends.
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

// Every connect() has one outcome: a failure, or a lost connection.
class ClientFactory : public ProtocolFactory {  // protocol.ClientFactory
 public:
  virtual void started_connecting(Connector&) {}
  virtual void client_connection_failed(Connector&, std::error_code) {}
  // Called after connection_lost() of the protocol.
  virtual void client_connection_lost(Connector&, std::error_code) {}
};

}  // namespace reactor
