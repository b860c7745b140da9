// The timers on our reactor: call_later() and cancel().
#include "common/timers.h"

#include <memory>
#include <utility>
#include <vector>

#include "reactor/reactor.h"

namespace {

class Calls {
 public:
  explicit Calls(bench::Timers& timers)
      : timers_(timers) {}

  void schedule() {
    calls_.reserve(timers_.size() / 2 + 1);
    for (std::size_t i = 0; i < timers_.size(); ++i) {
      const std::chrono::microseconds delay(timers_.delay_us(i));
      auto call = reactor_.call_later(delay, [this, i] { called(i); });
      if (bench::Timers::is_to_cancel(i)) calls_.push_back(std::move(call));
    }
  }

  void cancel() {
    for (reactor::DelayedCall& call : calls_) {
      if (!call.cancel()) timers_.cancelled();
    }
  }

  void run() { reactor_.run(); }

 private:
  void called(std::size_t i) {
    if (timers_.called(i)) reactor_.stop();
  }

  bench::Timers& timers_;
  reactor::Reactor reactor_;
  std::vector<reactor::DelayedCall> calls_;  // to cancel
};

}  // namespace

int main(int argc, char** argv) {
  bench::Timers timers(argc, argv);
  timers.allow_scheduling();
  Calls calls(timers);
  timers.begin();
  calls.schedule();
  timers.all_scheduled();
  calls.cancel();
  timers.all_cancelled();
  calls.run();
  return timers.report();
}
