// Timeouts for protocols.      twisted.protocols.policies.TimeoutMixin
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "reactor/interfaces.h"

namespace reactor {

// A delayed call that reset() postpones. Its destructor cancels it.
class Timeout final {
 public:
  Timeout(ReactorTime& time, std::function<void()> on_timeout);
  ~Timeout();

  Timeout(const Timeout&) = delete;
  Timeout& operator=(const Timeout&) = delete;

  // See TimeoutMixin::set_timeout() and reset_timeout().
  std::optional<Clock::duration> set(std::optional<Duration> period);
  void reset();

 private:
  ReactorTime& time_;
  const std::function<void()> on_timeout_;
  std::optional<Clock::duration> period_;
  DelayedCall call_;  // of the last set(), made or not
};

// A protocol with a timeout: TimeoutMixin<LineReceiver>, or any other protocol.
// There is none until set_timeout(). Only reset_timeout() restarts it: a
// protocol that limits silence calls it in data_received(); one that limits the
// time of the whole connection never does.
template <typename Base = Protocol>
class TimeoutMixin : public Base {  // TimeoutMixin
 public:
  // `time` outlives the protocol.
  explicit TimeoutMixin(ReactorTime& time)
      : timeout_(time, [this] { timeout_connection(); }) {}

  // Calls timeout_connection() once, after that period; with nullopt, never.
  // Returns the previous period. Throws std::invalid_argument, and changes
  // nothing, if the period is less than zero.
  std::optional<Clock::duration> set_timeout(std::optional<Duration> period) {
    return timeout_.set(period);
  }

  // Restarts the period, unless it is over.
  void reset_timeout() { timeout_.reset(); }

  // Loses the connection. connection_lost() then gets
  // Error::connection_done, and a peer that does not read delays it. An
  // override may abort it with std::errc::timed_out instead.
  virtual void timeout_connection() { this->transport().lose_connection(); }

  // Cancels the timeout. An override has to call this function.
  void connection_lost(std::error_code reason) override {
    set_timeout(std::nullopt);
    Base::connection_lost(reason);
  }

 private:
  Timeout timeout_;
};

}  // namespace reactor
