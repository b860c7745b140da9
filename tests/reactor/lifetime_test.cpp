// The reactor destroys nothing while a callback runs, and keeps nothing longer
// than that.
#include "support/rig.h"

using namespace rig;
using reactor::Error;

namespace {

class Lifetime : public ReactorTest {};
class ScriptedLifetime : public ScriptedTest {
 protected:
  // The reactor has the only reference.
  Probe& adopt(bool* dead) {
    auto probe = make_probe();
    probe->on_destroy = [dead] { *dead = true; };
    Probe& only = *probe;
    reactor.add_reader(probe);
    return only;
  }

  void make_ready(std::initializer_list<int> fds) {
    script->batches.emplace_back();
    for (const int fd : fds) {
      script->batches.back().push_back({fd, {true, true}});
    }
  }
};

TEST_F(ScriptedLifetime,
       ADescriptorThatRemovesItselfLivesUntilTheIterationEnds) {
  bool dead = false;
  Probe& probe = adopt(&dead);
  probe.on_read = [&] {
    reactor.remove_reader(probe);
    EXPECT_FALSE(dead);
    return std::error_code();
  };
  make_ready({probe.fileno()});
  run_iterations(2, [&](int iteration) { EXPECT_EQ(dead, iteration == 2); });
}

TEST_F(ScriptedLifetime, ALostDescriptorLivesUntilTheIterationEnds) {
  bool dead = false;
  Probe& probe = adopt(&dead);
  reactor.retain(reactor.readers().front());
  probe.on_read = [] { return make_error_code(Error::connection_done); };
  probe.on_lost = [&] {
    reactor.remove_reader(probe);
    reactor.unretain(probe);
    probe.sock.close();
    EXPECT_FALSE(dead);
  };
  make_ready({probe.fileno()});
  run_iterations(2, [&](int iteration) { EXPECT_EQ(dead, iteration == 2); });
}

TEST_F(ScriptedLifetime,
       ADescriptorThatUnretainsItselfLivesUntilTheIterationEnds) {
  bool dead = false;
  Probe& probe = adopt(&dead);
  reactor.retain(reactor.readers().front());
  probe.on_read = [&] {
    reactor.remove_reader(probe);
    EXPECT_FALSE(dead);
    reactor.unretain(probe);
    EXPECT_FALSE(dead);
    return std::error_code();
  };
  make_ready({probe.fileno()});
  run_iterations(2, [&](int iteration) { EXPECT_EQ(dead, iteration == 2); });
}

TEST_F(ScriptedLifetime, AForgottenDescriptorLivesUntilTheIterationIsOver) {
  bool dead = false;
  Probe& probe = adopt(&dead);
  reactor.retain(reactor.readers().front());
  reactor.remove_reader(probe);
  reactor.call_later(0s, [&] {
    reactor.unretain(probe);
    EXPECT_FALSE(dead);
  });
  run_iterations(1, [&](int) { EXPECT_TRUE(dead); });
}

TEST_F(ScriptedLifetime,
       ADescriptorRemovedByAnotherLivesUntilTheIterationEnds) {
  bool dead = false;
  bool unused = false;
  Probe& victim = adopt(&dead);
  Probe& killer = adopt(&unused);
  killer.on_read = [&] {
    reactor.remove_reader(victim);
    EXPECT_FALSE(dead);
    return std::error_code();
  };
  make_ready({killer.fileno(), victim.fileno()});
  run_iterations(2, [&](int iteration) { EXPECT_EQ(dead, iteration == 2); });
}

// The wait may be long, and the other side waits for the socket to be closed.
TEST_F(ScriptedLifetime,
       ADescriptorRemovedByADelayedCallIsDestroyedBeforeTheWait) {
  bool dead = false;
  Probe& probe = adopt(&dead);
  reactor.call_later(0s, [&] {
    reactor.remove_reader(probe);
    EXPECT_FALSE(dead);
  });
  run_iterations(1, [&](int) { EXPECT_TRUE(dead); });
}

TEST_F(ScriptedLifetime, ADescriptorRemovedBeforeRunIsDestroyedBeforeTheWait) {
  bool dead = false;
  Probe& probe = adopt(&dead);
  reactor.remove_reader(probe);
  EXPECT_FALSE(dead);
  run_iterations(1, [&](int) { EXPECT_TRUE(dead); });
}

TEST_F(ScriptedLifetime, ACancelledCallIsDestroyedWhenTheIterationEnds) {
  bool dead = false;
  std::shared_ptr<void> held(nullptr, [&](void*) { dead = true; });
  auto call = reactor.call_later(1h, [held] {});
  held.reset();
  reactor.call_later(0s, [&] {
    EXPECT_FALSE(call.cancel());
    call = {};
    EXPECT_FALSE(dead);
  });
  run_iterations(1, [&](int) { EXPECT_TRUE(dead); });
}

// The object owned by a delayed call cancels that call and still exists.
TEST_F(ScriptedLifetime, AnObjectMayCancelTheCallThatOwnsIt) {
  struct Owned {
    reactor::DelayedCall call;
    bool* dead = nullptr;
    ~Owned() { *dead = true; }
  };
  bool dead = false;
  auto owned = std::make_shared<Owned>();
  owned->dead = &dead;
  owned->call = reactor.call_later(1h, [owned] {});
  reactor.call_later(0s, [&, self = owned.get()] {
    self->call.cancel();
    EXPECT_FALSE(dead);
    self->call = {};
    EXPECT_FALSE(dead);
  });
  owned.reset();
  run_iterations(1, [&](int) { EXPECT_TRUE(dead); });
}

TEST_F(ScriptedLifetime, ADelayedCallLivesUntilItReturns) {
  bool dead = false;
  std::shared_ptr<void> held(nullptr, [&](void*) { dead = true; });
  reactor::DelayedCall call;
  call = reactor.call_later(0s, [&, held] {
    call.cancel();
    call = {};
    EXPECT_FALSE(dead);
  });
  held.reset();
  run_iterations(1, [&](int) { EXPECT_TRUE(dead); });
}

// An object that is destroyed between two iterations may remove others, which
// are destroyed before the wait, too.
TEST_F(ScriptedLifetime,
       ADescriptorRemovedByADestructorIsDestroyedBeforeTheWait) {
  bool dead = false;
  Probe& probe = adopt(&dead);
  std::shared_ptr<void> farewell(nullptr,
                                 [&](void*) { reactor.remove_reader(probe); });
  auto call = reactor.call_later(1h, [farewell] {});
  farewell.reset();
  reactor.call_later(0s, [&] { call.cancel(); });
  run_iterations(1, [&](int) { EXPECT_TRUE(dead); });
}

TEST_F(ScriptedLifetime, ACallCancelledByADestructorIsDestroyedBeforeTheWait) {
  bool dead = false;
  std::shared_ptr<void> held(nullptr, [&](void*) { dead = true; });
  auto second = reactor.call_later(1h, [held] {});
  std::shared_ptr<void> farewell(nullptr, [&](void*) { second.cancel(); });
  auto first = reactor.call_later(1h, [farewell] {});
  held.reset();
  farewell.reset();
  reactor.call_later(0s, [&] { first.cancel(); });
  run_iterations(1, [&](int) { EXPECT_TRUE(dead); });
}

TEST_F(ScriptedLifetime, ACallWhenRunningIsDestroyedBeforeTheWait) {
  bool dead = false;
  std::shared_ptr<void> held(nullptr, [&](void*) { dead = true; });
  reactor.call_when_running([held] {});
  held.reset();
  run_iterations(1, [&](int) { EXPECT_TRUE(dead); });
}

// --- Order of destruction ----------------------------------------------------

// Removes itself in its destructor, as a careful user's object does.
struct Polite {
  reactor::Reactor& reactor;
  std::shared_ptr<Probe> probe;
  reactor::DelayedCall call;

  ~Polite() {
    call.cancel();
    reactor.remove_reader(*probe);
    reactor.remove_writer(*probe);
    reactor.unretain(*probe);
  }
};

// Schedules a call when it is destroyed.
struct Scheduler {
  reactor::Reactor& reactor;

  ~Scheduler() {
    reactor.call_later(1h, [] {});
  }
};

TEST_P(Lifetime, DestroyedCallbacksMayScheduleCallsOfTheirReactor) {
  reactor::Reactor inner(reactor::make_poller(GetParam()));
  const auto scheduler = [&] {
    return std::shared_ptr<Scheduler>(new Scheduler{inner});
  };
  inner.call_later(1h, [mine = scheduler()] {});
  inner.call_from_thread([mine = scheduler()] {});
  inner.call_when_running([mine = scheduler()] {});
}

TEST_P(Lifetime, AReactorCanBeDestroyedInAnyState) {
  for (const bool run : {false, true}) {
    int dead = 0;
    {
      reactor::Reactor inner(reactor::make_poller(GetParam()));
      const auto polite = [&] {
        auto probe = make_probe();
        inner.add_reader(probe);
        inner.retain(probe);
        probe->on_destroy = [&] { ++dead; };
        auto call = inner.call_later(1h, [] {});
        return std::shared_ptr<Polite>(new Polite{inner, probe, call});
      };
      const auto hold = [&] {
        const auto owner = [&] {
          auto probe = make_probe();
          probe->on_read = [mine = polite()] { return std::error_code(); };
          return probe;
        };
        inner.add_reader(owner());
        inner.retain(owner());
        const auto removed = owner();
        inner.add_writer(removed);
        inner.remove_writer(*removed);
        inner.call_later(1h, [mine = polite()] {});
        inner.call_later(1h, [mine = polite()] {}).cancel();
        inner.call_from_thread([mine = polite()] {});
        inner.call_when_running([mine = polite()] {});
      };
      hold();
      if (run) {
        inner.call_when_running([&] { inner.stop(); });
        inner.run();
        hold();
      }
    }
    EXPECT_EQ(dead, run ? 14 : 7);
  }
}

TEST_P(Lifetime, ADelayedCallMayOutliveTheReactor) {
  reactor::DelayedCall call;
  {
    reactor::Reactor inner(reactor::make_poller(GetParam()));
    call = inner.call_later(1h, [] {});
  }
  EXPECT_FALSE(call.active());
  EXPECT_EQ(call.cancel(), Error::already_cancelled);
  EXPECT_EQ(call.reset(1s), Error::already_cancelled);
  EXPECT_EQ(call.delay(1s), Error::already_cancelled);
}

// The object owns the call and the call the object: only the queue can release
// them.
TEST_P(Lifetime, ACallThatWasNeverMadeIsDestroyedWithTheReactor) {
  bool dead = false;
  {
    reactor::Reactor inner(reactor::make_poller(GetParam()));
    struct Owner {
      reactor::DelayedCall call;
      std::shared_ptr<void> witness;
    };
    const auto owner = std::make_shared<Owner>();
    owner->witness = {nullptr, [&](void*) { dead = true; }};
    owner->call = inner.call_later(1h, [owner] {});
  }
  EXPECT_TRUE(dead);
}

TEST_P(Lifetime, ManyObjectsMayBeDestroyedAtOnce) {
  int dead = 0;
  for (int i = 0; i < 100; ++i) {
    auto probe = make_readable_probe();
    probe->on_read = [&, self = probe.get()] {
      reactor.remove_reader(*self);
      return std::error_code();
    };
    probe->on_destroy = [&] { ++dead; };
    reactor.add_reader(probe);
  }
  run_iterations(1);
  EXPECT_EQ(dead, 100);
  EXPECT_TRUE(reactor.readers().empty());
}

FOR_EVERY_POLLER(Lifetime);

}  // namespace
