// What a mix keeps account of.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "soak/kinds.h"
#include "soak/processes.h"
#include "soak/soak.h"

namespace soak {

// Starts things until there were as many as wanted, and not too many at once.
struct Driver {
  std::size_t most_at_once;
  std::function<void(std::size_t n)> start;
  std::function<void()> on_idle;
  std::size_t wanted = 0;
  std::size_t started = 0;
  std::size_t open = 0;

  bool idle() const { return open == 0 && started == wanted; }
  void go_on() {
    while (started < wanted && open < most_at_once) {
      ++open;
      start(started++);
    }
    if (idle()) on_idle();
  }
  void one_is_over() {
    --open;
    go_on();
  }
};

// A process that is looked at.
struct Watched {
  std::string name;
  pid_t pid;
  Weight warm{};
  Weight last{};
  Weight most_warm{};  // while it warmed up
  Weight most{};  // and after that

  void sample(bool is_warm) {
    const Weight now = weigh(pid);
    Weight& peak = is_warm ? most : most_warm;
    peak.descriptors = std::max(peak.descriptors, now.descriptors);
    peak.kib = std::max(peak.kib, now.kib);
  }
};

// These print a table, and what is wrong with it.
void judge_outcomes(Tally wanted, Tally seen, Verdict& verdict);
void judge_weights(const std::vector<Watched>& watched, Verdict& verdict);

}  // namespace soak
