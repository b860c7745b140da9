// Common parts of the targets that cut streams: a transport without a network,
// and a reader that checks when it is called.
// The content of a piece decides what is done when it is received, never the
// way in which the stream is cut. So the results must not depend on that
// either.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "check.h"
#include "reactor/interfaces.h"

namespace fuzz {

class NoTransport final : public reactor::Transport {
 public:
  void write(std::string_view data) override { written += data; }
  void lose_connection() override { lost = true; }
  void lose_write_connection() override {}
  void abort_connection(std::error_code) override { lost = true; }
  bool disconnecting() const override { return lost; }
  void pause_producing() override { paused = true; }
  void resume_producing() override { paused = false; }
  void register_producer(std::shared_ptr<reactor::Producer>, bool) override {}
  void unregister_producer() override {}
  void set_tcp_no_delay(bool) override {}
  bool tcp_no_delay() const override { return false; }
  void set_tcp_keep_alive(bool) override {}
  bool tcp_keep_alive() const override { return false; }
  net::Address peer() const override { return {}; }
  net::Address host() const override { return {}; }

  std::string written;
  bool lost = false;
  bool paused = false;
};

template <typename Receiver>
class Reader : public Receiver {
 public:
  Reader() { this->make_connection(transport_); }

  // The received pieces, in order.
  const std::string& trace() const { return trace_; }
  std::string& written() { return transport_.written; }

  // Behaves like a transport: passes on nothing once the connection is lost, or
  // while it is paused. After an exception it goes on, to test that the
  // receiver can.
  void feed(std::string_view data) {
    if (transport_.lost) return;
    attempt([&] { this->data_received(data); });
    while (again_) {
      again_ = false;
      attempt([&] { this->resume_producing(); });
    }
    check(this->unparsed().size() <= max_kept(), "the buffer is bounded");
    check(!transport_.lost || this->unparsed().empty(),
          "nothing is buffered after the end");
  }

 protected:
  virtual std::size_t max_kept() const = 0;

  // note() checks each callback; received() also does what the piece says.
  void note(std::string_view what) {
    check(!transport_.lost, "nothing comes after the end");
    check(!transport_.paused, "nothing comes while it is paused");
    check(!busy_, "nothing comes from within");
    trace_ += what;
  }
  void received(std::string_view piece) {
    note(piece);
    trace_ += '\n';
    busy_ = true;
    obey(piece);
    busy_ = false;
    if (piece.starts_with('t')) throw std::runtime_error("a callback");
  }

 private:
  void obey(std::string_view piece) {
    if (piece.starts_with('p') || piece.starts_with('P')) {
      this->pause_producing();
      again_ = piece.front() == 'p';
      if (!again_) this->resume_producing();
    }
    if (piece.starts_with('l')) this->transport().lose_connection();
    if (piece.starts_with('a')) this->transport().abort_connection();
  }

  template <typename Call>
  void attempt(Call call) {
    try {
      call();
    } catch (const std::runtime_error&) {
      again_ = true;
    }
  }

  NoTransport transport_;
  std::string trace_;
  bool again_ = false;
  bool busy_ = false;
};

// Passes the stream at once, byte by byte, and in pieces of the given sizes in
// turn, to readers that `make` returns. Returns the received pieces.
template <typename Make>
std::string check_cuts(std::string_view stream,
                       std::span<const std::uint8_t> sizes,
                       Make make) {
  auto at_once = make();
  at_once.feed(stream);
  auto bytes = make();
  for (const char& byte : stream) {
    bytes.feed({&byte, 1});
  }
  check(bytes.trace() == at_once.trace(), "byte by byte is as at once");
  auto pieces = make();
  for (std::size_t i = 0, from = 0; from < stream.size(); ++i) {
    const std::size_t size = sizes[i % sizes.size()] + 1U;
    pieces.feed(stream.substr(from, size));
    from += size;
  }
  check(pieces.trace() == at_once.trace(), "in pieces is as at once");
  return at_once.trace();
}

}  // namespace fuzz
