// Who is registered is called when it is ready, and nobody else.
//                                        twisted.internet.test.test_fdset
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "support/rig.h"

using namespace rig;
using reactor::Error;
using reactor::Events;

namespace {

class FdSet : public ReactorTest {
 protected:
  bool is_epoll() const { return std::string(GetParam()) == "epoll"; }
  bool is_select() const { return std::string(GetParam()) == "select"; }
};

class ScriptedFdSet : public ScriptedTest {};

const std::error_code go_on;
constexpr Events both_ways{true, true};

// Takes one byte, as a reader should.
std::error_code take(const Probe& probe) {
  char byte;
  const ssize_t n = ::recv(probe.sock.fd(), &byte, 1, 0);
  if (n == 0) return Error::connection_done;
  if (n < 0 && errno == EWOULDBLOCK) return {};
  return n < 0 ? net::last_error() : std::error_code();
}

void read_properly(Probe& probe) {
  probe.on_read = [&probe] { return take(probe); };
}

// Has the number of somebody else.
struct SameNumber final : reactor::WriteDescriptor, reactor::ReadDescriptor {
  explicit SameNumber(int fd)
      : number(fd) {}
  int fileno() const override { return number; }
  std::error_code do_read() override { return {}; }
  std::error_code do_write() override { return {}; }
  void connection_lost(std::error_code) override { lost = true; }
  int number;
  bool lost = false;
};

// --- Adding and removing -----------------------------------------------------

TEST_P(FdSet, B01_AReaderIsCalledWhenBytesWaitAndAWriterWhenThereIsRoom) {
  const auto reader = make_probe();
  const auto idle = make_probe();
  const auto writer = make_probe();
  const auto full = make_probe();
  fill(full->sock);
  read_properly(*reader);
  reactor.add_reader(reader);
  reactor.add_reader(idle);
  reactor.add_writer(writer);
  reactor.add_writer(full);
  after(1, [&] { say(reader->other); });
  turn(4);
  EXPECT_EQ(reader->reads, 1);
  EXPECT_EQ(idle->reads, 0);
  EXPECT_GT(writer->writes, 2);
  EXPECT_EQ(full->writes, 0);
  EXPECT_EQ(reader->writes + idle->writes + writer->reads + full->reads, 0);
}

TEST_P(FdSet, B02_WhoIsRemovedIsNotCalledAlthoughItIsReady) {
  const auto reader = make_readable_probe();
  const auto writer = make_probe();
  reactor.add_reader(reader);
  reactor.add_writer(writer);
  reactor.remove_reader(*reader);
  reactor.remove_writer(*writer);
  turn(2);
  EXPECT_EQ(reader->reads, 0);
  EXPECT_EQ(writer->writes, 0);
  EXPECT_EQ(stats->wakeups, 0);
  EXPECT_EQ(reader->losses + writer->losses, 0);
}

TEST_P(FdSet, B03_ReadersAndWritersAreThoseWhoAreRegistered) {
  using Readers = std::vector<std::shared_ptr<reactor::ReadDescriptor>>;
  using Writers = std::vector<std::shared_ptr<reactor::WriteDescriptor>>;
  EXPECT_EQ(reactor.readers(), Readers());
  EXPECT_EQ(reactor.writers(), Writers());

  const auto one = make_probe();
  const auto two = make_probe();
  reactor.add_reader(one);
  reactor.add_reader(two);
  reactor.add_writer(two);
  EXPECT_EQ(reactor.readers(), (Readers{one, two}));
  EXPECT_EQ(reactor.writers(), Writers{two});

  reactor.remove_reader(*one);
  reactor.remove_writer(*two);
  reactor.keep(one);
  EXPECT_EQ(reactor.readers(), Readers{two});
  EXPECT_EQ(reactor.writers(), Writers());
}

TEST_P(FdSet, B04_AddingTwiceIsAddingOnce) {
  const auto probe = make_readable_probe();
  for (int i = 0; i < 2; ++i) {
    reactor.add_reader(probe);
    reactor.add_writer(probe);
  }
  EXPECT_EQ(reactor.readers().size(), 1u);
  EXPECT_EQ(reactor.writers().size(), 1u);
  reactor.remove_reader(*probe);
  reactor.remove_writer(*probe);
  turn(2);
  EXPECT_EQ(probe->reads + probe->writes, 0);
}

// Who is added once more, round after round, has his turn all the same.
TEST_F(ScriptedFdSet, B04_WhoIsAddedAgainWhileOthersAreCalledKeepsHisTurn) {
  const auto adder = make_probe();
  const auto added = make_probe();
  reactor.add_reader(adder);
  reactor.add_reader(added);
  reactor.add_writer(added);
  adder->on_read = [&] {
    reactor.add_reader(added);
    reactor.add_writer(added);
    return go_on;
  };
  script->batches = {
      {{adder->fileno(), {true, false}}, {added->fileno(), both_ways}}};
  turn(2);
  EXPECT_EQ(added->reads, 1);
  EXPECT_EQ(added->writes, 1);
}

TEST_P(FdSet, B04_RemovingWhoIsNotRegisteredDoesNothing) {
  const auto probe = make_probe();
  const auto stranger = make_probe();
  Probe closed;
  for (int i = 0; i < 2; ++i) {
    reactor.remove_reader(*probe);
    reactor.remove_writer(*probe);
    reactor.remove_reader(*stranger);
    reactor.remove_reader(closed);
    reactor.forget(closed);
    reactor.add_reader(probe);
    reactor.remove_writer(*probe);
    EXPECT_EQ(reactor.readers().size(), 1u);
    reactor.remove_reader(*probe);
  }
  EXPECT_TRUE(reactor.readers().empty());
}

TEST_P(FdSet, B04_RemovingAnotherObjectWithTheSameNumberDoesNothing) {
  const auto probe = make_probe();
  const SameNumber stranger(probe->sock.fd());
  reactor.add_reader(probe);
  reactor.remove_reader(stranger);
  reactor.remove_writer(stranger);
  EXPECT_EQ(reactor.readers().size(), 1u);
}

TEST_P(FdSet, OneNumberCannotBeRegisteredByTwo) {
  const auto probe = make_readable_probe();
  const auto second = std::make_shared<SameNumber>(probe->sock.fd());
  reactor.add_reader(probe);
  const auto as_reader = [&] { reactor.add_reader(second); };
  const auto as_writer = [&] { reactor.add_writer(second); };
  EXPECT_EQ(code_thrown_by(as_reader), Error::descriptor_taken);
  EXPECT_EQ(code_thrown_by(as_writer), Error::descriptor_taken);
  reactor.remove_reader(*second);
  turn(1);
  EXPECT_GT(probe->reads, 0);
  EXPECT_EQ(probe->losses, 1);
  EXPECT_FALSE(second->lost);
}

TEST_P(FdSet, B05_DroppingOneInterestLeavesTheOther) {
  const auto reader = make_readable_probe();
  const auto writer = make_readable_probe();
  for (const auto& probe : {reader, writer}) {
    reactor.add_reader(probe);
    reactor.add_writer(probe);
  }
  reactor.remove_writer(*reader);
  reactor.remove_reader(*writer);
  turn(1);
  EXPECT_GT(reader->reads, 0);
  EXPECT_EQ(reader->writes, 0);
  EXPECT_EQ(writer->reads, 0);
  EXPECT_GT(writer->writes, 0);
}

TEST_P(FdSet, B05_AddingOneInterestLeavesTheOther) {
  const auto reader = make_readable_probe();
  const auto writer = make_readable_probe();
  reactor.add_reader(reader);
  reactor.add_writer(reader);
  reactor.add_writer(writer);
  reactor.add_reader(writer);
  turn(1);
  for (const auto& probe : {reader, writer}) {
    EXPECT_GT(probe->reads, 0);
    EXPECT_GT(probe->writes, 0);
  }
}

TEST_P(FdSet, B05_InterestMayChangeWhileItRunsAndBackAgain) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  std::vector<std::pair<int, int>> calls;  // reads and writes, between changes
  const auto note = [&] {
    calls.emplace_back(std::exchange(probe->reads, 0) > 0,
                       std::exchange(probe->writes, 0) > 0);
  };
  const std::vector<std::function<void()>> changes{
      [&] { reactor.add_writer(probe); },
      [&] { reactor.remove_reader(*probe); },
      [&] {
        reactor.add_reader(probe);
        reactor.remove_reader(*probe);
      },
      [&] { reactor.remove_writer(*probe); },
      [&] { reactor.add_reader(probe); },
      [&] { reactor.stop(); }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    after(2 * static_cast<int>(i) + 2, [&, i] { note(), changes[i](); });
  }
  reactor.run();
  EXPECT_EQ(calls, (std::vector<std::pair<int, int>>{
                       {1, 0}, {1, 1}, {0, 1}, {0, 1}, {0, 0}, {1, 0}}));
}

TEST_P(FdSet, B06_RemoveAllReturnsEverybodyOnceAndTellsNobody) {
  using Everybody = std::vector<std::shared_ptr<reactor::FileDescriptor>>;
  const auto reader = make_readable_probe();
  const auto writer = make_probe();
  const auto both = make_readable_probe();
  const auto kept = make_probe();
  reactor.add_reader(reader);
  reactor.add_writer(writer);
  reactor.add_reader(both);
  reactor.add_writer(both);
  reactor.keep(kept);
  EXPECT_EQ(reactor.remove_all(), (Everybody{reader, writer, both}));
  EXPECT_EQ(reactor.remove_all(), Everybody());
  EXPECT_TRUE(reactor.readers().empty());
  EXPECT_TRUE(reactor.writers().empty());
  turn(2);
  EXPECT_EQ(stats->wakeups, 0);
  for (const auto& probe : {reader, writer, both}) {
    EXPECT_EQ(probe->reads + probe->writes + probe->losses, 0);
  }
  EXPECT_EQ(kept->losses, 1);
}

TEST_P(FdSet, B06_RemoveAllLeavesWhatWakesTheReactor) {
  reactor.remove_all();
  reactor.call_when_running([&] {
    std::thread([&] {
      reactor.call_from_thread([&] { reactor.stop(); });
    }).join();
  });
  reactor.run();
  EXPECT_EQ(stats->waits, 1);
}

// In the middle of a round, and whoever asks may be one of them.
TEST_P(FdSet, B06_RemoveAllWithinACallback) {
  std::vector<std::shared_ptr<Probe>> probes;
  int calls = 0;
  for (int i = 0; i < 3; ++i) {
    probes.push_back(make_readable_probe());
    probes.back()->on_read = [&] {
      ++calls;
      EXPECT_EQ(reactor.remove_all().size(), 3u);
      probes.clear();
      return go_on;
    };
    reactor.add_reader(probes.back());
    reactor.add_writer(probes.back());
  }
  turn(3);
  EXPECT_EQ(calls, 1);
}

// --- Within one round --------------------------------------------------------

TEST_F(ScriptedFdSet, B07_ReadingComesBeforeWriting) {
  const auto probe = make_probe();
  reactor.add_reader(probe);
  reactor.add_writer(probe);
  std::string order;
  probe->on_read = [&] { return order += 'r', go_on; };
  probe->on_write = [&] { return order += 'w', go_on; };
  script->batches = {{{probe->fileno(), both_ways}}};
  turn(1);
  EXPECT_EQ(order, "rw");
}

TEST_F(ScriptedFdSet, B07_WhoseReadingEndedItIsNotAskedToWrite) {
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
  turn(1);
  EXPECT_EQ(done->reads, 1);
  EXPECT_EQ(done->writes, 0);
  EXPECT_EQ(done->losses, 1);
  EXPECT_EQ(removed->reads, 1);
  EXPECT_EQ(removed->writes, 0);
}

TEST_F(ScriptedFdSet, B08_WhoIsRemovedInTheSameRoundIsNotCalled) {
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

TEST_P(FdSet, B08_WhoIsRemovedInTheSameRoundIsNotCalledForReal) {
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
  turn(3);
  const auto called = [](const std::shared_ptr<Probe>& p) {
    return p->reads > 0;
  };
  EXPECT_EQ(std::count_if(probes.begin(), probes.end(), called), 1);
}

TEST_P(FdSet, B09_WhoRemovedItselfIsLeftAlone) {
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
  turn(3);
  EXPECT_EQ(probe->reads, 1);
  EXPECT_EQ(probe->writes, 0);
  EXPECT_EQ(probe->filenos, asked);
  EXPECT_EQ(probe->losses, 0);
}

// Both are ready; whoever is called first closes the other, and registers a new
// one that gets its number. `times`: closed and reopened so often.
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

TEST_P(FdSet, B10_AnEventForAClosedFileDoesNotReachWhoGotItsNumber) {
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

// It writes after it read: the number is somebody else's in between.
TEST_F(ScriptedFdSet, B10_TheSecondHalfOfAnEventDoesNotReachWhoGotTheNumber) {
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
  turn(2, [&](int round) {
    EXPECT_EQ(probe->losses, round == 1 ? 0 : 1);
    if (round == 1) return;
    EXPECT_EQ(fresh[0]->writes, 0);
    EXPECT_EQ(fresh[0]->losses, 0);
  });
  EXPECT_EQ(fresh[0]->writes, 1);
}

TEST_P(FdSet, B11_WhoIsAddedWhileOthersAreCalledIsServedInTheNextRound) {
  constexpr int many = 900;
  const ManyDescriptors limit(4 * many);
  const auto first = make_readable_probe();
  std::vector<std::shared_ptr<Probe>> added;
  int early = 0;
  first->on_read = [&] {
    reactor.remove_reader(*first);
    for (int i = 0; i < many; ++i) {
      added.push_back(std::make_shared<Probe>(duplicate(first->sock)));
      added.back()->on_read = [&, round = stats->waits] {
        early += stats->waits == round;
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

// --- Descriptors that go away ------------------------------------------------

TEST_P(FdSet, B12_WhoClosesItsFileWhileItIsRegisteredIsToldThatItWentAway) {
  const auto reader = make_readable_probe();
  const auto writer = make_probe();
  reactor.add_reader(reader);
  reactor.add_writer(reader);
  reactor.add_writer(writer);
  reader->on_read = [&] { return reader->sock.close(), go_on; };
  writer->on_write = [&] { return writer->sock.close(), go_on; };
  turn(3);
  EXPECT_EQ(reader->reads, 1);
  EXPECT_EQ(writer->writes, 1);
  for (const auto& probe : {reader, writer}) {
    EXPECT_EQ(probe->losses, 1);
    EXPECT_EQ(probe->reason, Error::descriptor_closed);
  }
  EXPECT_TRUE(reactor.readers().empty());
  EXPECT_TRUE(reactor.writers().empty());
}

// The number it is registered with is nobody's any more, and it has another.
TEST_P(FdSet, B12_WhoTakesAnotherFileWhileItIsRegisteredIsRemovedAndTold) {
  const auto going_on = make_readable_probe();
  const auto failing = make_readable_probe();
  std::vector<Pair> fresh(2);
  going_on->on_read = [&] {
    going_on->sock = std::move(fresh[0].sock);
    return go_on;
  };
  failing->on_read = [&] {
    failing->sock = std::move(fresh[1].sock);
    return make_error_code(Error::connection_done);
  };
  for (const auto& probe : {going_on, failing}) {
    reactor.add_reader(probe);
    reactor.add_writer(probe);
  }
  after(2, [&] {
    EXPECT_TRUE(reactor.readers().empty());
    EXPECT_TRUE(reactor.writers().empty());
  });
  turn(3);
  EXPECT_EQ(going_on->reason, Error::descriptor_closed);
  EXPECT_EQ(failing->reason, Error::connection_done);
  for (const auto& probe : {going_on, failing}) {
    EXPECT_EQ(probe->reads, 1);
    EXPECT_EQ(probe->writes, 0);
    EXPECT_EQ(probe->losses, 1);
  }
}

TEST_P(FdSet, B12_ADescriptorThatIsClosedCannotBeAdded) {
  const auto closed = std::make_shared<Probe>();
  EXPECT_EQ(code_thrown_by([&] { reactor.add_reader(closed); }),
            Error::descriptor_closed);
  EXPECT_EQ(code_thrown_by([&] { reactor.add_writer(closed); }),
            Error::descriptor_closed);
  EXPECT_TRUE(reactor.readers().empty());
  turn(1);
  EXPECT_EQ(closed->losses, 0);
}

// Written exception: epoll forgets a file that is closed, and says nothing. The
// contract is "remove before you close".
TEST_P(FdSet, B13_AClosedFileEndsOnlyItsOwner) {
  std::vector<std::shared_ptr<Probe>> probes;
  for (int i = 0; i < 3; ++i) {
    probes.push_back(make_probe());
    read_properly(*probes.back());
    reactor.add_reader(probes.back());
  }
  Probe& gone = *probes[1];
  const auto closed = std::make_error_code(std::errc::bad_file_descriptor);
  after(1, [&] { ::close(gone.sock.fd()); });
  after(3, [&] {
    EXPECT_EQ(gone.losses, is_epoll() ? 0 : 1);
    EXPECT_EQ(gone.reason, is_epoll() ? go_on : closed);
    say(probes[0]->other);
    say(probes[2]->other);
  });
  after(6, [&] { reactor.stop(); });
  reactor.run();
  EXPECT_EQ(probes[0]->reads, 1);
  EXPECT_EQ(probes[2]->reads, 1);
  EXPECT_EQ(gone.losses, 1);
}

TEST_P(FdSet, B13_WhoClosedTooEarlyCanStillBeRemoved) {
  const auto early = make_probe();
  const int number = early->sock.fd();
  reactor.add_reader(early);
  reactor.add_writer(early);
  early->sock.close();
  reactor.remove_reader(*early);
  reactor.remove_writer(*early);
  EXPECT_TRUE(reactor.readers().empty());

  const auto next = make_readable_probe();
  EXPECT_EQ(next->sock.fd(), number);
  reactor.add_reader(next);
  turn(1);
  EXPECT_GT(next->reads, 0);
  EXPECT_EQ(early->reads + early->writes + early->losses, 0);
}

// Documented outcome: select and poll know a file by its number only, and take
// the foreign one for ours; epoll has forgotten ours when it was closed.
TEST_P(FdSet, B14_AForeignFilePutInThePlaceOfOurs) {
  const auto probe = make_probe();
  const Pair foreign;
  say(foreign.other);
  reactor.add_reader(probe);
  after(1, [&] {
    EXPECT_GE(::dup3(foreign.sock.fd(), probe->sock.fd(), O_CLOEXEC), 0);
  });
  after(4, [&] { reactor.stop(); });
  reactor.run();
  EXPECT_EQ(probe->reads > 0, !is_epoll());
  EXPECT_EQ(probe->losses, 1);
}

// The file lives on in another descriptor, and must not go on waking us.
TEST_P(FdSet, B15_NobodyIsWokenByADuplicateOfWhatIsClosed) {
  const auto removed = make_probe();
  const auto lost = make_readable_probe();
  const net::Socket duplicate_1 = duplicate(removed->sock);
  const net::Socket duplicate_2 = duplicate(lost->sock);
  reactor.add_reader(removed);
  reactor.add_writer(removed);
  reactor.add_reader(lost);
  lost->on_read = [] { return make_error_code(Error::connection_done); };
  lost->on_lost = [&] { lost->sock.close(); };
  reactor.remove_reader(*removed);
  reactor.remove_writer(*removed);
  removed->sock.close();
  say(removed->other);
  turn(5);
  EXPECT_EQ(lost->losses, 1);
  EXPECT_EQ(stats->wakeups, 1);
}

// --- Errors ------------------------------------------------------------------

TEST_P(FdSet, B16_AnErrorEndsTheDescriptorOnceAndNobodyElse) {
  const LogCapture log;
  const auto broken = std::make_error_code(std::errc::broken_pipe);
  const auto throws = [] { return throw std::runtime_error("oh"), go_on; };
  std::vector<std::shared_ptr<Probe>> probes;
  for (int i = 0; i < 4; ++i) {
    probes.push_back(make_readable_probe());
    reactor.add_reader(probes.back());
    reactor.add_writer(probes.back());
    reactor.keep(probes.back());
  }
  probes[0]->on_read = [&] { return broken; };
  probes[1]->on_write = [&] { return broken; };
  probes[2]->on_read = throws;
  probes[3]->on_write = throws;
  const auto bystander = make_readable_probe();
  reactor.add_reader(bystander);

  after(2, [&, &probe = bystander] {
    EXPECT_EQ(reactor.readers().size(), 1u);
    EXPECT_EQ(reactor.writers().size(), 0u);
    EXPECT_EQ(probe->losses, 0);
  });
  turn(3);
  for (int i = 0; i < 4; ++i) {
    const Probe& probe = *probes[static_cast<std::size_t>(i)];
    EXPECT_EQ(probe.losses, 1);
    EXPECT_EQ(probe.reason,
              i < 2 ? broken : make_error_code(Error::callback_failed));
    EXPECT_EQ(probe.reads, 1);
    EXPECT_EQ(probe.writes, i % 2);
  }
  EXPECT_GT(bystander->reads, 1);
  EXPECT_EQ(log.lines(), std::vector<std::string>(2, "[probe] oh"));
}

TEST_P(FdSet, B16_WhoIsToldIsRemovedAlready) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  reactor.add_writer(probe);
  probe->on_read = [] { return make_error_code(Error::connection_done); };
  probe->on_lost = [&] {
    EXPECT_TRUE(reactor.readers().empty());
    EXPECT_TRUE(reactor.writers().empty());
    // So the number is free for whoever is next.
    probe->sock.close();
    reactor.stop();
  };
  reactor.run();
  EXPECT_EQ(probe->losses, 1);
}

TEST_P(FdSet, B16_WhoRemovedItselfAndReturnsAnErrorIsToldToo) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  probe->on_read = [&] {
    reactor.remove_reader(*probe);
    return make_error_code(Error::connection_done);
  };
  turn(2);
  EXPECT_EQ(probe->losses, 1);
  EXPECT_EQ(probe->reason, Error::connection_done);
}

TEST_P(FdSet, B16_WhoIsToldMayRegisterAgain) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  probe->on_read = [&] {
    return probe->reads == 1 ? make_error_code(Error::connection_done) : go_on;
  };
  probe->on_lost = [&] {
    if (probe->losses == 1) reactor.add_reader(probe);
  };
  turn(3);
  EXPECT_GT(probe->reads, 1);
  EXPECT_EQ(probe->losses, 2);
}

TEST_P(FdSet, B16_WhoFailsIsRemovedEvenIfItHasANewNumber) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  Pair fresh;
  probe->on_read = [&] {
    reactor.remove_reader(*probe);
    probe->sock = std::move(fresh.sock);
    reactor.add_reader(probe);
    reactor.add_writer(probe);
    return make_error_code(Error::connection_done);
  };
  probe->on_lost = [&] {
    EXPECT_TRUE(reactor.readers().empty());
    EXPECT_TRUE(reactor.writers().empty());
  };
  turn(3);
  EXPECT_EQ(probe->losses, 1);
  EXPECT_EQ(probe->reads, 1);
  EXPECT_EQ(probe->writes, 0);
}

// --- Hanging up --------------------------------------------------------------

TEST_P(FdSet, B17_WhatCameBeforeTheEndIsReadBeforeTheEnd) {
  const auto probe = make_probe();
  read_properly(*probe);
  reactor.add_reader(probe);
  say(probe->other, "abc");
  probe->other.close();
  probe->on_lost = [&] { reactor.stop(); };
  reactor.run();
  EXPECT_EQ(probe->reads, 4);
  EXPECT_EQ(probe->reason, Error::connection_done);
}

TEST_P(FdSet, B17_APipeThatHungUpIsRead) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const auto probe = std::make_shared<Probe>(net::Socket(ends[0]));
  ASSERT_EQ(::write(ends[1], "abc", 3), 3);
  ::close(ends[1]);
  std::string all;
  probe->on_read = [&] {
    char byte;
    const ssize_t n = ::read(probe->sock.fd(), &byte, 1);
    if (n == 1) all += byte;
    return n == 1 ? go_on : make_error_code(Error::connection_done);
  };
  probe->on_lost = [&] { reactor.stop(); };
  reactor.add_reader(probe);
  reactor.run();
  EXPECT_EQ(all, "abc");
  EXPECT_EQ(stats->waits, 4);
}

TEST_P(FdSet, B17_WhatCameBeforeAResetIsReadBeforeIt) {
  TcpPair pair;
  const auto probe = std::make_shared<Probe>(std::move(pair.sock));
  say(pair.other, "hello world");
  reset(pair.other);
  read_properly(*probe);
  reactor.add_reader(probe);
  probe->on_lost = [&] { reactor.stop(); };
  reactor.run();
  EXPECT_EQ(probe->reads, 12);
  EXPECT_EQ(probe->reason, std::errc::connection_reset);
}

TEST_P(FdSet, B18_AResetWakesWhoOnlyWritesAndDoesNotSpin) {
  TcpPair pair(true);
  const auto probe = std::make_shared<Probe>(std::move(pair.sock));
  fill(probe->sock);
  probe->on_write = [&] {
    const ssize_t n = ::send(probe->sock.fd(), "x", 1, MSG_NOSIGNAL);
    return n < 0 ? net::last_error() : go_on;
  };
  reactor.add_writer(probe);
  after(2, [&] { reset(pair.other); });
  turn(10);
  EXPECT_EQ(probe->losses, 1);
  EXPECT_NE(probe->reason, Error::connection_lost);
  EXPECT_LE(stats->wakeups, 2);
}

TEST_P(FdSet, B18_APipeNobodyReadsWakesWhoWrites) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const auto probe = std::make_shared<Probe>(net::Socket(ends[1]));
  const std::string much(1 << 20, '.');
  ASSERT_GT(::write(ends[1], much.data(), much.size()), 0);
  ::close(ends[0]);
  probe->on_write = [] { return make_error_code(Error::connection_done); };
  probe->on_lost = [&] { reactor.stop(); };
  reactor.add_writer(probe);
  reactor.run();
  EXPECT_EQ(probe->writes, 1);
}

TEST_P(FdSet, B19_WhoIsPausedIsNotWokenByAReset) {
  TcpPair pair;
  const auto probe = std::make_shared<Probe>(std::move(pair.sock));
  read_properly(*probe);
  reactor.add_reader(probe);
  after(1, [&] {
    reactor.remove_reader(*probe);
    reset(pair.other);
  });
  after(10, [&] {
    EXPECT_EQ(stats->wakeups, 0);
    EXPECT_EQ(probe->losses, 0);
    reactor.add_reader(probe);
  });
  turn(13);
  EXPECT_EQ(stats->wakeups, 1);
  EXPECT_EQ(probe->losses, 1);
  EXPECT_EQ(probe->reason, std::errc::connection_reset);
}

// --- Signals, and other things to watch --------------------------------------

TEST_F(ScriptedFdSet, B20_AnEmptyWakeUpCallsNobodyAndTheRestOfTheWaitRemains) {
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

TEST_P(FdSet, B21_AFileOnADiskIsAlwaysReadyAndDoesNotStopTheOthers) {
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

TEST_P(FdSet, B21_AFileOnADiskThatIsRemovedIsForgotten) {
  const auto file = std::make_shared<Probe>(
      net::Socket(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)));
  reactor.add_reader(file);
  reactor.add_writer(file);
  reactor.remove_reader(*file);
  reactor.remove_writer(*file);
  turn(2);
  EXPECT_EQ(stats->wakeups, 0);
  EXPECT_EQ(file->reads + file->writes, 0);
}

// --- Keeping -----------------------------------------------------------------

TEST_P(FdSet, WhoIsKeptStaysAliveAndIsNotCalled) {
  bool dead = false;
  auto probe = make_readable_probe();
  probe->on_death = [&] { dead = true; };
  reactor.keep(probe);
  const Probe* const kept = probe.get();
  probe.reset();
  after(2, [&] {
    EXPECT_FALSE(dead);
    EXPECT_EQ(kept->reads + kept->writes, 0);
    reactor.forget(*kept);
    EXPECT_FALSE(dead);
  });
  after(3, [&] { EXPECT_TRUE(dead); });
  turn(4);
}

TEST_P(FdSet, WhoIsRemovedAsAReaderIsStillKept) {
  auto probe = make_probe();
  bool dead = false;
  probe->on_death = [&] { dead = true; };
  reactor.keep(probe);
  reactor.add_reader(probe);
  after(1, [&] { reactor.remove_reader(*reactor.readers().front()); });
  probe.reset();
  after(3, [&] { EXPECT_FALSE(dead); });
  turn(4);
  EXPECT_TRUE(dead);
}

TEST_P(FdSet, WhoIsKeptAndComesWhileTheOthersLeaveIsRemovedAndTold) {
  const auto kept = make_probe();
  const auto probe = make_probe();
  reactor.keep(kept);
  reactor.add_reader(probe);
  probe->on_lost = [&] { reactor.add_reader(kept); };
  kept->on_lost = [&] { EXPECT_TRUE(reactor.readers().empty()); };
  turn(1);
  EXPECT_EQ(kept->losses, 1);
}

TEST_P(FdSet, WhoIsLostIsNoLongerKept) {
  auto probe = make_readable_probe();
  reactor.keep(probe);
  reactor.add_reader(probe);
  probe->on_read = [] { return make_error_code(Error::connection_done); };
  turn(2);
  EXPECT_EQ(probe->losses, 1);
  EXPECT_EQ(probe->reason, Error::connection_done);
  EXPECT_EQ(probe.use_count(), 1);
}

// --- Limits and fairness -----------------------------------------------------

TEST_P(FdSet, L01_ADescriptorThatIsTooLargeIsRefusedBySelectAlone) {
  const ManyDescriptors limit(2000);
  Pair pair;
  say(pair.other);
  const auto large = std::make_shared<Probe>(duplicate(pair.sock, 1030));
  const auto small = make_readable_probe();
  reactor.add_reader(small);
  const auto read = [&] { reactor.add_reader(large); };
  const auto write = [&] { reactor.add_writer(large); };
  const std::error_code expected =
      is_select() ? make_error_code(Error::descriptor_too_large) : go_on;
  EXPECT_EQ(code_thrown_by(read), expected);
  EXPECT_EQ(code_thrown_by(write), expected);
  EXPECT_EQ(reactor.readers().size(), is_select() ? 1u : 2u);
  reactor.remove_writer(*large);
  after(2, [&] { reactor.remove_reader(*large); });
  turn(3);
  EXPECT_EQ(large->reads > 0, !is_select());
  EXPECT_EQ(large->writes, 0);
  EXPECT_EQ(large->losses, 0);
  EXPECT_GT(small->reads, 0);
}

TEST_P(FdSet, L01_AReactorThatGetsNoSmallDescriptorSaysSo) {
  const ManyDescriptors limit(2000);
  std::vector<net::Socket> all;
  const Pair pair;
  do {
    all.push_back(duplicate(pair.sock));
  } while (all.back().fd() < 1024);
  const auto make = [&] {
    reactor::Reactor large(reactor::make_poller(GetParam()));
    large.call_later(0s, [&] { large.stop(); });
    large.run();
  };
  EXPECT_EQ(code_thrown_by(make),
            is_select() ? make_error_code(Error::descriptor_too_large) : go_on);
}

TEST_P(FdSet, L03_WhoIsAlwaysReadyIsCalledOnceARound) {
  const auto firehose = make_readable_probe();
  const auto quiet = make_probe();
  read_properly(*quiet);
  reactor.add_reader(firehose);
  reactor.add_writer(firehose);
  reactor.add_reader(quiet);
  int said_at = 0;
  after(5, [&] {
    say(quiet->other);
    said_at = stats->waits;
  });
  int heard_at = 0;
  quiet->on_read = [&] {
    heard_at = stats->waits;
    return take(*quiet);
  };
  turn(10);
  EXPECT_EQ(heard_at, said_at + 1);
  EXPECT_EQ(firehose->reads, stats->waits);
  EXPECT_EQ(firehose->writes, stats->waits);
}

TEST_P(FdSet, L04_DelayedCallsAndDescriptorsDoNotStarveEachOther) {
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

TEST_P(FdSet, L05_WhoIsReadyIsServedSoonHoweverManyThereAre) {
  constexpr std::size_t many = 900;
  constexpr int at_once = 256;  // by epoll; the others report all of them
  const ManyDescriptors limit(4 * many);
  const Pair pair;
  say(pair.other);
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

FOR_EVERY_POLLER(FdSet);

}  // namespace
