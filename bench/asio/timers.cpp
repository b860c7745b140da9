// The timers on Asio.
#include "common/timers.h"

#include <asio.hpp>

#include <deque>

namespace {

void schedule(bench::Timers& timers,
              asio::io_context& context,
              std::deque<asio::steady_timer>& waiting) {
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < timers.size(); ++i) {
    const std::chrono::microseconds delay(timers.delay_us(i));
    waiting.emplace_back(context, now + delay)
        .async_wait([&timers, &context, i](std::error_code error) {
          if (!error && timers.called(i)) context.stop();
        });
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::Timers timers(argc, argv);
  asio::io_context context(1);
  std::deque<asio::steady_timer> waiting;
  timers.begin();
  schedule(timers, context, waiting);
  timers.all_scheduled();
  for (std::size_t i = 0; i < timers.size(); ++i) {
    if (!bench::Timers::is_to_cancel(i)) continue;
    timers.cancelled(static_cast<long>(waiting[i].cancel()));
  }
  timers.all_cancelled();
  context.run();
  return timers.report();
}
