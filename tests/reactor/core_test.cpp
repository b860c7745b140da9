// The loop: it starts, it stops, and it goes on after any callback.
//                                        twisted.internet.test.test_core
#include <poll.h>

#include <pthread.h>

#include <new>
#include <set>
#include <stdexcept>
#include <thread>

#include "support/tcp.h"

using namespace rig;
using reactor::Error;

namespace {

class Core : public ReactorTest {};
class ScriptedCore : public ScriptedTest {};

// --- Running and stopping ----------------------------------------------------

TEST_P(Core, A01_CallsWhenRunningAreMadeInOrderAndFindItRunning) {
  std::vector<int> order;
  for (const int number : {1, 2, 3}) {
    reactor.call_when_running([&, number] {
      EXPECT_TRUE(reactor.running());
      order.push_back(number);
    });
  }
  reactor.call_when_running([&] { reactor.stop(); });
  EXPECT_FALSE(reactor.running());
  EXPECT_TRUE(order.empty());

  reactor.run();
  EXPECT_FALSE(reactor.running());
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
  EXPECT_EQ(stats->waits, 0);
}

TEST_P(Core, A02_CallWhenRunningIsMadeAtOnceByARunningReactor) {
  bool called = false;
  reactor.call_later(0s, [&] {
    reactor.call_when_running([&] { called = true; });
    EXPECT_TRUE(called);
    reactor.stop();
  });
  reactor.run();
  EXPECT_TRUE(called);
}

TEST_P(Core, A02_CallWhenRunningIsNotMadeOnceTheReactorStops) {
  reactor.call_when_running([&] {
    reactor.stop();
    reactor.call_when_running([] { ADD_FAILURE(); });
  });
  reactor.run();
  reactor.call_when_running([] { ADD_FAILURE(); });
}

TEST_P(Core, A03_StopThrowsWhenTheReactorIsNotRunning) {
  const auto stop = [&] { return code_thrown_by([&] { reactor.stop(); }); };
  EXPECT_EQ(stop(), Error::reactor_not_running);

  bool went_on = false;
  reactor.call_later(0s, [&] {
    EXPECT_EQ(stop(), std::error_code());
    EXPECT_FALSE(reactor.running());
    EXPECT_EQ(stop(), Error::reactor_not_running);
    went_on = true;
  });
  reactor.run();
  EXPECT_TRUE(went_on);
  EXPECT_EQ(stop(), Error::reactor_not_running);
}

TEST_P(Core, A03_StopThrowsWhenCalledFromConnectionLost) {
  const auto probe = make_probe();
  reactor.add_reader(probe);
  std::error_code said;
  probe->on_lost = [&] { said = code_thrown_by([&] { reactor.stop(); }); };
  run_iterations(1);
  EXPECT_EQ(said, Error::reactor_not_running);
}

TEST_F(ScriptedCore, A04_StopOnlyMarksTheReactor) {
  const auto probe = make_probe();
  reactor.add_reader(probe);
  std::vector<std::string> order;
  probe->on_read = [&] { return order.push_back("read"), std::error_code(); };
  probe->on_lost = [&] { order.push_back("lost"); };
  script->batches = {{{probe->fileno(), {true, false}}}};
  reactor.call_later(0s, [&] {
    reactor.stop();
    order.push_back("after stop");
  });
  reactor.call_later(0s, [&] { order.push_back("next call"); });

  reactor.run();
  EXPECT_EQ(order, (std::vector<std::string>{"after stop", "next call", "read",
                                             "lost"}));
  ASSERT_EQ(script->timeouts.size(), 1u);
  EXPECT_EQ(script->timeouts.front(), 0ms);
}

TEST_P(Core, A05_NoCallbackIsCalledAfterRunHasReturned) {
  const auto probe = make_readable_probe();
  const auto late = make_readable_probe();
  reactor.add_reader(probe);
  int calls = 0;
  const auto count = [&] { ++calls; };
  probe->on_lost = [&] {
    reactor.add_reader(late);
    reactor.call_later(0s, count);
    reactor.call_when_running(count);
    reactor.call_from_thread(count);
  };
  run_iterations(1);
  EXPECT_EQ(probe->losses, 1);
  reactor.call_later(0s, count);
  reactor.call_from_thread(count);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(late->reads, 0);
}

TEST_P(Core, A06_RunThrowsWhenCalledFromACallbackAndTheLoopGoesOn) {
  const auto run = [&] { return code_thrown_by([&] { reactor.run(); }); };
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  std::vector<std::error_code> said;
  reactor.call_when_running([&] { said.push_back(run()); });
  reactor.call_later(0s, [&] { said.push_back(run()); });
  probe->on_read = [&] {
    said.push_back(run());
    reactor.remove_reader(*probe);
    after(1, [&] { reactor.stop(); });
    return std::error_code();
  };
  reactor.run();
  EXPECT_EQ(said,
            std::vector(3, make_error_code(Error::reactor_already_running)));
}

TEST_P(Core, A07_ASecondRunThrows) {
  run_iterations(1);
  EXPECT_EQ(code_thrown_by([&] { reactor.run(); }),
            Error::reactor_not_restartable);
  EXPECT_EQ(code_thrown_by([&] { reactor.run(); }),
            Error::reactor_not_restartable);
}

TEST_P(Core, A07_RunThrowsWhenCalledFromConnectionLost) {
  const auto probe = make_probe();
  reactor.add_reader(probe);
  std::error_code said;
  probe->on_lost = [&] { said = code_thrown_by([&] { reactor.run(); }); };
  run_iterations(1);
  EXPECT_EQ(said, Error::reactor_already_running);
}

// --- The end -----------------------------------------------------------------

TEST_P(Core, A08_RegisteredDescriptorsAreNotifiedOnceWhenTheReactorStops) {
  const auto reader = make_probe();
  const auto writer = make_probe();
  const auto both = make_probe();
  const auto removed = make_probe();
  reactor.add_reader(reader);
  reactor.add_writer(writer);
  reactor.add_reader(both);
  reactor.add_writer(both);
  reactor.add_reader(removed);
  reactor.remove_reader(*removed);
  both->on_lost = [&] {
    EXPECT_FALSE(reactor.running());
    for (const auto& left : reactor.readers()) {
      EXPECT_NE(left, both);
    }
  };
  run_iterations(2);
  for (const auto& probe : {reader, writer, both}) {
    EXPECT_EQ(probe->losses, 1);
    EXPECT_EQ(probe->reason, Error::connection_lost);
  }
  EXPECT_EQ(removed->losses, 0);
  EXPECT_TRUE(reactor.readers().empty());
  EXPECT_TRUE(reactor.writers().empty());
}

TEST_F(ScriptedCore, A08_TheWakerIsNotNotified) {
  run_iterations(1);
  ASSERT_EQ(script->watched.size(), 1u);  // when the reactor was made
  EXPECT_EQ(script->watched[0].second, (reactor::Events{true, false}));
}

TEST_P(Core, A08_RetainedDescriptorsAreNotifiedOnceWhenTheReactorStops) {
  const auto kept = make_probe();
  const auto twice = make_probe();
  const auto registered = make_probe();
  const auto forgotten = make_probe();
  for (const auto& probe : {kept, twice, registered, forgotten}) {
    reactor.retain(probe);
  }
  reactor.retain(twice);
  reactor.add_reader(registered);
  reactor.add_writer(registered);
  reactor.unretain(*forgotten);
  reactor.unretain(*forgotten);
  run_iterations(2);
  for (const auto& probe : {kept, twice, registered}) {
    EXPECT_EQ(probe->losses, 1);
    EXPECT_EQ(probe->reason, Error::connection_lost);
  }
  EXPECT_EQ(forgotten->losses, 0);
}

TEST_P(Core, A08_ADescriptorRetainedInConnectionLostIsNotifiedAgain) {
  const auto probe = make_readable_probe();
  probe->on_read = [] { return make_error_code(Error::connection_done); };
  probe->on_lost = [&] {
    if (probe->losses == 1) reactor.retain(probe);
  };
  reactor.add_reader(probe);
  reactor.retain(probe);
  run_iterations(2);
  EXPECT_EQ(probe->losses, 2);
  EXPECT_EQ(probe->reason, Error::connection_lost);
}

TEST_F(ScriptedCore, A08_RegisteredDescriptorsAreNotifiedWhenThePollerThrows) {
  const auto registered = make_probe();
  const auto kept = make_probe();
  reactor.add_reader(registered);
  reactor.retain(kept);
  registered->on_lost = [&] { EXPECT_FALSE(reactor.running()); };
  const auto no_memory = make_error_code(std::errc::not_enough_memory);
  script->on_wait = [&] { throw std::system_error(no_memory, "poll"); };

  EXPECT_EQ(code_thrown_by([&] { reactor.run(); }), no_memory);
  for (const auto& probe : {registered, kept}) {
    EXPECT_EQ(probe->losses, 1);
    EXPECT_EQ(probe->reason, Error::connection_lost);
  }
  EXPECT_FALSE(reactor.running());
  EXPECT_EQ(code_thrown_by([&] { reactor.run(); }),
            Error::reactor_not_restartable);
}

// In either order of notification, and with the other registered or only
// retained.
TEST_P(Core, A08_ADescriptorRemovedByConnectionLostIsNotNotified) {
  for (const bool registered : {false, true}) {
    reactor::Reactor stopping(reactor::make_poller(GetParam()));
    const auto one = make_probe();
    const auto two = make_probe();
    const auto take_out = [&](Probe& probe) {
      stopping.unretain(probe);
      stopping.remove_reader(probe);
      stopping.remove_writer(probe);
    };
    one->on_lost = [&] { take_out(*two); };
    two->on_lost = [&] { take_out(*one); };
    for (const auto& probe : {one, two}) {
      stopping.retain(probe);
      if (registered) stopping.add_reader(probe);
      if (registered) stopping.add_writer(probe);
    }
    stopping.call_when_running([&] { stopping.stop(); });
    stopping.run();
    EXPECT_EQ(one->losses + two->losses, 1) << registered;
  }
}

// A descriptor added while the reactor stops is not notified: otherwise the
// reactor might never stop.
TEST_P(Core, A08_ADescriptorAddedByConnectionLostIsNotNotified) {
  const auto lower = make_probe();
  const auto leaving = make_probe();
  const auto higher = make_probe();
  reactor.add_reader(leaving);
  reactor.retain(leaving);
  leaving->on_lost = [&] {
    reactor.add_reader(lower);
    reactor.add_reader(higher);
    reactor.retain(leaving);
  };
  run_iterations(1);
  EXPECT_EQ(leaving->losses, 1);
  EXPECT_EQ(lower->losses, 0);
  EXPECT_EQ(higher->losses, 0);
}

TEST_P(Core, A09_AnExceptionInConnectionLostDoesNotStopTheOthers) {
  const LogCapture log;
  std::vector<std::shared_ptr<Probe>> probes;
  for (int i = 0; i < 4; ++i) {
    probes.push_back(make_probe());
    const auto& probe = probes.back();
    i < 2 ? reactor.add_reader(probe) : reactor.retain(probe);
    if (i % 2 == 0) {
      probe->on_lost = [] { throw std::runtime_error("no"); };
    }
  }
  run_iterations(1);
  for (const auto& probe : probes) {
    EXPECT_EQ(probe->losses, 1);
  }
  EXPECT_EQ(log.lines(), std::vector<std::string>(2, "[probe] no"));
}

// --- A foreign loop ----------------------------------------------------------

TEST_P(Core, IterateMakesDueCallsAndCallsReadyDescriptors) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  int calls = 0;
  reactor.call_when_running([&] { ++calls; });
  reactor.call_later(0s, [&] { ++calls; });
  EXPECT_FALSE(reactor.running());
  reactor.iterate();
  EXPECT_TRUE(reactor.running());
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(probe->reads, 1);
  reactor.iterate();
  EXPECT_EQ(probe->reads, 2);
  EXPECT_EQ(probe->losses, 0);
}

TEST_F(ScriptedCore, IterateWaitsNoLongerThanItMay) {
  reactor.iterate(5ms);
  const auto call = reactor.call_later(3ms, [] {});
  EXPECT_EQ(reactor.timeout(), 3ms);
  reactor.iterate(5ms);
  reactor.iterate();
  EXPECT_TRUE(call.active());
  EXPECT_EQ(
      script->timeouts,
      (std::vector<std::optional<std::chrono::milliseconds>>{5ms, 3ms, 0ms}));
}

TEST_F(ScriptedCore, RunGoesOnAfterIterate) {
  reactor.iterate(5ms);
  reactor.call_later(1h, [] {});
  script->on_wait = [&] { reactor.stop(); };
  reactor.run();
  EXPECT_EQ(script->timeouts,
            (std::vector<std::optional<std::chrono::milliseconds>>{5ms, 1h}));
}

// Milliseconds that do not fit into an int would be short, or without limit.
TEST_F(ScriptedCore, IterateWaitsForAtMostADay) {
  reactor.iterate(std::chrono::hours(1200));
  reactor.iterate(std::chrono::hours::max());
  reactor.iterate(1ns);
  reactor.iterate(-1ms);
  reactor.iterate(std::chrono::hours::min());
  EXPECT_EQ(script->timeouts,
            (std::vector<std::optional<std::chrono::milliseconds>>{
                24h, 24h, 1ms, 0ms, 0ms}));
}

TEST_P(Core, StopEndsItInTheSameIteration) {
  const auto probe = make_probe();
  reactor.add_reader(probe);
  reactor.call_later(0s, [&] { reactor.stop(); });
  reactor.iterate();
  EXPECT_FALSE(reactor.running());
  EXPECT_EQ(probe->reason, Error::connection_lost);
  EXPECT_EQ(code_thrown_by([&] { reactor.iterate(); }),
            Error::reactor_not_restartable);
}

TEST_P(Core, StopBetweenTwoIterationsEndsItInTheNextOne) {
  const auto probe = make_probe();
  reactor.add_reader(probe);
  reactor.iterate();
  reactor.stop();
  reactor.iterate();
  EXPECT_EQ(probe->reason, Error::connection_lost);
  EXPECT_EQ(code_thrown_by([&] { reactor.iterate(); }),
            Error::reactor_not_restartable);
}

TEST_P(Core, IterateThrowsWithinACallback) {
  std::error_code within_iterate;
  std::error_code within_run;
  reactor.call_later(0s, [&] {
    within_iterate = code_thrown_by([&] { reactor.iterate(); });
    within_run = code_thrown_by([&] { reactor.run(); });
  });
  reactor.iterate();
  EXPECT_EQ(within_iterate, Error::reactor_already_running);
  EXPECT_EQ(within_run, Error::reactor_already_running);
  reactor.call_later(0s, [&] { reactor.stop(); });
  reactor.iterate();
}

TEST(ForeignLoop, TheDescriptorIsReadableWhenThereIsSomethingToDo) {
  const Watchdog watchdog;
  reactor::Reactor reactor(reactor::make_epoll_poller());
  const auto probe = make_probe();
  reactor.add_reader(probe);
  reactor.iterate();
  pollfd foreign{reactor.fileno(), POLLIN, 0};
  EXPECT_EQ(::poll(&foreign, 1, 0), 0);
  std::thread([&] { reactor.call_from_thread([] {}); }).join();
  EXPECT_EQ(::poll(&foreign, 1, 0), 1);
  reactor.iterate();
  EXPECT_EQ(::poll(&foreign, 1, 0), 0);
  send_bytes(probe->other);
  EXPECT_EQ(::poll(&foreign, 1, 0), 1);
}

// --- What callbacks throw ----------------------------------------------------

struct Mute final : std::exception {
  const char* what() const noexcept override { return nullptr; }
};

const std::vector<std::function<void()>> throwers{
    [] { throw std::runtime_error("oh"); }, [] { throw 42; },
    [] { throw std::bad_alloc(); }, [] { throw Mute(); }};

std::vector<std::string> what_is_logged(const std::string& prefix) {
  return {prefix + " oh", prefix + " unknown exception",
          prefix + " std::bad_alloc", prefix + " unknown exception"};
}

TEST_P(Core, A10_AnExceptionInADelayedCallIsLoggedAndTheNextIsMade) {
  const LogCapture log;
  for (const auto& thrower : throwers) {
    reactor.call_later(0s, thrower);
  }
  reactor.call_later(0s, [&] { reactor.stop(); });
  reactor.run();
  EXPECT_EQ(log.lines(), what_is_logged("[-]"));
}

TEST_P(Core, A10_AnExceptionInACallWhenRunningIsLogged) {
  const LogCapture log;
  for (const auto& thrower : throwers) {
    reactor.call_when_running(thrower);
  }
  reactor.call_when_running([&] {
    reactor.call_when_running([] { throw std::runtime_error("again"); });
    reactor.stop();
  });
  reactor.run();
  auto expected = what_is_logged("[-]");
  expected.push_back("[-] again");
  EXPECT_EQ(log.lines(), expected);
}

TEST_P(Core, A10_AnExceptionInACallFromAThreadIsLogged) {
  const LogCapture log;
  for (const auto& thrower : throwers) {
    reactor.call_from_thread(thrower);
  }
  reactor.call_from_thread([&] { reactor.stop(); });
  reactor.run();
  EXPECT_EQ(log.lines(), what_is_logged("[-]"));
}

TEST_F(ScriptedCore, A10_AnExceptionInADescriptorEndsThatDescriptorOnly) {
  const LogCapture log;
  std::vector<std::shared_ptr<Probe>> probes;
  script->batches.emplace_back();
  for (const auto& thrower : throwers) {
    probes.push_back(make_probe());
    const auto& probe = probes.back();
    probe->on_read = [thrower] { return thrower(), std::error_code(); };
    reactor.add_reader(probe);
    script->batches[0].push_back({probe->fileno(), {true, false}});
  }
  const auto last = make_probe();
  reactor.add_reader(last);
  script->batches[0].push_back({last->fileno(), {true, false}});

  run_iterations(1);
  for (const auto& probe : probes) {
    EXPECT_EQ(probe->losses, 1);
    EXPECT_EQ(probe->reason, Error::callback_failed);
  }
  EXPECT_EQ(last->reads, 1);
  EXPECT_EQ(log.lines(), what_is_logged("[probe]"));
}

// As pthread_cancel() does it: the exception that unwinds the thread must not
// be caught.
TEST_P(Core, A10_AThreadCanBeCancelledWithinACallback) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "what is caught is no object, and the sanitizer minds";
#endif
  struct Shared {
    const char* poller;
    bool unwound = false;
    bool returned = false;
  } shared{GetParam()};
  const auto run = [](void* argument) -> void* {
    Shared& mine = *static_cast<Shared*>(argument);
    const std::shared_ptr<void> guard(nullptr,
                                      [&](void*) { mine.unwound = true; });
    reactor::Reactor inner(reactor::make_poller(mine.poller));
    inner.call_later(0s, [] { ::pthread_exit(nullptr); });
    inner.run();
    mine.returned = true;
    return nullptr;
  };
  const LogCapture log;
  pthread_t thread;
  ASSERT_EQ(::pthread_create(&thread, nullptr, run, &shared), 0);
  ::pthread_join(thread, nullptr);
  EXPECT_TRUE(shared.unwound);
  EXPECT_FALSE(shared.returned);
  EXPECT_TRUE(log.lines().empty());
}

TEST_P(Core, K03_APrefixThatThrowsDoesNoHarm) {
  struct Nameless final : reactor::ReadDescriptor {
    explicit Nameless(net::Socket s)
        : sock(std::move(s)) {}
    int fileno() const override { return sock.fd(); }
    std::error_code do_read() override { throw std::runtime_error("read"); }
    void connection_lost(std::error_code) override { lost = true; }
    std::string log_prefix() const override { throw std::bad_alloc(); }
    net::Socket sock;
    bool lost = false;
  };
  Pair pair;
  send_bytes(pair.other);
  const auto nameless = std::make_shared<Nameless>(std::move(pair.sock));
  reactor.add_reader(nameless);
  run_iterations(1);
  EXPECT_TRUE(nameless->lost);
}

TEST_P(Core, K03_ALogThatThrowsDoesNoHarm) {
  for (const bool is_exception : {true, false}) {
    const LogCapture log([is_exception] {
      if (is_exception) throw std::runtime_error("the disk is full");
      throw 42;
    });
    reactor::Reactor inner(reactor::make_poller(GetParam()));
    const auto probe = make_readable_probe();
    probe->on_read = [] { return throw 42, std::error_code(); };
    probe->on_lost = [] { throw 42; };
    inner.add_reader(probe);
    bool went_on = false;
    inner.call_later(0s, [] { throw 42; });
    inner.call_later(0s, [&] { went_on = true; });
    inner.call_later(0s, [&] { inner.stop(); });
    inner.run();
    EXPECT_TRUE(went_on);
    EXPECT_EQ(probe->losses, 1);
    EXPECT_EQ(log.lines().size(), 3u);
  }
}

// --- Idle --------------------------------------------------------------------

TEST_F(ScriptedCore, A12_AnIdleReactorWaitsWithoutLimit) {
  const auto probe = make_probe();
  reactor.add_reader(probe);
  run_iterations(3);
  EXPECT_EQ(script->timeouts,
            (std::vector<std::optional<std::chrono::milliseconds>>{
                std::nullopt, std::nullopt, std::nullopt}));
}

TEST_P(Core, A13_AnEmptyReactorWaitsOnceUntilStop) {
  reactor.call_when_running([&] {
    std::thread([&] {
      reactor.call_from_thread([&] { reactor.stop(); });
    }).detach();
  });
  reactor.run();
  EXPECT_EQ(stats->waits, 1);
  EXPECT_EQ(stats->wakeups, 1);
  EXPECT_EQ(stats->empty, 0);
}

// --- Beginning and end of a reactor ------------------------------------------

struct BrokenPoller final : reactor::Poller {
  void watch(int, reactor::Events) override {}
  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds>) override {
    throw std::system_error(std::make_error_code(std::errc::io_error));
  }
};

void use(reactor::Reactor& reactor, bool run) {
  const auto probe = make_readable_probe();
  const auto writer = make_probe();
  reactor.add_reader(probe);
  reactor.add_writer(writer);
  reactor.retain(writer);
  reactor.call_later(1h, [probe] {});
  reactor.call_later(1h, [probe] {}).cancel();
  reactor.call_from_thread([probe] {});
  if (!run) reactor.call_when_running([probe] {});
  if (run) reactor.call_later(0s, [&] { reactor.stop(); });
  if (run) reactor.run();
}

TEST_P(Core, A14_AReactorLeavesNoDescriptorOpenInAnyState) {
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 300; ++i) {
    reactor::Reactor unused(reactor::make_poller(GetParam()));
    reactor::Reactor never_ran(reactor::make_poller(GetParam()));
    use(never_ran, false);
    reactor::Reactor ran(reactor::make_poller(GetParam()));
    use(ran, true);
    reactor::Reactor broken(std::make_unique<BrokenPoller>());
    EXPECT_THROW(use(broken, true), std::system_error);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_P(Core, A14_AReactorThatGetsNoDescriptorThrowsTheReason) {
  const std::size_t before = open_descriptors();
  auto poller = reactor::make_poller(GetParam());
  max_descriptors = no_descriptors;
  const auto why = code_thrown_by([&] {
    const ScarceDescriptors scarce;
    const reactor::Reactor inner(std::move(poller));
  });
  max_descriptors = unlimited;
  EXPECT_EQ(why, std::errc::too_many_files_open);
  EXPECT_EQ(open_descriptors(), before);
}

TEST_P(Core, A14_TwoReactorsInTwoThreadsAreIndependent) {
  const auto run = [poller = GetParam()] {
    for (int i = 0; i < 50; ++i) {
      reactor::Reactor mine(reactor::make_poller(poller));
      use(mine, true);
    }
  };
  std::thread one(run);
  std::thread two(run);
  one.join();
  two.join();
}

TEST_P(Core, A14_TwoReactorsInOneThreadAreIndependent) {
  reactor::Reactor inner(reactor::make_poller(GetParam()));
  reactor.call_later(0s, [&] {
    inner.call_later(0s, [&] { inner.stop(); });
    inner.run();
    EXPECT_TRUE(reactor.running());
    reactor.stop();
  });
  reactor.run();
  EXPECT_FALSE(inner.running());
}

// --- Messages ----------------------------------------------------------------

TEST(Errors, HaveOneMessageEach) {
  const auto& category = reactor::error_category();
  const std::string unknown = category.message(0);
  std::set<std::string> messages{unknown};
  const int last = static_cast<int>(Error::producer_registered);
  for (int value = 1; value <= last; ++value) {
    EXPECT_TRUE(messages.insert(category.message(value)).second) << value;
  }
  EXPECT_EQ(category.message(last + 1), unknown);
  EXPECT_STREQ(category.name(), "reactor");
}

FOR_EVERY_POLLER(Core);

}  // namespace
