// Adding, removing and keeping descriptors.
//                                        twisted.internet.test.test_fdset

#include <thread>

#include "reactor/descriptors.h"

using namespace rig;
using reactor::Error;

namespace {

class Registration : public DescriptorTest {};
class ScriptedRegistration : public ScriptedTest {};

// Uses the number of another object.
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

TEST_P(Registration, B01_ReadersAreCalledWhenReadableAndWritersWhenWritable) {
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
  after(1, [&] { send_bytes(reader->other); });
  run_iterations(4);
  EXPECT_EQ(reader->reads, 1);
  EXPECT_EQ(idle->reads, 0);
  EXPECT_GT(writer->writes, 2);
  EXPECT_EQ(full->writes, 0);
  EXPECT_EQ(reader->writes + idle->writes + writer->reads + full->reads, 0);
}

TEST_P(Registration, B02_ARemovedDescriptorIsNotCalledAlthoughItIsReady) {
  const auto reader = make_readable_probe();
  const auto writer = make_probe();
  reactor.add_reader(reader);
  reactor.add_writer(writer);
  reactor.remove_reader(*reader);
  reactor.remove_writer(*writer);
  run_iterations(2);
  EXPECT_EQ(reader->reads, 0);
  EXPECT_EQ(writer->writes, 0);
  EXPECT_EQ(stats->wakeups, 0);
  EXPECT_EQ(reader->losses + writer->losses, 0);
}

TEST_P(Registration, B03_ReadersAndWritersReturnTheRegisteredDescriptors) {
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
  reactor.retain(one);
  EXPECT_EQ(reactor.readers(), Readers{two});
  EXPECT_EQ(reactor.writers(), Writers());
}

TEST_P(Registration, B04_AddingTwiceHasTheEffectOfAddingOnce) {
  const auto probe = make_readable_probe();
  for (int i = 0; i < 2; ++i) {
    reactor.add_reader(probe);
    reactor.add_writer(probe);
  }
  EXPECT_EQ(reactor.readers().size(), 1u);
  EXPECT_EQ(reactor.writers().size(), 1u);
  reactor.remove_reader(*probe);
  reactor.remove_writer(*probe);
  run_iterations(2);
  EXPECT_EQ(probe->reads + probe->writes, 0);
}

// Adding a descriptor again during an iteration does not postpone its call.
TEST_F(ScriptedRegistration,
       B04_ADescriptorAddedAgainDuringAnIterationIsStillCalledInIt) {
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
  run_iterations(2);
  EXPECT_EQ(added->reads, 1);
  EXPECT_EQ(added->writes, 1);
}

TEST_P(Registration, B04_RemovingAnUnregisteredDescriptorDoesNothing) {
  const auto probe = make_probe();
  const auto stranger = make_probe();
  Probe closed;
  for (int i = 0; i < 2; ++i) {
    reactor.remove_reader(*probe);
    reactor.remove_writer(*probe);
    reactor.remove_reader(*stranger);
    reactor.remove_reader(closed);
    reactor.unretain(closed);
    reactor.add_reader(probe);
    reactor.remove_writer(*probe);
    EXPECT_EQ(reactor.readers().size(), 1u);
    reactor.remove_reader(*probe);
  }
  EXPECT_TRUE(reactor.readers().empty());
}

TEST_P(Registration, B04_RemovingAnotherObjectWithTheSameNumberDoesNothing) {
  const auto probe = make_probe();
  const SameNumber stranger(probe->sock.fd());
  reactor.add_reader(probe);
  reactor.remove_reader(stranger);
  reactor.remove_writer(stranger);
  EXPECT_EQ(reactor.readers().size(), 1u);
}

TEST_P(Registration, TwoObjectsCannotRegisterOneDescriptor) {
  const auto probe = make_readable_probe();
  const auto second = std::make_shared<SameNumber>(probe->sock.fd());
  reactor.add_reader(probe);
  const auto as_reader = [&] { reactor.add_reader(second); };
  const auto as_writer = [&] { reactor.add_writer(second); };
  EXPECT_EQ(code_thrown_by(as_reader), Error::descriptor_taken);
  EXPECT_EQ(code_thrown_by(as_writer), Error::descriptor_taken);
  reactor.remove_reader(*second);
  run_iterations(1);
  EXPECT_GT(probe->reads, 0);
  EXPECT_EQ(probe->losses, 1);
  EXPECT_FALSE(second->lost);
}

TEST_P(Registration, B05_DroppingOneInterestLeavesTheOther) {
  const auto reader = make_readable_probe();
  const auto writer = make_readable_probe();
  for (const auto& probe : {reader, writer}) {
    reactor.add_reader(probe);
    reactor.add_writer(probe);
  }
  reactor.remove_writer(*reader);
  reactor.remove_reader(*writer);
  run_iterations(1);
  EXPECT_GT(reader->reads, 0);
  EXPECT_EQ(reader->writes, 0);
  EXPECT_EQ(writer->reads, 0);
  EXPECT_GT(writer->writes, 0);
}

TEST_P(Registration, B05_AddingOneInterestLeavesTheOther) {
  const auto reader = make_readable_probe();
  const auto writer = make_readable_probe();
  reactor.add_reader(reader);
  reactor.add_writer(reader);
  reactor.add_writer(writer);
  reactor.add_reader(writer);
  run_iterations(1);
  for (const auto& probe : {reader, writer}) {
    EXPECT_GT(probe->reads, 0);
    EXPECT_GT(probe->writes, 0);
  }
}

TEST_P(Registration, B05_InterestMayChangeWhileTheReactorRuns) {
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

// --- Keeping -----------------------------------------------------------------

TEST_P(Registration, ARetainedDescriptorStaysAliveAndIsNotCalled) {
  bool dead = false;
  auto probe = make_readable_probe();
  probe->on_destroy = [&] { dead = true; };
  reactor.retain(probe);
  const Probe* const kept = probe.get();
  probe.reset();
  after(2, [&] {
    EXPECT_FALSE(dead);
    EXPECT_EQ(kept->reads + kept->writes, 0);
    reactor.unretain(*kept);
    EXPECT_FALSE(dead);
  });
  after(3, [&] { EXPECT_TRUE(dead); });
  run_iterations(4);
}

TEST_P(Registration, ARetainedDescriptorSurvivesRemoveReader) {
  auto probe = make_probe();
  bool dead = false;
  probe->on_destroy = [&] { dead = true; };
  reactor.retain(probe);
  reactor.add_reader(probe);
  after(1, [&] { reactor.remove_reader(*reactor.readers().front()); });
  probe.reset();
  after(3, [&] { EXPECT_FALSE(dead); });
  run_iterations(4);
  EXPECT_TRUE(dead);
}

TEST_P(Registration,
       ARetainedDescriptorAddedByConnectionLostIsRemovedAndNotified) {
  const auto kept = make_probe();
  const auto probe = make_probe();
  reactor.retain(kept);
  reactor.add_reader(probe);
  probe->on_lost = [&] { reactor.add_reader(kept); };
  kept->on_lost = [&] { EXPECT_TRUE(reactor.readers().empty()); };
  run_iterations(1);
  EXPECT_EQ(kept->losses, 1);
}

TEST_P(Registration, ALostDescriptorIsNoLongerRetained) {
  auto probe = make_readable_probe();
  reactor.retain(probe);
  reactor.add_reader(probe);
  probe->on_read = [] { return make_error_code(Error::connection_done); };
  run_iterations(2);
  EXPECT_EQ(probe->losses, 1);
  EXPECT_EQ(probe->reason, Error::connection_done);
  EXPECT_EQ(probe.use_count(), 1);
}

// --- Limits and fairness -----------------------------------------------------

TEST_P(Registration, L01_ADescriptorThatIsTooLargeIsRefusedBySelectAlone) {
  const ManyDescriptors limit(2000);
  Pair pair;
  send_bytes(pair.other);
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
  run_iterations(3);
  EXPECT_EQ(large->reads > 0, !is_select());
  EXPECT_EQ(large->writes, 0);
  EXPECT_EQ(large->losses, 0);
  EXPECT_GT(small->reads, 0);
}

TEST_P(Registration, L01_ASelectReactorWithoutASmallDescriptorThrows) {
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

FOR_EVERY_POLLER(Registration);

}  // namespace
