// The interfaces between a program and a reactor.  twisted.internet.interfaces
//
// Start here. Names are Twisted's, without the I and in snake_case; the Twisted
// name of each class stands beside it.
//
// Lifetimes, once for all of them:
//   - Nothing the reactor holds dies while a callback runs. What is removed,
//     cancelled or lost is only put aside, and let go of between two rounds.
//   - A registered descriptor is alive: the reactor holds a reference to it.
//   - connection_lost() is the last call, and it comes exactly once.
//
// Threads: everything here belongs to the thread that calls run(), except for
// call_from_thread().
//
// Errors: a reason is a std::error_code, see error.h. Callbacks may throw: that
// is logged, and ends no more than the descriptor or call it came from.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "net/address.h"
#include "reactor/delayed_call.h"
#include "reactor/error.h"
#include "reactor/producer.h"
#include "reactor/protocol.h"

namespace reactor {

// --- What a reactor watches --------------------------------------------------

class FileDescriptor {  // IFileDescriptor
 public:
  virtual ~FileDescriptor() = default;
  // The number to watch, or -1 once it is closed. It stays the same for as long
  // as the descriptor is registered.
  virtual int fileno() const = 0;

  // The end: the reactor has already removed the descriptor.
  virtual void connection_lost(std::error_code reason) = 0;

  // Heads what the reactor logs about this descriptor.
  virtual std::string log_prefix() const { return "-"; }  // ILoggingContext
};

class ReadDescriptor : public virtual FileDescriptor {  // IReadDescriptor
 public:
  // There is something to read, or reading will say what is wrong. An error
  // ends the descriptor: the reactor removes it, as a writer too, and calls
  // connection_lost() with that error.
  virtual std::error_code do_read() = 0;
};

class WriteDescriptor : public virtual FileDescriptor {  // IWriteDescriptor
 public:
  // There is room to write, or writing will say what is wrong. Errors are as in
  // do_read().
  virtual std::error_code do_write() = 0;
};

// --- A connection, from the program's side -----------------------------------

class Transport : public Consumer {  // ITransport, ITCPTransport
 public:
  // Sends the bytes, in order, as soon as the other side takes them. Never
  // waits, and copies what it cannot send at once. Does nothing once the
  // connection is lost, or being lost.
  virtual void write(std::string_view data) = 0;
  virtual void write_sequence(std::span<const std::string_view> data) = 0;

  // Closes the connection once everything written is sent; what a producer has
  // yet to write, too, until it is unregistered. No data is received from now
  // on; connection_lost() comes later, with Error::connection_done.
  virtual void lose_connection() = 0;

  // Closes the connection at once: what is not sent never will be, and the
  // other side gets a reset. connection_lost() comes later, with `reason`.
  virtual void abort_connection(
      std::error_code reason = Error::connection_aborted) = 0;

  // From either of these on, and once the connection is lost.
  virtual bool disconnecting() const = 0;

  // IPushProducer: no data is received, and no end of it noticed, until
  // resume_producing().
  virtual void pause_producing() = 0;
  virtual void resume_producing() = 0;

  // Both are numbers, and stay known after the connection is lost.
  virtual net::Address peer() const = 0;  // getPeer
  virtual net::Address host() const = 0;  // getHost
};

// A factory is told of it by reference, which lasts for the call: who wants to
// connect later keeps what connect_tcp() returned.
class Connector {  // IConnector
 public:
  virtual ~Connector() = default;
  // Once more, after it failed or was lost. Throws std::system_error with
  // Error::already_connecting at any other time.
  virtual void connect() = 0;
  // Gives up an attempt, loses a connection, or has nothing to do.
  virtual void disconnect() = 0;
  // As connect_tcp() was given it.
  virtual net::Address destination() const = 0;  // getDestination
};

class ListeningPort {  // IListeningPort
 public:
  virtual ~ListeningPort() = default;
  // Connections that stand already are not touched.
  virtual void stop_listening() = 0;
  // With the port the system chose, if it was asked to; known for ever.
  virtual net::Address host() const = 0;  // getHost
};

// --- Reactors ----------------------------------------------------------------

class ReactorCore {  // IReactorCore
 public:
  virtual ~ReactorCore() = default;
  // Calls the callbacks until one of them calls stop(). Then everybody who is
  // left is told that the connection is lost, and run() returns. With nothing
  // to do it waits. Throws std::system_error: Error::reactor_already_running
  // from within, Error::reactor_not_restartable the second time, and, when all
  // were told, the system's reason if there is no way to wait any more.
  virtual void run() = 0;

  // Ends run() after this round. Throws std::system_error with
  // Error::reactor_not_running unless running().
  virtual void stop() = 0;
  // From the beginning of run() until stop().
  virtual bool running() const = 0;
  // Calls at the beginning of run(), in this order; at once when running().
  virtual void call_when_running(std::function<void()> callback) = 0;
};

class ReactorFdSet {  // IReactorFDSet
 public:
  virtual ~ReactorFdSet() = default;
  // Adding twice is adding once. Throws std::system_error, and adds nothing, if
  // the number cannot be watched or another object has registered it.
  virtual void add_reader(std::shared_ptr<ReadDescriptor> reader) = 0;
  virtual void add_writer(std::shared_ptr<WriteDescriptor> writer) = 0;

  // Does nothing if it is not registered. Remove before you close.
  virtual void remove_reader(const ReadDescriptor& reader) = 0;
  virtual void remove_writer(const WriteDescriptor& writer) = 0;

  virtual std::vector<std::shared_ptr<ReadDescriptor>> readers() const = 0;
  virtual std::vector<std::shared_ptr<WriteDescriptor>> writers() const = 0;

  // Removes them all, and returns each once. They are told nothing.
  virtual std::vector<std::shared_ptr<FileDescriptor>> remove_all() = 0;

  // Ours: keeps who waits for nothing just now alive, and when the reactor
  // stops tells them connection_lost() as if they were registered.
  virtual void keep(std::shared_ptr<FileDescriptor> descriptor) = 0;
  virtual void forget(const FileDescriptor& descriptor) = 0;
};

class ReactorTime {  // IReactorTime
 public:
  virtual ~ReactorTime() = default;
  virtual Clock::time_point now() const = 0;  // seconds
  // Calls once, not before `delay` has passed and never from within; what is
  // due at the same time is called in the order it was asked for. Forgetting
  // the DelayedCall does not cancel it. Throws std::invalid_argument for less
  // than zero.
  virtual DelayedCall call_later(Clock::duration delay,
                                 std::function<void()> callback) = 0;
};

class ReactorTcp {  // IReactorTCP
 public:
  virtual ~ReactorTcp() = default;
  // Connects in the background; a name is looked up there too. What comes of
  // it, the factory is told; never before this call has returned. An attempt
  // that takes longer than `timeout` fails with std::errc::timed_out.
  virtual std::shared_ptr<Connector> connect_tcp(
      const std::string& host,
      std::uint16_t port,
      std::shared_ptr<ClientFactory> factory,
      Clock::duration timeout = std::chrono::seconds(30)) = 0;

  // See net::listen(). Throws std::system_error if it cannot.
  virtual std::shared_ptr<ListeningPort> listen_tcp(
      const net::Address& address,
      std::shared_ptr<ProtocolFactory> factory) = 0;
};

class ReactorFromThreads {  // IReactorFromThreads
 public:
  virtual ~ReactorFromThreads() = default;
  // From any thread: calls in the reactor's thread, in the order of asking.
  // What is not called before the reactor stops is dropped. The reactor has to
  // be alive.
  virtual void call_from_thread(std::function<void()> callback) = 0;
};

}  // namespace reactor
