// No state of a descriptor keeps the reactor busy: a reactor runs for a while,
// and its waits and calls are counted. An idle reactor waits once.

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include "reactor/descriptors.h"

using namespace rig;
using reactor::Error;

namespace {

class Spinning : public DescriptorTest {
 protected:
  Spinning() { stats->expects_empty = true; }
  ~Spinning() override { std::signal(SIGPIPE, before_); }

  // Runs for this long without a call that is due, and returns the number of
  // waits.
  int run_for(std::chrono::milliseconds time) {
    const std::clock_t before = std::clock();
    reactor.call_later(time, [this] { reactor.stop(); });
    reactor.run();
    const std::clock_t used = std::clock() - before;
    RecordProperty("cpu_ms", static_cast<int>(used * 1000 / CLOCKS_PER_SEC));
    return stats->waits;
  }

 private:
  void (*const before_)(int) = std::signal(SIGPIPE, SIG_IGN);
};

FOR_EVERY_POLLER(Spinning);

// --- Closed descriptors ------------------------------------------------------

// A process that has all our descriptors.
class Child {
 public:
  Child()
      : pid_(::fork()) {
    if (pid_ == 0) ::pause(), ::_exit(0);
  }
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  const pid_t pid_;
};

// The kernel goes on to report what the duplicate has, under the old number.
TEST_P(Spinning, B15_ADescriptorThatIsClosedWhileADuplicateLivesIsLostOnce) {
  const auto reader = make_readable_probe();
  const auto writer = make_probe();
  const Child child;
  for (const auto& probe : {reader, writer}) {
    probe->on_read = probe->on_write = [&probe = *probe] {
      probe.sock.close();
      return go_on;
    };
  }
  reactor.add_reader(reader);
  reactor.add_writer(writer);
  EXPECT_LE(run_for(1s), 8);
  for (const auto& probe : {reader, writer}) {
    EXPECT_EQ(probe->losses, 1);
    EXPECT_EQ(probe->reason, Error::descriptor_closed);
    EXPECT_EQ(probe->reads + probe->writes, 1);
  }
}

TEST_P(Spinning, B15_ADescriptorThatIsClosedAndThenRemovedIsForgotten) {
  const auto probe = make_readable_probe();
  const auto bystander = make_probe();
  read_properly(*bystander);
  const net::Socket survivor = duplicate(probe->sock);
  reactor.add_reader(probe);
  reactor.add_reader(bystander);
  probe->sock.close();
  reactor.remove_reader(*probe);
  reactor.call_later(100ms, [&] { send_bytes(bystander->other); });
  EXPECT_LE(run_for(200ms), 8);
  EXPECT_EQ(probe->reads, 0);
  EXPECT_EQ(bystander->reads, 1);
}

// The old file is readable all the time, and the new one later.
TEST_P(Spinning, B10_AClosedFileDoesNotWakeTheNextDescriptorOfItsNumber) {
  const auto probe = make_readable_probe();
  const int number = probe->sock.fd();
  const net::Socket survivor = duplicate(probe->sock);
  reactor.add_reader(probe);
  probe->on_read = [&] { return probe->sock.close(), go_on; };
  const auto next = std::make_shared<Probe>();
  read_properly(*next);
  probe->on_lost = [&] {
    Pair pair;
    next->sock = std::move(pair.sock);
    next->other = std::move(pair.other);
    EXPECT_EQ(next->sock.fd(), number);
    reactor.add_reader(next);
  };
  reactor.call_later(100ms, [&] {
    EXPECT_EQ(next->reads, 0);
    send_bytes(next->other);
  });
  EXPECT_LE(run_for(200ms), 8);
  EXPECT_EQ(next->reads, 1);
}

// A change does not reach the closed file: it stays writable.
TEST_P(Spinning, B15_AClosedDescriptorMayWaitForLess) {
  const auto probe = make_probe();
  read_properly(*probe);
  const net::Socket survivor = duplicate(probe->sock);
  reactor.add_reader(probe);
  reactor.add_writer(probe);
  probe->on_write = [&] {
    ::close(probe->sock.fd());
    reactor.remove_writer(*probe);
    return go_on;
  };
  EXPECT_LE(run_for(200ms), 8);
  EXPECT_EQ(probe->losses, 1);
  EXPECT_EQ(probe->reason, std::errc::bad_file_descriptor);
}

}  // namespace
