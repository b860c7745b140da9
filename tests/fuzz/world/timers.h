// Delayed calls, and which of them is next.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "reactor/interfaces.h"

namespace fuzz {

class World;

class Timers {
 public:
  explicit Timers(World& world)
      : world_(world) {}

  // --- What the bytes can ask for --------------------------------------------

  // The call holds `held` for as long as it is there.
  void call_later(std::shared_ptr<void> held);
  void cancel();
  void reset();
  void delay();

  // --- The model -------------------------------------------------------------

  // Calls asked for from now on are for the next pass.
  void begin_pass();
  void check_wait(std::optional<std::chrono::milliseconds> timeout) const;
  void check_gone() const;
  bool are_over() const { return next() == nullptr; }

 private:
  using Time = reactor::Clock::time_point;

  struct Timer {
    reactor::DelayedCall call;
    Time time;
    std::uint64_t turn;  // its place among those that are due at one time
    std::error_code outcome;  // once it is over
  };

  void on_time(std::size_t which);
  const Timer* next() const;
  Timer* any();
  reactor::Clock::duration any_delay();
  void moved(Timer& timer, Time when);
  void check_outcome(const Timer& timer, std::error_code said) const;
  void check_active() const;

  World& world_;
  std::vector<Timer> timers_;
  std::uint64_t turns_ = 0;
  std::uint64_t pass_turns_ = 0;
  Time pass_time_;
};

}  // namespace fuzz
