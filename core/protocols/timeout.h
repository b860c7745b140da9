// What may not take too long.  twisted.protocols.policies.TimeoutMixin
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "reactor/interfaces.h"

namespace reactor {

// A call to make unless it is put off again and again. Ends with its owner.
class Timeout final {
 public:
  Timeout(ReactorTime& time, std::function<void()> on_timeout);
  ~Timeout();

  Timeout(const Timeout&) = delete;
  Timeout& operator=(const Timeout&) = delete;

  // These are TimeoutMixin's.
  std::optional<Clock::duration> set(std::optional<Clock::duration> period);
  void reset();

 private:
  ReactorTime& time_;
  const std::function<void()> on_timeout_;
  std::optional<Clock::duration> period_;
  DelayedCall call_;  // of the last set(), made or not
};

// A protocol with a timeout: TimeoutMixin<LineReceiver>, or of any other. Off
// until set_timeout(). Nothing resets it but reset_timeout(), which a protocol
// calls in data_received() if it minds silence, and nowhere if it minds how
// long everything takes.
template <typename Base = Protocol>
class TimeoutMixin : public Base {  // TimeoutMixin
 public:
  // `time` outlives the protocol.
  explicit TimeoutMixin(ReactorTime& time)
      : timeout_(time, [this] { timeout_connection(); }) {}

  // Calls timeout_connection() after that period, once; never, for none.
  // Returns the one before. Throws std::invalid_argument, and changes nothing,
  // for less than zero.
  std::optional<Clock::duration> set_timeout(
      std::optional<Clock::duration> period) {
    return timeout_.set(period);
  }

  // The period begins again, if it is not over.
  void reset_timeout() { timeout_.reset(); }

  // Loses the connection, which looks like its orderly end. Override it to
  // abort with std::errc::timed_out where that must not be taken for success,
  // or where a peer that does not read must not delay it.
  virtual void timeout_connection() { this->transport().lose_connection(); }

  // The timeout is off. Who overrides it calls this one.
  void connection_lost(std::error_code reason) override {
    set_timeout(std::nullopt);
    Base::connection_lost(reason);
  }

 private:
  Timeout timeout_;
};

}  // namespace reactor
