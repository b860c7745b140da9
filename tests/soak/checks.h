// The counts and measurements of a mix, and their checks.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "soak/kinds.h"
#include "soak/processes.h"
#include "soak/soak.h"

namespace soak {

// Starts `wanted` connections or programs in all, at most `max_open` at once.
struct Driver {
  std::size_t max_open;
  std::function<void(std::size_t n)> start;
  std::function<void()> on_idle;
  std::size_t wanted = 0;
  std::size_t started = 0;
  std::size_t open = 0;

  bool idle() const { return open == 0 && started == wanted; }
  void start_more() {
    while (started < wanted && open < max_open) {
      ++open;
      start(started++);
    }
    if (idle()) on_idle();
  }
  void one_ended() {
    --open;
    start_more();
  }
};

// A process whose descriptors and memory are measured.
struct MonitoredProcess {
  std::string name;
  pid_t pid;
  Resources warm{};
  Resources last{};
  Resources most_warm{};  // while it warmed up
  Resources most{};  // and after that

  void sample(bool is_warm) {
    const Resources now = resources_of(pid);
    Resources& peak = is_warm ? most : most_warm;
    peak.descriptors = std::max(peak.descriptors, now.descriptors);
    peak.kib = std::max(peak.kib, now.kib);
  }
};

// Each prints a table, and the checks that fail.
void check_outcomes(Counts wanted, Counts seen, Checks& checks);
void check_resources(const std::vector<MonitoredProcess>& monitored,
                     Checks& checks);

}  // namespace soak
