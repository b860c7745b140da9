// A call that is to be made later.      twisted.internet.base.DelayedCall
#pragma once

#include <cstdint>
#include <memory>
#include <system_error>

#include "net/duration.h"

namespace reactor {

using net::Clock;
using net::Duration;

class TimerQueue;

// The result of call_later(): a value, whose copies mean the same call. It may
// outlive the reactor, which cancels its calls when it is destroyed.
class DelayedCall {  // IDelayedCall
 public:
  // Not active, as if it had been cancelled.
  DelayedCall() = default;

  // When the call is due. Of a call that is not active: when it was, as far as
  // this copy knows.
  Clock::time_point time() const;  // getTime

  // Whether the call is neither made nor cancelled. A call that is running has
  // been made.
  bool active() const;

  // These change nothing if the call is not active. They return
  // Error::already_cancelled if this copy, or the end of the reactor, cancelled
  // the call, and otherwise Error::already_called.
  std::error_code cancel();
  // Due `delay` from now; throws std::invalid_argument if that is negative.
  std::error_code reset(Duration delay);
  // Due `more` after time(), or before it if `more` is negative.
  std::error_code delay(Duration more);

 private:
  friend class TimerQueue;

  std::error_code why_not_active() const;

  std::shared_ptr<TimerQueue> queue_;
  Clock::time_point when_;
  std::uint32_t id_ = 0;
  std::uint32_t slot_ = 0;
  bool is_cancelled_ = true;  // by this copy, or never asked for
};

}  // namespace reactor
