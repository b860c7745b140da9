// A delayed call is made when it is due, once, and in order.
//              twisted.test.test_internet.InterfaceTests,
//              twisted.test.test_task
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <type_traits>

#include "reactor/loop/timer_queue.h"
#include "support/rig.h"

// --- A clock on the wall -----------------------------------------------------

namespace {

std::atomic<int> looks_at_the_wall = 0;

}  // namespace

// Replaces the system's.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (clock != CLOCK_MONOTONIC) ++looks_at_the_wall;
  return static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
}

using namespace rig;
using reactor::Clock;
using reactor::Error;
using reactor::TimerQueue;

namespace {

using Timeouts = std::vector<std::optional<std::chrono::milliseconds>>;

const std::error_code done;

class Timers : public ReactorTest {};

class ScriptedTimers : public ScriptedTest {
 protected:
  reactor::DelayedCall note(Clock::duration delay, int name) {
    return reactor.call_later(delay, [this, name] { order.push_back(name); });
  }

  // One iteration per step; time passes before it.
  void pass(std::vector<Clock::duration> steps) {
    run_iterations(static_cast<int>(steps.size()) + 1,
                   [&, steps](int iteration) {
                     const auto step = static_cast<std::size_t>(iteration - 1);
                     if (step < steps.size()) clock.advance(steps[step]);
                   });
  }

  std::vector<int> order;
};

// --- Due times ---------------------------------------------------------------

TEST_P(Timers, C01_ACallWithoutDelayIsMadeLater) {
  bool called = false;
  reactor.call_later(0s, [&] {
    reactor.call_later(0s, [&] {
      called = true;
      reactor.stop();
    });
    EXPECT_FALSE(called);
  });
  EXPECT_FALSE(called);
  reactor.run();
  EXPECT_TRUE(called);
}

TEST_F(ScriptedTimers,
       C02_CallsAreMadeInTheOrderOfTheirTimesThenOfTheirRequests) {
  std::vector<int> expected;
  for (int i = 0; i < 100; ++i) {
    note((i * 7 % 10) * 1ms, i);
    expected.push_back(i);
  }
  std::stable_sort(expected.begin(), expected.end(),
                   [](int a, int b) { return a * 7 % 10 < b * 7 % 10; });
  pass({1h});
  EXPECT_EQ(order, expected);
}

TEST_P(Timers, C03_ACallAskedForByACallWaitsForTheNextIteration) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  int calls = 0;
  std::function<void()> again = [&] {
    EXPECT_EQ(probe->reads, calls);
    if (++calls == 100) return reactor.stop();
    reactor.call_later(0s, again);
  };
  reactor.call_later(0s, again);
  reactor.run();
  EXPECT_EQ(stats->waits, 100);
  EXPECT_EQ(probe->reads, 100);
}

// The clock stands still, so the new call is due at once, and must wait, too.
TEST_F(ScriptedTimers, C03_ACallAskedForByACallWaitsAlthoughTheClockMoves) {
  reactor.call_later(1ms, [&] {
    note(0s, 1);
    auto moved = note(1h, 2);
    moved.reset(0s);
    auto back = note(1h, 3);
    back.delay(-2h);
  });
  note(1ms, 4);
  run_iterations(3, [&](int iteration) {
    clock.advance(iteration == 1 ? 1ms : 0ms);
    EXPECT_LE(order.size(), iteration == 3 ? 4u : 1u);
  });
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, (std::vector{1, 2, 3, 4}));
}

TEST_P(Timers, C04_NoCallIsMadeTooEarly) {
  int left = 200;
  std::vector<reactor::DelayedCall> calls;
  for (int i = 0; i < 200; ++i) {
    const auto due = reactor.now() + i * 100us;
    calls.push_back(reactor.call_later(i * 100us, [&, i, due] {
      EXPECT_GE(Clock::now(), due);
      EXPECT_GE(Clock::now(), calls[static_cast<std::size_t>(i)].time());
      if (--left == 0) reactor.stop();
    }));
  }
  reactor.run();
}

TEST_F(ScriptedTimers, C04_NoCallIsMadeANanosecondTooEarly) {
  note(1s, 1);
  run_iterations(3, [&](int iteration) {
    EXPECT_EQ(order.size(), iteration == 3 ? 1u : 0u);
    clock.advance(iteration == 1 ? 1s - 1ns : 1ns);
  });
  EXPECT_EQ(order, std::vector{1});
}

// --- Timeouts ----------------------------------------------------------------

TEST_F(ScriptedTimers, C05_TheWaitEndsWhenTheFirstCallIsDue) {
  auto first = note(100ms, 1);
  reactor::DelayedCall second;
  run_iterations(7, [&](int iteration) {
    if (iteration == 1) clock.advance(25ms);
    if (iteration == 2) second = note(10ms, 2);
    if (iteration == 3) second.reset(15ms);
    if (iteration == 4) first.delay(-30ms);
    if (iteration == 5) second.cancel();
    if (iteration == 6) first.cancel();
  });
  EXPECT_EQ(script->timeouts,
            (Timeouts{100ms, 75ms, 10ms, 15ms, 15ms, 45ms, std::nullopt}));
  EXPECT_TRUE(order.empty());
}

TEST_F(ScriptedTimers, C05_WithoutACallTheWaitHasNoLimit) {
  note(100ms, 1).cancel();
  note(0s, 2);
  run_iterations(2);
  EXPECT_EQ(script->timeouts, Timeouts(2, std::nullopt));
}

TEST_F(ScriptedTimers, C06_TheWaitIsRoundedUp) {
  note(9900us, 1);
  run_iterations(4, [&](int iteration) {
    if (iteration == 1) clock.advance(9900us - 1ns);
    if (iteration == 2) clock.advance(1ns);
  });
  EXPECT_EQ(script->timeouts,
            (Timeouts{10ms, 1ms, std::nullopt, std::nullopt}));
  EXPECT_EQ(order, std::vector{1});
}

TEST_P(Timers, C06_ACallCostsAtMostTwoWakeUps) {
  reactor.call_later(9900us, [&] { reactor.stop(); });
  reactor.run();
  EXPECT_LE(stats->waits, 3);  // the last one is the iteration that stops
}

TEST_F(ScriptedTimers, C07_HugeDelaysStayPending) {
  const auto longest = Clock::duration::max();
  std::vector<reactor::DelayedCall> calls{
      note(longest, 1), note(longest - 1ns, 2), note(24h * 365 * 250, 3),
      note(1s, 4), note(1s, 5)};
  calls[3].delay(longest);
  calls[3].delay(longest);
  calls[4].reset(longest);
  calls[0].delay(longest);
  run_iterations(4, [&](int) { clock.advance(24h); });
  EXPECT_TRUE(order.empty());
  for (const auto& call : calls) {
    EXPECT_TRUE(call.active());
  }
  EXPECT_EQ(calls[0].time(), Clock::time_point::max());
  EXPECT_EQ(script->timeouts, Timeouts(4, 24h));
}

TEST_F(ScriptedTimers, C07_ACallMovedToTheDistantPastIsDueNow) {
  auto call = note(1s, 1);
  call.delay(Clock::duration::min());
  call.delay(Clock::duration::min());
  EXPECT_EQ(call.time(), Clock::time_point::min());
  run_iterations(1);
  EXPECT_EQ(order, std::vector{1});
}

TEST_P(Timers, C07_AHugeDelayDoesNotDelayOtherCalls) {
  auto call = reactor.call_later(Clock::duration::max(), [] {});
  std::thread thread(
      [&] { reactor.call_from_thread([&] { reactor.stop(); }); });
  reactor.run();
  thread.join();
  EXPECT_TRUE(call.active());
  EXPECT_EQ(stats->waits, 1);
}

TEST_F(ScriptedTimers, C07_ADelayThatTheClockCannotHoldIsNeverDue) {
  std::vector<reactor::DelayedCall> calls{
      reactor.call_later(std::chrono::seconds(18446744074), [] { FAIL(); }),
      reactor.call_later(std::chrono::hours::max(), [] { FAIL(); }),
      note(1s, 1), note(1s, 2)};
  calls[2].reset(std::chrono::seconds::max());
  calls[3].delay(std::chrono::seconds::max());
  run_iterations(4, [&](int) { clock.advance(24h); });
  EXPECT_TRUE(order.empty());
  for (const auto& call : calls) {
    EXPECT_EQ(call.time(), Clock::time_point::max());
  }
}

TEST_F(ScriptedTimers, C08_ADelayThatIsNotANumberIsRefused) {
  const std::chrono::duration<double> nan(
      std::numeric_limits<double>::quiet_NaN());
  auto call = note(1s, 1);
  EXPECT_THROW(reactor.call_later(nan, [] {}), std::invalid_argument);
  EXPECT_THROW(call.reset(nan), std::invalid_argument);
  EXPECT_THROW(call.delay(nan), std::invalid_argument);
  EXPECT_EQ(call.time(), reactor.now() + 1s);
  call.cancel();
  run_iterations(1);
  EXPECT_EQ(script->timeouts, Timeouts(1, std::nullopt));
}

TEST_F(ScriptedTimers, C08_ANegativeDelayIsRefused) {
  EXPECT_THROW(note(-1ns, 1), std::invalid_argument);
  EXPECT_THROW(note(Clock::duration::min(), 1), std::invalid_argument);
  EXPECT_THROW(reactor.call_later(std::chrono::hours::min(), [] {}),
               std::invalid_argument);
  auto call = note(1s, 2);
  const auto time = call.time();
  EXPECT_THROW(call.reset(-1ns), std::invalid_argument);
  EXPECT_TRUE(call.active());
  EXPECT_EQ(call.time(), time);
  EXPECT_EQ(call.cancel(), done);
  run_iterations(2);
  EXPECT_EQ(script->timeouts, Timeouts(2, std::nullopt));
  EXPECT_TRUE(order.empty());
}

// --- Cancelling and moving ---------------------------------------------------

TEST_F(ScriptedTimers, C09_ACancelledCallIsNotMadeAndIsInactive) {
  auto call = note(1s, 1);
  EXPECT_TRUE(call.active());
  EXPECT_EQ(call.cancel(), done);
  EXPECT_FALSE(call.active());
  EXPECT_EQ(call.cancel(), Error::already_cancelled);
  EXPECT_EQ(call.reset(1s), Error::already_cancelled);
  EXPECT_EQ(call.delay(1s), Error::already_cancelled);
  pass({1h});
  EXPECT_TRUE(order.empty());
}

TEST_F(ScriptedTimers, C09_ACompletedCallCannotBeCancelled) {
  reactor::DelayedCall call;
  std::error_code within;
  call = reactor.call_later(1s, [&] {
    EXPECT_FALSE(call.active());
    within = call.cancel();
  });
  pass({1h});
  EXPECT_EQ(within, Error::already_called);
  EXPECT_FALSE(call.active());
  EXPECT_EQ(call.cancel(), Error::already_called);
  EXPECT_EQ(call.reset(1s), Error::already_called);
  EXPECT_EQ(call.delay(1s), Error::already_called);
}

TEST_F(ScriptedTimers, C09_ADefaultConstructedCallIsNotActive) {
  reactor::DelayedCall call;
  EXPECT_FALSE(call.active());
  EXPECT_EQ(call.time(), Clock::time_point());
  EXPECT_EQ(call.cancel(), Error::already_cancelled);
  EXPECT_EQ(call.reset(1s), Error::already_cancelled);
  EXPECT_EQ(call.delay(1s), Error::already_cancelled);
}

TEST_F(ScriptedTimers, C09_CopiesMeanTheSameCall) {
  auto call = note(1s, 1);
  auto copy = call;
  EXPECT_EQ(copy.reset(5s), done);
  EXPECT_EQ(call.time(), reactor.now() + 5s);
  EXPECT_EQ(call.cancel(), done);
  EXPECT_FALSE(copy.active());
  EXPECT_EQ(copy.cancel(), Error::already_called);
  EXPECT_EQ(call.cancel(), Error::already_cancelled);
  pass({1h});
  EXPECT_TRUE(order.empty());
}

TEST_F(ScriptedTimers, C09_DestroyingTheHandleDoesNotCancelTheCall) {
  note(1s, 1);
  pass({1s});
  EXPECT_EQ(order, std::vector{1});
}

TEST_F(ScriptedTimers, C10_ADueCallCancelledByAnotherIsNotMade) {
  std::vector<reactor::DelayedCall> calls;
  reactor.call_later(1s, [&] {
    EXPECT_EQ(calls[0].cancel(), done);
    EXPECT_EQ(calls[1].delay(1s), done);
    EXPECT_EQ(calls[2].reset(5s), done);
  });
  for (int i = 0; i < 4; ++i) {
    calls.push_back(note(1s, i));
  }
  pass({1s, 1s});
  EXPECT_EQ(order, (std::vector{3, 1}));
  EXPECT_FALSE(calls[0].active());
  EXPECT_TRUE(calls[2].active());
}

TEST_F(ScriptedTimers, C11_ResetCountsFromNowAndDelayFromTheDueTime) {
  const auto start = reactor.now();
  auto call = note(10s, 1);
  EXPECT_EQ(call.time(), start + 10s);
  clock.advance(4s);
  EXPECT_EQ(call.reset(10s), done);
  EXPECT_EQ(call.time(), start + 14s);
  EXPECT_EQ(call.reset(1s), done);
  EXPECT_EQ(call.time(), start + 5s);
  EXPECT_EQ(call.delay(5s), done);
  EXPECT_EQ(call.time(), start + 10s);
  EXPECT_EQ(call.delay(-7s), done);
  EXPECT_EQ(call.time(), start + 3s);
  run_iterations(1);
  EXPECT_EQ(order, std::vector{1});
  EXPECT_EQ(call.time(), start + 3s);
}

TEST_F(ScriptedTimers, C11_MovingKeepsTheOrder) {
  std::vector<reactor::DelayedCall> calls;
  for (int i = 0; i < 8; ++i) {
    calls.push_back(note(i * 1s, i));
  }
  calls[0].delay(5500ms);
  calls[7].delay(-6500ms);
  calls[3].reset(2s);  // as 2, but asked for later
  calls[4].reset(0s);
  pass({1h});
  EXPECT_EQ(order, (std::vector{4, 7, 1, 2, 3, 5, 0, 6}));
}

TEST_F(ScriptedTimers, C11_ResetWithinACallKeepsTheOrder) {
  reactor::DelayedCall moved = note(3s, 1);
  reactor.call_later(1s, [&] { moved.reset(500ms); });
  note(2s, 2);
  pass({1s, 500ms, 500ms});
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(ScriptedTimers, C11_MovingWithinACallKeepsTheOrder) {
  reactor::DelayedCall moved = note(10s, 2);
  reactor.call_later(1s, [&] {
    order.push_back(1);
    moved.delay(-8s);
    note(1h, 4);
  });
  note(3s, 3);
  pass({5s, 0s});
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST_F(ScriptedTimers, C11_AMovedCallDoesNotDelayItsNeighbour) {
  reactor::DelayedCall moved = note(10s, 2);
  reactor.call_later(1s, [&] { moved.delay(-7s); });
  note(3s, 1);
  run_iterations(3, [&](int iteration) {
    if (iteration == 1) clock.advance(5s);
    EXPECT_EQ(order.size(), static_cast<std::size_t>(iteration - 1));
  });
  EXPECT_EQ(order, (std::vector{1, 2}));
}

// --- The clock, and many calls -----------------------------------------------

TEST(Clock, C12_TheClockIsSteady) {
  EXPECT_TRUE(Clock::is_steady);
  EXPECT_TRUE((std::is_same_v<Clock, std::chrono::steady_clock>));
}

TEST_P(Timers, C12_TheWallClockIsNeverRead) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  ASSERT_GT(looks_at_the_wall.exchange(0), 0);
  auto moved = reactor.call_later(1ms, [] {});
  reactor.call_later(1h, [] {}).cancel();
  moved.reset(2ms);
  moved.delay(1ms);
  reactor.call_later(5ms, [&] { reactor.stop(); });
  reactor.run();
  EXPECT_EQ(looks_at_the_wall, 0);
}

TEST_F(ScriptedTimers, C13_ACancelledCallIsDestroyedAfterTheIteration) {
  const auto witness = std::make_shared<int>();
  const auto cancel_many = [&] {
    for (int i = 0; i < 10000; ++i) {
      reactor.call_later(1h, [witness] {}).cancel();
    }
  };
  run_iterations(11, [&](int) {
    EXPECT_EQ(witness.use_count(), 1);
    cancel_many();
  });
  EXPECT_EQ(witness.use_count(), 1);
  EXPECT_EQ(script->timeouts, Timeouts(11, std::nullopt));
}

// --- The queue by itself -----------------------------------------------------

// Completed calls free their memory, and a DelayedCall stays inactive.
TEST(TimerQueue, CompletedCallsStayInactiveWhenTheirPlacesAreReused) {
  FakeClock clock;
  const auto queue = std::make_shared<TimerQueue>(clock);
  std::vector<reactor::DelayedCall> over;
  for (int i = 0; i < 5000; ++i) {
    over.push_back(TimerQueue::add(queue, 0ms, [] {}));
    if (i % 2 == 1) over.back().cancel();
  }
  queue->begin_iteration();
  while (const auto callback = queue->take_due()) {
    callback();
  }
  EXPECT_EQ(queue->next(), std::nullopt);
  auto next = TimerQueue::add(queue, 1s, [] {});
  for (int i = 0; i < 5000; ++i) {
    const Error outcome =
        i % 2 == 1 ? Error::already_cancelled : Error::already_called;
    EXPECT_EQ(over[static_cast<std::size_t>(i)].reset(0ms), outcome);
  }
  EXPECT_TRUE(next.active());
  EXPECT_EQ(queue->next(), next.time());
}

TEST(TimerQueue, ACallLeftOfVeryManyIsStillMade) {
  FakeClock clock;
  const auto queue = std::make_shared<TimerQueue>(clock);
  int calls = 0;
  auto left = TimerQueue::add(queue, 1h, [&] { ++calls; });
  for (int i = 0; i < 5000; ++i) {
    TimerQueue::add(queue, 0ms, [&] { ++calls; });
  }
  for (const int expected : {5000, 5001}) {
    EXPECT_TRUE(queue->begin_iteration());
    while (const auto callback = queue->take_due()) {
      callback();
    }
    EXPECT_EQ(calls, expected);
    EXPECT_EQ(queue->next().has_value(), left.active());
    clock.advance(1h);
  }
}

// Compared with a simple model, a sorted list.
TEST(TimerQueue, BehavesLikeASortedList) {
  struct Entry {
    reactor::DelayedCall call;
    int turn;
  };
  FakeClock clock;
  const auto queue = std::make_shared<TimerQueue>(clock);
  std::vector<Entry> model;
  int turns = 0;
  std::mt19937 random(4711);
  const auto never = Clock::time_point::max();
  const auto below = [&](std::size_t n) { return random() % n; };
  const auto before = [](const Entry& a, const Entry& b) {
    return std::pair(a.call.time(), a.turn) < std::pair(b.call.time(), b.turn);
  };
  int calls = 0;
  const auto make_due_calls = [&] {
    const bool any_due = queue->begin_iteration();
    const int calls_before = calls;
    while (const auto callback = queue->take_due()) {
      const auto first = std::min_element(model.begin(), model.end(), before);
      ASSERT_NE(first, model.end());
      ASSERT_LE(first->call.time(), clock());
      callback();
      ++calls;
      ASSERT_FALSE(first->call.active());
      model.erase(first);
    }
    ASSERT_EQ(any_due, calls > calls_before);
    for (const Entry& entry : model) {
      ASSERT_GT(entry.call.time(), clock());
      ASSERT_TRUE(entry.call.active());
    }
  };
  for (int i = 0; i < 20000 && !HasFatalFailure(); ++i) {
    const auto delay = std::chrono::milliseconds(below(50));
    const std::size_t which = model.empty() ? 0 : below(model.size());
    switch (model.empty() ? 0 : below(8)) {
      case 0:
      case 1:
      case 2:
        model.push_back({TimerQueue::add(queue, delay, [] {}), ++turns});
        break;
      case 3:
        model[which].call.cancel();
        model.erase(model.begin() + static_cast<std::ptrdiff_t>(which));
        break;
      case 4:
        model[which].call.reset(delay);
        model[which].turn = ++turns;
        break;
      case 5:
        model[which].call.delay(delay - 25ms);
        model[which].turn = ++turns;
        break;
      case 6:  // more than there are, and every other one not pending
        for (std::size_t more = model.size() + 1; more > 0; --more) {
          if (model.size() > 100) break;
          TimerQueue::add(queue, delay, [] {}).cancel();
          const std::chrono::milliseconds other(below(50));
          model.push_back({TimerQueue::add(queue, other, [] {}), turns += 2});
        }
        break;
      default:
        clock.advance(delay / 5);
        make_due_calls();
        queue->destroy_cancelled();
    }
    if (below(2) == 0) continue;  // so that several requests may gather
    const auto first = std::min_element(model.begin(), model.end(), before);
    ASSERT_EQ(queue->next().value_or(never),
              model.empty() ? never : first->call.time());
  }
  EXPECT_GT(calls, 1000);
}

FOR_EVERY_POLLER(Timers);

}  // namespace
