// Several countdowns at once.                              Exercise of Part 3
//
// Each countdown asks for its own next call, and does not know the others. The
// one that ends last stops the reactor.

#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "cli/options.h"
#include "cli/process.h"
#include "reactor/reactor.h"

using namespace std::chrono_literals;

class Countdown {
 public:
  Countdown(reactor::Reactor& reactor,
            int& left,
            std::string name,
            int counter,
            std::chrono::milliseconds pause)
      : reactor_(reactor),
        left_(left),
        name_(std::move(name)),
        counter_(counter),
        pause_(pause) {}

  void count() {
    if (counter_ == 0) {
      fmt::print("{}: over\n", name_);
      if (--left_ == 0) reactor_.stop();
      return;
    }
    fmt::print("{}: {} ...\n", name_, counter_--);
    reactor_.call_later(pause_, [this] { count(); });
  }

 private:
  reactor::Reactor& reactor_;
  int& left_;
  const std::string name_;
  int counter_;
  const std::chrono::milliseconds pause_;
};

int main(int argc, char** argv) {
  cli::init_process();
  cli::parse_no_args(argc, argv, "Three countdowns at once.");
  reactor::Reactor reactor;
  int left = 3;
  Countdown fast(reactor, left, "fast", 3, 400ms);
  Countdown slow(reactor, left, "slow", 3, 520ms);
  Countdown late(reactor, left, "late", 2, 680ms);

  for (Countdown* countdown : {&fast, &slow, &late}) {
    reactor.call_when_running([countdown] { countdown->count(); });
  }
  reactor.run();
}
