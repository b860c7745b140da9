// Other threads may ask for a call, which wakes the reactor.
//                                        twisted.internet.test.test_threads

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <latch>
#include <thread>

#include "support/rig.h"

// --- A system that counts ----------------------------------------------------

namespace {

std::atomic<int> writes = 0;

}  // namespace

// Replaces the system's.
extern "C" ssize_t write(int fd, const void* data, size_t size) {
  ++writes;
  return ::syscall(SYS_write, fd, data, size);
}

using namespace rig;

namespace {

class Threads : public ReactorTest {};

TEST_P(Threads, I01_ACallFromAThreadIsMadeInTheReactorsThread) {
  std::latch waiting(1);
  std::thread::id called_in;
  std::thread thread([&] {
    waiting.wait();
    reactor.call_from_thread([&] {
      called_in = std::this_thread::get_id();
      reactor.stop();
    });
  });
  reactor.call_later(0s, [&] { waiting.count_down(); });
  reactor.run();
  thread.join();
  EXPECT_EQ(called_in, std::this_thread::get_id());
  EXPECT_EQ(stats->timeouts.back(), std::nullopt);
  EXPECT_LE(stats->waits, 2);
  EXPECT_EQ(stats->empty, 0);
}

TEST_P(Threads, I02_CallsOfAThreadAreMadeInItsOrder) {
  constexpr int each = 10000;
  std::array<int, 4> next{};
  int left = each * static_cast<int>(next.size());
  std::vector<std::thread> threads;
  for (int& mine : next) {
    threads.emplace_back([&] {
      for (int i = 0; i < each; ++i) {
        reactor.call_from_thread([&, i] {
          EXPECT_EQ(mine++, i);
          if (--left == 0) reactor.stop();
        });
      }
    });
  }
  reactor.run();
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(left, 0);
}

TEST_P(Threads, I02_CallsAskedForBeforeRunAreMadeAfterItsStart) {
  std::vector<int> order;
  std::thread([&] {
    reactor.call_from_thread([&] { order.push_back(2); });
    reactor.call_from_thread([&] { reactor.stop(); });
  }).join();
  reactor.call_when_running([&] {
    EXPECT_TRUE(order.empty());
    order.push_back(1);
  });
  EXPECT_TRUE(order.empty());
  reactor.run();
  EXPECT_EQ(order, (std::vector{1, 2}));
  EXPECT_EQ(stats->waits, 1);
}

TEST_P(Threads, I03_ACallAskedForByACallIsMadeInTheNextIterationWithoutDelay) {
  std::vector<int> made_in;
  const auto ask = [&] {
    reactor.call_from_thread([&] {
      made_in.push_back(stats->waits);
      reactor.call_from_thread([&] {
        made_in.push_back(stats->waits);
        reactor.stop();
      });
    });
  };
  reactor.call_later(0s, ask);
  reactor.run();
  EXPECT_EQ(made_in, (std::vector{1, 2}));
}

TEST_P(Threads, I03_CallsThatAskForMoreStarveNoOther) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  int posted = 0;
  int calls = 0;
  std::function<void()> post_again = [&] {
    ++posted;
    reactor.call_from_thread(post_again);
  };
  std::function<void()> call_again = [&] {
    if (++calls == 500) reactor.stop();
    reactor.call_later(0s, call_again);
  };
  reactor.call_from_thread(post_again);
  reactor.call_later(0s, call_again);
  reactor.run();
  EXPECT_EQ(stats->waits, 500);
  EXPECT_EQ(posted, 499);  // in the last iteration it had stopped
  EXPECT_EQ(probe->reads, 500);
}

TEST_P(Threads, I04_ManyCallsWaitUntilRun) {
  int calls = 0;
  std::thread([&] {
    for (int i = 0; i < 100000; ++i) {
      reactor.call_from_thread([&] { ++calls; });
    }
    reactor.call_from_thread([&] { reactor.stop(); });
  }).join();
  reactor.run();
  EXPECT_EQ(calls, 100000);
  EXPECT_EQ(stats->waits, 1);
}

TEST_P(Threads, I04_ManyCallsAreOneWakeUp) {
  int calls = 0;
  const auto ask_for_many = [&] {
    const int before = writes;
    std::thread([&] {
      for (int i = 0; i < 100; ++i) {
        reactor.call_from_thread([&] { ++calls; });
      }
    }).join();
    EXPECT_EQ(writes, before + 1);
  };
  ask_for_many();
  after(2, ask_for_many);
  run_iterations(5);
  EXPECT_EQ(calls, 200);
}

TEST_P(Threads, I04_AFullWakerStillWakes) {
  fill_wakers();
  std::thread([&] {
    reactor.call_from_thread([&] {
      fill_wakers();
      std::thread([&] {
        reactor.call_from_thread([&] { reactor.stop(); });
      }).join();
    });
  }).join();
  reactor.run();
  EXPECT_EQ(stats->waits, 2);
}

TEST_P(Threads, I05_CallsAskedForDuringStopAreMadeOnceOrDropped) {
  // On a busy machine the other thread often has the lock.
  const Watchdog longer(55s);
  for (int i = 0; i < 200; ++i) {
    const auto witness = std::make_shared<int>();
    std::atomic<bool> over = false;
    int made = 0;
    int asked = 0;
    std::latch begun(1);
    {
      reactor::Reactor stopping(reactor::make_poller(GetParam()));
      std::thread thread([&, &mine = asked] {
        do {
          stopping.call_from_thread([&, witness] { ++made; });
          std::this_thread::yield();
          if (++mine == 10) begun.count_down();
        } while (!over || mine < 10);
      });
      begun.wait();
      stopping.call_from_thread([&] { stopping.stop(); });
      stopping.run();
      const int made_at_the_end = made;
      over = true;
      thread.join();
      EXPECT_EQ(made, made_at_the_end);
      EXPECT_GE(made, 10);
    }
    EXPECT_LE(made, asked);
    EXPECT_EQ(witness.use_count(), 1);
  }
}

TEST_P(Threads, I05_CallsAfterStopAreDropped) {
  std::vector<int> order;
  reactor.call_from_thread([&] { order.push_back(1); });
  reactor.call_from_thread([&] { reactor.stop(); });
  reactor.call_from_thread([&] { order.push_back(2); });
  reactor.run();
  EXPECT_EQ(order, std::vector{1});
}

TEST_P(Threads, I05_DroppedCallsAreDestroyed) {
  const auto witness = std::make_shared<int>();
  {
    reactor::Reactor stopped(reactor::make_poller(GetParam()));
    stopped.call_from_thread([&] { stopped.stop(); });
    stopped.run();
    stopped.call_from_thread([witness] { ADD_FAILURE(); });
    reactor::Reactor never_ran(reactor::make_poller(GetParam()));
    never_ran.call_from_thread([witness] { ADD_FAILURE(); });
  }
  EXPECT_EQ(witness.use_count(), 1);
}

TEST_P(Threads, A14_ReactorsInManyThreadsAreIndependent) {
  std::vector<std::thread> threads;
  std::atomic<int> calls = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, poller = GetParam()] {
      for (int j = 0; j < 50; ++j) {
        reactor::Reactor mine(reactor::make_poller(poller));
        const auto probe = make_readable_probe();
        probe->on_read = [&] {
          mine.call_from_thread([&] { mine.stop(); });
          mine.remove_reader(*probe);
          return ++calls, std::error_code();
        };
        mine.add_reader(probe);
        mine.run();
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(calls, 200);
}

FOR_EVERY_POLLER(Threads);

}  // namespace
