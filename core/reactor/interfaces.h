// The interfaces between a program and a reactor.  twisted.internet.interfaces
//
// Start here. Names are Twisted's, without the I and in snake_case; the Twisted
// name of each class stands beside it.
//
// Lifetimes, once for all of them:
//   - The reactor destroys nothing while a callback runs. Removed descriptors,
//     cancelled calls and lost connections are destroyed between callbacks,
//     before the next wait at the latest.
//   - A registered descriptor exists: the reactor holds a reference to it.
//   - connection_lost() is the last call, and it comes once. A descriptor that
//     the program has removed itself does not get it.
//
// Threads: everything here belongs to the thread that calls run(), except for
// call_from_thread().
//
// Times: a Duration is made from any duration of std::chrono, see
// net/duration.h.
//
// Errors: a reason is a std::error_code, see error.h. Callbacks may throw. The
// reactor logs the exception and ends only the descriptor or call that threw
// it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
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
  // The number to watch, or -1 when it is closed. It stays the same as long as
  // the descriptor is registered.
  virtual int fileno() const = 0;

  // The last call. The reactor has already removed the descriptor.
  virtual void connection_lost(std::error_code reason) = 0;

  // The beginning of each line that the reactor logs about this descriptor.
  virtual std::string log_prefix() const { return "-"; }  // ILoggingContext
};

class ReadDescriptor : public virtual FileDescriptor {  // IReadDescriptor
 public:
  // There is something to read, or reading reports an error. As long as that is
  // so, this is called in each iteration. If it returns an error, the reactor
  // removes the descriptor, as a writer too, and calls connection_lost() with
  // that error.
  virtual std::error_code do_read() = 0;
};

class WriteDescriptor : public virtual FileDescriptor {  // IWriteDescriptor
 public:
  // There is room to write, or writing reports an error. Errors are returned as
  // by do_read().
  virtual std::error_code do_write() = 0;
};

// --- A connection, from the program's side -----------------------------------

// When the other side ends its sending, the connection receives no more data.
// It ends with Error::connection_done as soon as everything written is sent and
// a producer that was paused, or asked for data, has nothing more to write.
class Transport : public Consumer {  // ITransport, ITCPTransport
 public:
  // Sends the bytes, in order, as soon as the other side takes them. Never
  // waits, and copies what it cannot send at once. Does nothing after
  // lose_, lose_write_ or abort_connection(), or when the connection is lost.
  virtual void write(std::string_view data) = 0;
  // One write() of all parts.
  void write_sequence(std::span<const std::string_view> parts) {
    std::string data;
    for (const std::string_view part : parts) {
      data += part;
    }
    write(data);
  }

  // Closes the connection when everything written is sent. A registered
  // producer may go on writing until it is unregistered. The connection
  // receives no more data. connection_lost() comes later, with
  // Error::connection_done, or with the error if sending fails.
  virtual void lose_connection() = 0;

  // Ends the stream when everything written is sent, as shutdown(2) does. The
  // connection goes on receiving, and ends when the other side closes it. So a
  // peer that is still sending does not lose what was sent to it.
  virtual void lose_write_connection() = 0;

  // Closes the connection at once. Unsent data is dropped, and the other side
  // gets a reset. connection_lost() comes later, with `reason`.
  virtual void abort_connection(
      std::error_code reason = Error::connection_aborted) = 0;

  // True after lose_connection() or abort_connection(), and when the connection
  // is lost.
  virtual bool disconnecting() const = 0;

  // IPushProducer: until resume_producing() the connection receives no data and
  // does not notice its end.
  virtual void pause_producing() = 0;
  virtual void resume_producing() = 0;

  // With no delay, each write is sent at once. Without it, which is the
  // default, the system may hold a small write back until the other side has
  // acknowledged the one before: two small writes can take 40 ms.
  virtual void set_tcp_no_delay(bool enabled) = 0;  // setTcpNoDelay
  virtual bool tcp_no_delay() const = 0;  // getTcpNoDelay
  // With keep-alive, the system finds out that the other side is gone although
  // no data is sent: after two hours, if it is not configured otherwise.
  virtual void set_tcp_keep_alive(bool enabled) = 0;  // setTcpKeepAlive
  virtual bool tcp_keep_alive() const = 0;  // getTcpKeepAlive

  // Both are numeric, and remain known after the connection is lost.
  virtual net::Address peer() const = 0;  // getPeer
  virtual net::Address host() const = 0;  // getHost
};

// Factories get a reference that is valid during the call only. In order to
// connect again later, keep the pointer that connect_tcp() returned.
class Connector {  // IConnector
 public:
  virtual ~Connector() = default;
  // Connects again after a failure or a lost connection. Throws
  // std::system_error with Error::already_connecting at any other time.
  virtual void connect() = 0;
  // Gives up an attempt or loses a connection; otherwise does nothing.
  virtual void disconnect() = 0;
  // The address that was passed to connect_tcp().
  virtual net::Address destination() const = 0;  // getDestination
};

class ListeningPort {  // IListeningPort
 public:
  virtual ~ListeningPort() = default;
  // Stops accepting, and closes the socket. Accepted connections stay open.
  virtual void stop_listening() = 0;
  // The address has the port number that the system chose if 0 was passed. It
  // remains known after stop_listening().
  virtual net::Address host() const = 0;  // getHost
  // The listening socket, for setsockopt(2): its connections inherit most
  // options. -1 after stop_listening().
  virtual int fileno() const = 0;
};

// --- Reactors ----------------------------------------------------------------

class ReactorCore {  // IReactorCore
 public:
  virtual ~ReactorCore() = default;
  // Calls the callbacks until one of them calls stop(). Then calls
  // connection_lost() of each remaining descriptor, and returns. With nothing
  // to do it waits. Throws std::system_error: Error::reactor_already_running
  // within a callback, Error::reactor_not_restartable the second time, and the
  // system's error, after all connection_lost(), if waiting is impossible.
  virtual void run() = 0;

  // Instead of run(), for a program with a loop of its own: one iteration,
  // which waits for at most `max_wait`, and not at all if that is negative. The
  // first one starts the reactor. After stop(), the iteration ends it as run()
  // does. Throws as run() does.
  virtual void iterate(Duration max_wait = std::chrono::seconds(0)) = 0;
  // When such a program has to call iterate(): when fileno() is readable, and
  // after timeout() at the latest, if there is one. fileno() is -1 if the
  // poller has no such descriptor; only epoll has one. It is not readable for a
  // file on a disk. Each call_later() may change timeout().
  virtual int fileno() const = 0;
  virtual std::optional<std::chrono::milliseconds> timeout() const = 0;

  // Ends run() after this iteration. Throws std::system_error with
  // Error::reactor_not_running unless running().
  virtual void stop() = 0;
  // From the beginning of run() until stop().
  virtual bool running() const = 0;
  // Runs the callbacks at the beginning of run(), in the order in which they
  // were passed. If running(), runs the callback at once.
  virtual void call_when_running(std::function<void()> callback) = 0;
};

class ReactorFdSet {  // IReactorFDSet
 public:
  virtual ~ReactorFdSet() = default;
  // Does nothing if it is registered already. Throws std::system_error, and
  // adds nothing, if the number cannot be watched or belongs to another
  // registered object.
  virtual void add_reader(std::shared_ptr<ReadDescriptor> reader) = 0;
  virtual void add_writer(std::shared_ptr<WriteDescriptor> writer) = 0;

  // Does nothing if it is not registered. Remove a descriptor before you close
  // it.
  virtual void remove_reader(const ReadDescriptor& reader) = 0;
  virtual void remove_writer(const WriteDescriptor& writer) = 0;

  virtual std::vector<std::shared_ptr<ReadDescriptor>> readers() const = 0;
  virtual std::vector<std::shared_ptr<WriteDescriptor>> writers() const = 0;
};

class ReactorTime {  // IReactorTime
 public:
  virtual ~ReactorTime() = default;
  virtual Clock::time_point now() const = 0;  // IReactorTime.seconds()
  // Makes this call once, when `delay` has passed, and never in call_later().
  // Calls that are due at the same time are made in the order in which they
  // were scheduled. Destroying the DelayedCall does not cancel the call. Throws
  // std::invalid_argument for a negative delay.
  virtual DelayedCall call_later(Duration delay,
                                 std::function<void()> callback) = 0;
};

class ReactorTcp {  // IReactorTCP
 public:
  virtual ~ReactorTcp() = default;
  // Connects in the background, and looks up a name there too. The factory gets
  // the outcome, never before this call has returned. The addresses of a name
  // are tried in turn: the next one when one has failed, or has not answered
  // for 250 ms. An attempt that takes longer than `timeout` fails with
  // std::errc::timed_out. Throws std::invalid_argument for a negative timeout.
  virtual std::shared_ptr<Connector> connect_tcp(
      const std::string& host,
      std::uint16_t port,
      std::shared_ptr<ClientFactory> factory,
      Duration timeout = std::chrono::seconds(30)) = 0;

  // See net::listen(). Throws std::system_error if listening is impossible.
  virtual std::shared_ptr<ListeningPort> listen_tcp(
      const net::Address& address,
      std::shared_ptr<ProtocolFactory> factory) = 0;
};

class ReactorFromThreads {  // IReactorFromThreads
 public:
  virtual ~ReactorFromThreads() = default;
  // Any thread may call this. The reactor runs the callbacks in its own thread,
  // in the order in which they were passed. It drops those that it has not run
  // when it stops. The reactor has to exist.
  virtual void call_from_thread(std::function<void()> callback) = 0;
};

}  // namespace reactor
