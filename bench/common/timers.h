// The timers: many are scheduled, every second one is cancelled, the others
// are called.
//
// `timers N SPREAD`: N of them, each due at some time in the next SPREAD
// milliseconds. They are called when all are due, so the program does not wait.
#pragma once

#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "common/bench.h"

namespace bench {

class Timers {
 public:
  Timers(int argc, char** argv) {
    if (argc != 3) usage("timers N SPREAD_MS");
    delays_.resize(static_cast<std::size_t>(number(argv[1], 2, 100'000'000)));
    spread_ = std::chrono::milliseconds(number(argv[2], 1, 60'000));
    std::uint64_t state = 42;
    for (std::uint32_t& delay : delays_) {
      const auto spread_us = static_cast<std::uint64_t>(spread_.count()) * 1000;
      delay = static_cast<std::uint32_t>(next_random(state) % spread_us);
    }
  }

  std::size_t size() const { return delays_.size(); }
  std::uint32_t delay_us(std::size_t i) const { return delays_[i]; }
  static bool is_to_cancel(std::size_t i) { return i % 2 == 1; }

  // How much later a timer may be called than one that is due after it. Some
  // libraries round the time, and some read the clock again for each timer.
  void allow(std::uint32_t slack_us) { slack_us_ = slack_us; }
  void allow_scheduling() { slack_is_scheduling_ = true; }

  // Called around the scheduling, then around the cancelling. cancelled() is
  // called for each timer, or once for all.
  void begin() {
    begun_ = wall_seconds();
    mark_ = cpu_seconds();
  }
  void all_scheduled() {
    scheduling_ = lap();
    if (!slack_is_scheduling_) return;
    allow(static_cast<std::uint32_t>((wall_seconds() - begun_) * 1e6) + 1);
  }
  void cancelled(long count = 1) { cancelled_ += count; }
  void all_cancelled() {
    cancelling_ = lap();
    std::this_thread::sleep_for(spread_ + std::chrono::milliseconds(10));
    mark_ = cpu_seconds();
  }

  // Timer i is called. Returns whether it is the last one.
  bool called(std::size_t i) {
    sum_ += i;
    const std::uint32_t delay = delays_[i];
    if (delay > latest_) {
      latest_ = delay;
    } else if (delay + slack_us_ < latest_) {
      ++misordered_;
    }
    if (++called_ < expected()) return false;
    calling_ = lap();
    return true;
  }

  int report() const {
    const bool ok = called_ == expected() && cancelled_ == count() / 2 &&
                    sum_ == expected_sum() && misordered_ == 0;
    const double all = scheduling_ + cancelling_ + calling_;
    std::printf(
        "timers n=%ld fired=%ld cancelled=%ld misordered=%ld ok=%d cpu_s=%.6f "
        "sched_ns=%.1f cancel_ns=%.1f fire_ns=%.1f ns_per_timer=%.1f "
        "rss_kb=%ld\n",
        count(), called_, cancelled_, misordered_, ok ? 1 : 0, all,
        per(scheduling_, count()), per(cancelling_, cancelled_),
        per(calling_, called_), per(all, count()), peak_memory_kb());
    return ok ? 0 : 1;
  }

 private:
  long count() const { return static_cast<long>(size()); }
  long expected() const { return count() - count() / 2; }
  std::uint64_t expected_sum() const {  // of the even numbers
    const auto most = static_cast<std::uint64_t>(expected());
    return most * (most - 1);
  }
  static double per(double seconds, long count) {
    return seconds * 1e9 / static_cast<double>(count);
  }

  double lap() {
    const double now = cpu_seconds();
    const double passed = now - mark_;
    mark_ = now;
    return passed;
  }

  std::vector<std::uint32_t> delays_;
  std::chrono::milliseconds spread_;
  std::uint32_t slack_us_ = 0;
  bool slack_is_scheduling_ = false;
  long called_ = 0;
  long cancelled_ = 0;
  long misordered_ = 0;
  std::uint64_t sum_ = 0;
  std::uint32_t latest_ = 0;
  double begun_ = 0;
  double mark_ = 0;
  double scheduling_ = 0;
  double cancelling_ = 0;
  double calling_ = 0;
};

}  // namespace bench
