// The fixtures of the contract tests: each test of the reactor runs once per
// poller, with a clock that only the test moves, and cannot hang.
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

// Ends the program, and names the test, if the test is not over in time.
class Watchdog {
 public:
  explicit Watchdog(std::chrono::seconds limit = 20s);
  ~Watchdog();
};

// A clock that only advance() moves. Copies share their time.
class FakeClock {
 public:
  reactor::Clock::time_point operator()() const { return *now_; }
  void advance(reactor::Clock::duration by) { *now_ += by; }

 private:
  std::shared_ptr<reactor::Clock::time_point> now_ =
      std::make_shared<reactor::Clock::time_point>(1h);
};

// Counts of a CountingPoller. A wake-up is empty if nothing was ready before
// the timeout, or if no descriptor waits for what was ready: such a wake-up may
// repeat for ever.
struct Stats {
  int waits = 0;
  int wakeups = 0;  // waits that returned something
  int empty = 0;
  bool expects_empty = false;  // a signal will interrupt a wait
  std::vector<std::optional<std::chrono::milliseconds>> timeouts;
};

// Waits with another poller, and counts. Fails a test that has an empty wake-up
// and does not expect one.
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

// Never waits: returns the batches of the script, one per iteration, then empty
// ones; records the changes and the timeouts.
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

// The same over TCP, where connections can be reset. The buffers of `tiny` ones
// are full after a few kB.
struct TcpPair {
  explicit TcpPair(bool tiny = false);
  net::Socket sock;
  net::Socket other;
};

// Closes with a reset instead of an end.
void reset(net::Socket& sock);

// Sends until no more can be sent.
void fill(const net::Socket& sock);

// Another descriptor of the same file, with a number of at least `least`.
net::Socket duplicate(const net::Socket& sock, int least = 0);

// Raises the limit of open descriptors for the time of a test.
class ManyDescriptors {
 public:
  explicit ManyDescriptors(rlim_t wanted);
  ~ManyDescriptors();

 private:
  rlimit before_;
};

// A reader and writer that calls the functions of the test, and counts.
class Probe final : public reactor::ReadDescriptor,
                    public reactor::WriteDescriptor {
 public:
  explicit Probe(net::Socket s = {})
      : sock(std::move(s)) {}
  ~Probe() override { on_destroy(); }

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
  std::function<void()> on_destroy = [] {};
  int reads = 0;
  int writes = 0;
  int losses = 0;
  mutable int filenos = 0;
  std::error_code reason;
};

// Probes on a pair of sockets; the readable one has a byte to read.
std::shared_ptr<Probe> make_probe();
std::shared_ptr<Probe> make_readable_probe();

// Collects the lines that the library logs while this object exists. `on_line`
// is called with each line, and may throw.
class LogCapture {
 public:
  explicit LogCapture(std::function<void()> on_line = [] {});
  ~LogCapture();
  const std::vector<std::string>& lines() const { return *lines_; }

 private:
  std::shared_ptr<std::vector<std::string>> lines_;
  std::function<void()> restore_;
};

// The code of the std::system_error that the function throws; none if it
// returns.
template <typename Function>
std::error_code code_thrown_by(Function function) {
  try {
    function();
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

// Sends a byte, so that the other end is readable.
void send_bytes(const net::Socket& sock, std::string_view what = "x");

// How many descriptors this program has open.
std::size_t open_descriptors();

// The wakers of all reactors of this program; the second call fills them.
std::vector<int> wakers();
void fill_wakers();

// A reactor for each poller, on a real clock; Stats count its waits.
class ReactorTest : public testing::TestWithParam<const char*> {
 protected:
  // Runs n iterations, and one more, in which it stops.
  void run_iterations(int n);

  // Makes the call after that many iterations.
  void after(int iterations, std::function<void()> call);

  Watchdog watchdog;
  std::shared_ptr<Stats> stats = std::make_shared<Stats>();
  reactor::Reactor reactor{std::make_unique<CountingPoller>(
      reactor::make_poller(GetParam()), stats)};
};

// A reactor with a scripted poller and a fake clock.
class ScriptedTest : public testing::Test {
 protected:
  // Runs n iterations. Each of them calls `on_wait` with its number, from 1 on,
  // after the delayed calls and before the descriptors.
  void run_iterations(
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
