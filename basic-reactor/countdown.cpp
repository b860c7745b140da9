// A call in the future, without waiting for it.                        Part 3
//
// Each call asks for the next one, a second later, and returns at once.

#include <fmt/core.h>

#include "cli/options.h"
#include "cli/process.h"
#include "reactor/reactor.h"

class Countdown {
 public:
  explicit Countdown(reactor::Reactor& reactor)
      : reactor_(reactor) {}

  void count() {
    if (counter_ == 0) {
      reactor_.stop();
      return;
    }
    fmt::print("{} ...\n", counter_--);
    reactor_.call_later(std::chrono::seconds(1), [this] { count(); });
  }

 private:
  reactor::Reactor& reactor_;
  int counter_ = 5;
};

int main(int argc, char** argv) {
  cli::init_process(cli::OnSignal::end);
  cli::parse_no_args(argc, argv,
                     "A delayed call that asks for the next one, five times.");
  reactor::Reactor reactor;
  Countdown countdown(reactor);
  reactor.call_when_running([&] { countdown.count(); });

  fmt::print("Start!\n");
  reactor.run();
  fmt::print("Stop!\n");
}
