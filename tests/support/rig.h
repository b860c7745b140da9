// What the contract tests stand on: every test of the reactor runs once per
// poller, with a clock that only a test moves, and cannot hang.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>

#include <gtest/gtest.h>

#include "net/socket.h"
#include "reactor/reactor.h"

namespace rig {

using namespace std::chrono_literals;

// Ends the program, saying which test it was in, if that is not over in time.
class Watchdog {
 public:
  explicit Watchdog(std::chrono::seconds limit = 20s);
  ~Watchdog();
};

// A clock that stands still until somebody moves it. Copies are one clock.
class FakeClock {
 public:
  reactor::Clock::time_point operator()() const { return *now_; }
  void advance(reactor::Clock::duration by) { *now_ += by; }

 private:
  std::shared_ptr<reactor::Clock::time_point> now_ =
      std::make_shared<reactor::Clock::time_point>(1h);
};

// What a CountingPoller has seen. A wake-up is empty if nothing was ready and
// it was not time yet, or if nobody waits for what was ready: who is woken for
// nothing may be woken for nothing again and again.
struct Stats {
  int waits = 0;
  int wakeups = 0;  // waits that came back with something
  int empty = 0;
  bool expects_empty = false;  // signals come, which wake without an event
  std::vector<std::optional<std::chrono::milliseconds>> timeouts;
};

// Waits with another poller, and counts. No test is to see an empty wake-up
// that does not say so.
class CountingPoller final : public reactor::Poller {
 public:
  CountingPoller(std::unique_ptr<reactor::Poller> poller,
                 std::shared_ptr<Stats> stats)
      : poller_(std::move(poller)),
        stats_(std::move(stats)) {}
  ~CountingPoller() override;

  void watch(int fd, reactor::Events events) override;
  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds> timeout) override;

 private:
  bool is_asked_for(const Ready& ready) const;

  std::unique_ptr<reactor::Poller> poller_;
  std::shared_ptr<Stats> stats_;
  std::map<int, reactor::Events> watched_;
};

// Never waits: returns the batches that the test wrote down, one a round, then
// empty ones; remembers what is watched and how long it was to wait.
class ScriptedPoller final : public reactor::Poller {
 public:
  struct Script {
    std::vector<std::vector<Ready>> batches;  // the first one is next
    std::vector<std::optional<std::chrono::milliseconds>> timeouts;
    std::vector<std::pair<int, reactor::Events>> watched;  // every call
    std::function<void()> on_wait = [] {};
  };

  explicit ScriptedPoller(std::shared_ptr<Script> script)
      : script_(std::move(script)) {}

  void watch(int fd, reactor::Events events) override {
    script_->watched.emplace_back(fd, events);
  }
  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds> timeout) override;

 private:
  std::shared_ptr<Script> script_;
  std::vector<Ready> batch_;
};

// Both ends of a connected pair, not blocking.
struct Pair {
  Pair();
  net::Socket sock;
  net::Socket other;
};

// The same over TCP, where connections can be reset; `tiny` ones are full after
// a few kB.
struct TcpPair {
  explicit TcpPair(bool tiny = false);
  net::Socket sock;
  net::Socket other;
};

// Closes, and the other end gets a reset instead of an end.
void reset(net::Socket& sock);

// Sends until no more can be sent.
void fill(const net::Socket& sock);

// Another descriptor for the same file, with a number not less than this.
net::Socket duplicate(const net::Socket& sock, int least = 0);

// Raises the number of descriptors that may be open, for a test.
class ManyDescriptors {
 public:
  explicit ManyDescriptors(rlim_t wanted);
  ~ManyDescriptors();

 private:
  rlimit before_;
};

// A reader and writer that does as the test says, and counts.
class Probe final : public reactor::ReadDescriptor,
                    public reactor::WriteDescriptor {
 public:
  explicit Probe(net::Socket s = {})
      : sock(std::move(s)) {}
  ~Probe() override { on_death(); }

  int fileno() const override { return ++filenos, sock.fd(); }
  std::error_code do_read() override { return ++reads, on_read(); }
  std::error_code do_write() override { return ++writes, on_write(); }
  void connection_lost(std::error_code why) override {
    ++losses;
    reason = why;
    on_lost();
  }
  std::string log_prefix() const override { return "probe"; }

  net::Socket sock;
  net::Socket other;  // the other end, if make_probe() made it
  std::function<std::error_code()> on_read = [] { return std::error_code(); };
  std::function<std::error_code()> on_write = [] { return std::error_code(); };
  std::function<void()> on_lost = [] {};
  std::function<void()> on_death = [] {};
  int reads = 0;
  int writes = 0;
  int losses = 0;
  mutable int filenos = 0;
  std::error_code reason;
};

// Probes on a pair of sockets; something waits for the readable one.
std::shared_ptr<Probe> make_probe();
std::shared_ptr<Probe> make_readable_probe();

// Catches what the library logs for as long as it lives; `on_line`, which may
// throw, is what the log does then.
class LogCapture {
 public:
  explicit LogCapture(std::function<void()> on_line = [] {});
  ~LogCapture();
  const std::vector<std::string>& lines() const { return *lines_; }

 private:
  std::shared_ptr<std::vector<std::string>> lines_;
  std::function<void()> restore_;
};

// The code of the std::system_error that it throws; none if it does not.
template <typename Function>
std::error_code code_thrown_by(Function function) {
  try {
    function();
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

// One byte, so that the other end is readable.
void say(const net::Socket& sock, std::string_view what = "x");

// How many descriptors this program has open.
std::size_t open_descriptors();

// Makes full what wakes the reactors that there are.
void fill_wakers();

// A reactor for each poller, on a real clock; Stats count its waits.
class ReactorTest : public testing::TestWithParam<const char*> {
 protected:
  // Runs n rounds, and one more, in which it stops.
  void turn(int n);

  // Calls after that many rounds.
  void after(int rounds, std::function<void()> call);

  Watchdog watchdog;
  std::shared_ptr<Stats> stats = std::make_shared<Stats>();
  reactor::Reactor reactor{std::make_unique<CountingPoller>(
      reactor::make_poller(GetParam()), stats)};
};

// A reactor that gets its events from a script and its time from a test.
class ScriptedTest : public testing::Test {
 protected:
  // Runs n rounds; `on_wait` is called in each of them, with their number from
  // 1 on, after the delayed calls and before the descriptors.
  void turn(
      int n, std::function<void(int)> on_wait = [](int) {});

  Watchdog watchdog;
  FakeClock clock;
  std::shared_ptr<ScriptedPoller::Script> script =
      std::make_shared<ScriptedPoller::Script>();
  reactor::Reactor reactor{std::make_unique<ScriptedPoller>(script), clock};
};

#define FOR_EVERY_POLLER(Suite)                                 \
  INSTANTIATE_TEST_SUITE_P(                                     \
      Every, Suite, testing::Values("select", "poll", "epoll"), \
      [](const auto& test) { return std::string(test.param); })

}  // namespace rig
