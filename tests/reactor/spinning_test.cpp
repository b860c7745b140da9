// No state of a descriptor keeps the reactor busy: a reactor runs for a while,
// and its waits and calls are counted. An idle reactor waits once.

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include "reactor/descriptors.h"
#include "reactor/states.h"

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

// --- States ------------------------------------------------------------------

std::error_code error_of(ssize_t result) {
  return result < 0 && errno != EWOULDBLOCK ? net::last_error() : go_on;
}

std::error_code read_some(const Probe& probe) {
  char bytes[4096];
  const ssize_t n = ::read(probe.fileno(), bytes, sizeof bytes);
  return n == 0 ? Error::connection_done : error_of(n);
}

ssize_t write_some(const Probe& probe) {
  const std::string bytes(4096, '.');
  return ::write(probe.fileno(), bytes.data(), bytes.size());
}

// Has nothing more to write after five times.
std::error_code write_five(reactor::Reactor& reactor, const Probe& probe) {
  const ssize_t n = write_some(probe);
  if (n > 0 && probe.writes >= 5) reactor.remove_writer(probe);
  return error_of(n);
}

struct Watched {
  std::string name;
  std::shared_ptr<Probe> probe;
};

// Registers each descriptor unless epoll refuses it.
std::vector<Watched> watch_all(reactor::Reactor& reactor, const char* as) {
  std::vector<Watched> all;
  for (State& state : all_states()) {
    const auto probe = std::make_shared<Probe>(std::move(state.sock));
    probe->other = std::move(state.other);
    probe->on_read = [&p = *probe] { return read_some(p); };
    probe->on_write = [&, &p = *probe] { return write_five(reactor, p); };
    const std::error_code refused = code_thrown_by([&] {
      if (as != std::string("writer")) reactor.add_reader(probe);
      if (as != std::string("reader")) reactor.add_writer(probe);
    });
    if (!refused) all.push_back({state.name + " as " + as, probe});
  }
  return all;
}

TEST_P(Spinning, B18_NoStateOfADescriptorKeepsTheReactorBusy) {
  const ManyDescriptors limit(FD_SETSIZE);
  std::vector<Watched> all;
  for (const char* const as : {"reader", "writer", "both"}) {
    for (Watched& watched : watch_all(reactor, as)) {
      all.push_back(std::move(watched));
    }
  }
  EXPECT_GT(all.size(), 300u);
  EXPECT_LE(run_for(1s), 30);
  for (const auto& [name, probe] : all) {
    EXPECT_LE(probe->reads, 10) << name;
    EXPECT_LE(probe->writes, 10) << name;
    EXPECT_EQ(probe->losses == 0, probe->reason == go_on) << name;
  }
}

// select() does not report it, so that its writer waits.
TEST_P(Spinning, B18_ATerminalThatTakesNoMoreLosesItsWriter) {
  Terminal pair;
  const auto probe = std::make_shared<Probe>(std::move(pair.controller));
  probe->on_write = [&] { return error_of(write_some(*probe)); };
  pair.terminal.close();
  reactor.add_writer(probe);
  reactor.call_later(400ms,
                     [&] { EXPECT_EQ(probe->losses, is_select() ? 0 : 1); });
  EXPECT_LE(run_for(500ms), 200);
  EXPECT_EQ(probe->reason, Error::connection_lost);
}

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

// Programs that become daemons close all descriptors. Without a duplicate epoll
// has forgotten it.
TEST_P(Spinning, B12_AClosedWakerIsOneLineInTheLog) {
  const LogCapture log;
  for (const int fd : wakers()) {
    ::close(fd);
  }
  EXPECT_LE(run_for(200ms), 5);
  EXPECT_EQ(log.lines().size(), is_epoll() ? 0u : 1u);
}

}  // namespace
