// Which of the registered descriptors an iteration calls, and in which order.

#include <fcntl.h>
#include <algorithm>

#include "reactor/descriptors.h"

using namespace rig;
using reactor::Error;

namespace {

class Dispatch : public DescriptorTest {};
class ScriptedDispatch : public ScriptedTest {};

// --- Within one iteration
// --------------------------------------------------------

TEST_F(ScriptedDispatch, B07_ReadingComesBeforeWriting) {
  const auto probe = make_probe();
  reactor.add_reader(probe);
  reactor.add_writer(probe);
  std::string order;
  probe->on_read = [&] { return order += 'r', go_on; };
  probe->on_write = [&] { return order += 'w', go_on; };
  script->batches = {{{probe->fileno(), both_ways}}};
  run_iterations(1);
  EXPECT_EQ(order, "rw");
}

TEST_F(ScriptedDispatch, B07_ADescriptorLostInDoReadIsNotWritten) {
  const auto done = make_probe();
  const auto removed = make_probe();
  for (const auto& probe : {done, removed}) {
    reactor.add_reader(probe);
    reactor.add_writer(probe);
  }
  done->on_read = [] { return make_error_code(Error::connection_done); };
  removed->on_read = [&] {
    reactor.remove_writer(*removed);
    return go_on;
  };
  script->batches = {
      {{done->fileno(), both_ways}, {removed->fileno(), both_ways}}};
  run_iterations(1);
  EXPECT_EQ(done->reads, 1);
  EXPECT_EQ(done->writes, 0);
  EXPECT_EQ(done->losses, 1);
  EXPECT_EQ(removed->reads, 1);
  EXPECT_EQ(removed->writes, 0);
}

TEST_F(ScriptedDispatch, B08_ADescriptorRemovedInThisIterationIsNotCalled) {
  for (const bool forwards : {true, false}) {
    script->batches.clear();
    reactor::Reactor inner(std::make_unique<ScriptedPoller>(script), clock);
    const auto one = make_probe();
    const auto two = make_probe();
    const auto kill = [&](Probe& victim) {
      inner.remove_reader(victim);
      inner.remove_writer(victim);
      victim.sock.close();
      return go_on;
    };
    one->on_read = [&, &victim = *two] { return kill(victim); };
    two->on_read = [&, &victim = *one] { return kill(victim); };
    for (const auto& probe : {one, two}) {
      inner.add_reader(probe);
      inner.add_writer(probe);
    }
    script->batches = {
        {{one->fileno(), both_ways}, {two->fileno(), both_ways}}};
    if (!forwards) std::swap(script->batches[0][0], script->batches[0][1]);
    script->on_wait = [&] { inner.stop(); };
    inner.run();
    EXPECT_EQ(one->reads, forwards ? 1 : 0);
    EXPECT_EQ(two->reads, forwards ? 0 : 1);
    EXPECT_EQ(one->writes, forwards ? 1 : 0);
    EXPECT_EQ(two->writes, forwards ? 0 : 1);
  }
}

TEST_P(Dispatch,
       B08_ADescriptorRemovedInThisIterationIsNotCalledByRealPollers) {
  std::vector<std::shared_ptr<Probe>> probes;
  for (int i = 0; i < 10; ++i) {
    probes.push_back(make_readable_probe());
    reactor.add_reader(probes.back());
  }
  for (const auto& probe : probes) {
    probe->on_read = [&, self = probe.get()] {
      for (const auto& victim : probes) {
        if (victim.get() == self) continue;
        reactor.remove_reader(*victim);
        victim->sock.close();
      }
      return go_on;
    };
  }
  run_iterations(3);
  const auto called = [](const std::shared_ptr<Probe>& p) {
    return p->reads > 0;
  };
  EXPECT_EQ(std::count_if(probes.begin(), probes.end(), called), 1);
}

TEST_P(Dispatch, B09_ADescriptorThatRemovedItselfIsNotAskedForItsNumber) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  reactor.add_writer(probe);
  int asked = 0;
  probe->on_read = [&] {
    reactor.remove_reader(*probe);
    reactor.remove_writer(*probe);
    asked = probe->filenos;
    return go_on;
  };
  run_iterations(3);
  EXPECT_EQ(probe->reads, 1);
  EXPECT_EQ(probe->writes, 0);
  EXPECT_EQ(probe->filenos, asked);
  EXPECT_EQ(probe->losses, 0);
}

// Both are ready. The first one that is called closes the other and registers a
// new descriptor that gets its number, `times` times in a row.
void reuse_number(reactor::Reactor& reactor,
                  int times,
                  Probe& one,
                  Probe& two,
                  std::vector<std::shared_ptr<Probe>>& fresh) {
  const auto replace = [&reactor, times, &fresh](Probe& victim) {
    if (!fresh.empty()) return go_on;
    const int number = victim.sock.fd();
    reactor.remove_reader(victim);
    reactor.remove_writer(victim);
    victim.sock.close();
    for (int i = 0; i < times; ++i) {
      fresh.push_back(make_probe());
      const auto latest = fresh.back();
      EXPECT_EQ(latest->sock.fd(), number);
      reactor.add_reader(latest);
      reactor.add_writer(latest);
      if (i + 1 == times) break;
      reactor.remove_reader(*latest);
      reactor.remove_writer(*latest);
      latest->sock.close();
    }
    return go_on;
  };
  one.on_read = [replace, &two] { return replace(two); };
  two.on_read = [replace, &one] { return replace(one); };
}

TEST_P(Dispatch, B10_AnEventOfAClosedFileDoesNotReachTheNextFileOfThatNumber) {
  for (const int times : {1, 2, 3}) {
    reactor::Reactor inner(reactor::make_poller(GetParam()));
    const auto one = make_readable_probe();
    const auto two = make_readable_probe();
    std::vector<std::shared_ptr<Probe>> fresh;
    reuse_number(inner, times, *one, *two, fresh);
    for (const auto& probe : {one, two}) {
      inner.add_reader(probe);
      inner.add_writer(probe);
    }
    inner.call_later(0s, [&] { inner.stop(); });
    inner.run();
    ASSERT_EQ(fresh.size(), static_cast<std::size_t>(times));
    for (const auto& probe : fresh) {
      EXPECT_EQ(probe->reads + probe->writes, 0) << times;
    }
    EXPECT_EQ(fresh.back()->losses, 1);
  }
}

// do_read() closes the file, and another one gets its number before do_write().
TEST_F(ScriptedDispatch,
       B10_AWriteEventDoesNotReachAFileThatReusedTheNumberInDoRead) {
  const auto probe = make_probe();
  const int number = probe->sock.fd();
  std::vector<std::shared_ptr<Probe>> fresh;
  probe->on_read = [&] {
    reactor.remove_reader(*probe);
    reactor.remove_writer(*probe);
    probe->sock.close();
    fresh.push_back(make_probe());
    EXPECT_EQ(fresh[0]->sock.fd(), number);
    reactor.add_writer(fresh[0]);
    return make_error_code(Error::connection_done);
  };
  reactor.add_reader(probe);
  reactor.add_writer(probe);
  script->batches = {{{number, both_ways}}, {{number, both_ways}}};
  run_iterations(2, [&](int iteration) {
    EXPECT_EQ(probe->losses, iteration == 1 ? 0 : 1);
    if (iteration == 1) return;
    EXPECT_EQ(fresh[0]->writes, 0);
    EXPECT_EQ(fresh[0]->losses, 0);
  });
  EXPECT_EQ(fresh[0]->writes, 1);
}

TEST_P(Dispatch, B11_ADescriptorAddedDuringAnIterationIsCalledInTheNext) {
  constexpr int many = 900;
  const ManyDescriptors limit(4 * many);
  const auto first = make_readable_probe();
  std::vector<std::shared_ptr<Probe>> added;
  int early = 0;
  first->on_read = [&] {
    reactor.remove_reader(*first);
    for (int i = 0; i < many; ++i) {
      added.push_back(std::make_shared<Probe>(duplicate(first->sock)));
      added.back()->on_read = [&, iteration = stats->waits] {
        early += stats->waits == iteration;
        return go_on;
      };
      reactor.add_reader(added.back());
    }
    after(8, [&] { reactor.stop(); });
    return go_on;
  };
  reactor.add_reader(first);
  reactor.run();
  EXPECT_EQ(early, 0);
  for (const auto& probe : added) {
    EXPECT_GT(probe->reads, 0);
  }
}

// --- Signals, and other things to watch --------------------------------------

TEST_F(ScriptedDispatch, B20_AnEmptyWakeUpCallsNoDescriptorAndKeepsTheTimeout) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  reactor.call_later(100ms, [&] { reactor.stop(); });
  script->on_wait = [&] { clock.advance(20ms); };
  reactor.run();
  const std::vector<std::optional<std::chrono::milliseconds>> expected{
      100ms, 80ms, 60ms, 40ms, 20ms, 0ms};
  EXPECT_EQ(script->timeouts, expected);
  EXPECT_EQ(probe->reads, 0);
}

TEST_P(Dispatch, B21_ARegularFileIsAlwaysReadyAndStarvesNoOther) {
  const auto file = std::make_shared<Probe>(
      net::Socket(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)));
  const auto probe = make_readable_probe();
  read_properly(*probe);
  reactor.add_reader(file);
  reactor.add_reader(probe);
  bool timer = false;
  reactor.call_later(1ms, [&] { timer = true; });
  file->on_read = [&] {
    const bool is_over = timer && file->reads > 1;
    return is_over ? make_error_code(Error::connection_done) : go_on;
  };
  file->on_lost = [&] { reactor.stop(); };
  reactor.run();
  EXPECT_TRUE(timer);
  EXPECT_EQ(probe->reads, 1);
}

TEST_P(Dispatch, B21_ARemovedRegularFileIsNoLongerReady) {
  const auto file = std::make_shared<Probe>(
      net::Socket(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)));
  reactor.add_reader(file);
  reactor.add_writer(file);
  reactor.remove_reader(*file);
  reactor.remove_writer(*file);
  run_iterations(2);
  EXPECT_EQ(stats->wakeups, 0);
  EXPECT_EQ(file->reads + file->writes, 0);
}

TEST_P(Dispatch, L03_ADescriptorThatIsAlwaysReadyIsCalledOnceAnIteration) {
  const auto firehose = make_readable_probe();
  const auto quiet = make_probe();
  read_properly(*quiet);
  reactor.add_reader(firehose);
  reactor.add_writer(firehose);
  reactor.add_reader(quiet);
  int said_at = 0;
  after(5, [&] {
    send_bytes(quiet->other);
    said_at = stats->waits;
  });
  int heard_at = 0;
  quiet->on_read = [&] {
    heard_at = stats->waits;
    return take(*quiet);
  };
  run_iterations(10);
  EXPECT_EQ(heard_at, said_at + 1);
  EXPECT_EQ(firehose->reads, stats->waits);
  EXPECT_EQ(firehose->writes, stats->waits);
}

TEST_P(Dispatch, L04_DelayedCallsAndDescriptorsDoNotStarveEachOther) {
  const auto busy = make_readable_probe();
  reactor.add_reader(busy);
  int calls = 0;
  std::function<void()> again = [&] {
    if (++calls == 1000) reactor.stop();
    reactor.call_later(0s, again);
  };
  reactor.call_later(0s, again);
  reactor.run();
  EXPECT_EQ(calls, 1000);
  EXPECT_EQ(stats->waits, 1000);
  EXPECT_EQ(busy->reads, 1000);
}

TEST_P(Dispatch, L05_EachOfManyReadyDescriptorsIsCalledSoon) {
  constexpr std::size_t many = 900;
  constexpr int at_once = 256;  // by epoll; the others report all of them
  const ManyDescriptors limit(4 * many);
  const Pair pair;
  send_bytes(pair.other);
  std::vector<std::shared_ptr<Probe>> probes;
  for (std::size_t i = 0; i < many; ++i) {
    probes.push_back(std::make_shared<Probe>(duplicate(pair.sock)));
    reactor.add_reader(probes.back());
  }
  after((many + at_once - 1) / at_once, [&] { reactor.stop(); });
  reactor.run();
  for (const auto& probe : probes) {
    EXPECT_GT(probe->reads, 0);
    EXPECT_LE(probe->reads, stats->waits);
  }
}

FOR_EVERY_POLLER(Dispatch);

}  // namespace
