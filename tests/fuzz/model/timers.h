// Delayed calls, and a model of which is next.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "reactor/interfaces.h"

namespace fuzz {

class ReactorModel;

class Timers {
 public:
  explicit Timers(ReactorModel& model)
      : model_(model) {}

  // --- Operations ------------------------------------------------------------

  // The call holds a reference to `held`.
  void call_later(std::shared_ptr<void> held);
  void cancel();
  void reset();
  void delay();

  // --- The model -------------------------------------------------------------

  // Calls asked for from now on are made in a later iteration.
  void begin_iteration();
  void check_wait(std::optional<std::chrono::milliseconds> timeout) const;
  void check_gone() const;
  bool are_over() const { return next() == nullptr; }

 private:
  using Time = reactor::Clock::time_point;

  struct Timer {
    reactor::DelayedCall call;
    Time time;
    std::uint64_t order;  // its place among calls of the same time
    std::error_code outcome;  // once it is completed or cancelled
  };

  void on_time(std::size_t which);
  const Timer* next() const;
  Timer* any();
  reactor::Clock::duration any_delay();
  void moved(Timer& timer, Time when);
  void check_outcome(const Timer& timer, std::error_code said) const;
  void check_active() const;

  ReactorModel& model_;
  std::vector<Timer> timers_;
  std::uint64_t orders_ = 0;
  std::uint64_t iteration_order_ = 0;
  Time iteration_time_;
};

}  // namespace fuzz
