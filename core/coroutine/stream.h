// A TCP connection for coroutines.
#pragma once

#include <memory>
#include <string_view>

#include "coroutine/coroutine.h"
#include "reactor/interfaces.h"

namespace reactor {

class StreamState;

// The result of co_await connect(), see below. One coroutine at a time may wait
// for it. After its destruction, what was written is sent, and then the
// connection is closed.
//
// The reactor stops reading from a connection as long as no coroutine waits in
// read().
class Stream {
 public:
  class Read;
  class Write;

  explicit Stream(std::shared_ptr<StreamState> state);
  Stream(Stream&&) = default;
  Stream& operator=(Stream&&) = delete;
  ~Stream();

  // co_await read() waits for some bytes, which are valid until the next
  // co_await. There are none when the other side has closed the connection.
  // Throws std::system_error with the reason if the connection ends otherwise.
  Read read() const;

  // co_await write(data) waits until no more than 64 KiB are unsent. Throws
  // std::system_error when the connection is lost.
  Write write(std::string_view data) const;

  // Ends the connection. A coroutine that waits for it gets the reason as an
  // exception, later. This is how a call_later() limits the time of a wait.
  void abort(std::error_code reason = Error::connection_aborted) const;

 private:
  std::shared_ptr<StreamState> state_;
};

class [[nodiscard]] Stream::Read {
 public:
  explicit Read(StreamState& state)
      : state_(state) {}
  Read(const Read&) = delete;
  Read& operator=(const Read&) = delete;
  ~Read();

  bool await_ready() const;
  void await_suspend(std::coroutine_handle<> waiter);
  std::string_view await_resume() const;

 private:
  StreamState& state_;
};

class [[nodiscard]] Stream::Write {
 public:
  Write(StreamState& state, std::string_view data);
  Write(const Write&) = delete;
  Write& operator=(const Write&) = delete;
  ~Write();

  bool await_ready() const;
  void await_suspend(std::coroutine_handle<> waiter);
  void await_resume() const;

 private:
  StreamState& state_;
};

// See connect().
class [[nodiscard]] Connect {
 public:
  Connect(ReactorTcp& tcp, net::Address address, Duration timeout);
  Connect(const Connect&) = delete;
  Connect& operator=(const Connect&) = delete;
  ~Connect();

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiter);
  Stream await_resume();

 private:
  ReactorTcp& tcp_;
  const net::Address address_;
  const Duration timeout_;
  std::shared_ptr<StreamState> state_;
};

// co_await connect(reactor, address) waits for a connection, and returns the
// Stream. Throws std::system_error with the reason if the attempt fails.
Connect connect(ReactorTcp& tcp,
                const net::Address& address,
                Duration timeout = std::chrono::seconds(30));

}  // namespace reactor
