// Helpers of the protocol tests: a transport without a network, ways to cut a
// stream, and a count of allocations.
#pragma once

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/interfaces.h"

namespace rig {

// Keeps the written bytes, and does nothing by itself.
class FakeTransport final : public reactor::Transport {
 public:
  void write(std::string_view data) override { written += data; }
  void lose_connection() override { ++losses; }
  void lose_write_connection() override {}
  void abort_connection(
      std::error_code why = reactor::Error::connection_aborted) override {
    ++aborts;
    reason = why;
  }
  bool disconnecting() const override { return losses + aborts > 0; }
  void pause_producing() override { paused = true; }
  void resume_producing() override {
    paused = false;
    on_resume();
  }
  void register_producer(std::shared_ptr<reactor::Producer>, bool) override {}
  void unregister_producer() override {}
  void set_tcp_no_delay(bool) override {}
  bool tcp_no_delay() const override { return false; }
  void set_tcp_keep_alive(bool) override {}
  bool tcp_keep_alive() const override { return false; }
  net::Address peer() const override { return {"127.0.0.1", 1}; }
  net::Address host() const override { return {"127.0.0.1", 2}; }

  std::string written;
  int losses = 0;
  int aborts = 0;
  bool paused = false;
  std::error_code reason;
  std::function<void()> on_resume = [] {};
};

// Passes the stream in pieces of this size, or of random sizes up to it.
void feed(reactor::Protocol& protocol, std::string_view all, std::size_t size);
void feed(reactor::Protocol& protocol,
          std::string_view all,
          std::size_t most,
          std::mt19937& random);

// A random string of these bytes.
std::string any_of(std::string_view bytes,
                   std::size_t size,
                   std::mt19937& random);

// Counts the allocations with new since its construction.
class Allocations {
 public:
  Allocations();
  std::size_t count() const;
  std::size_t live() const;  // bytes
  std::size_t peak() const;  // of live()

 private:
  std::size_t count_before_;
  std::size_t live_before_;
};

}  // namespace rig
