// net::connect(): names with several addresses, and signals meanwhile.

#include <pthread.h>
#include <sys/socket.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "support/fake_network.h"
#include "support/tcp.h"

namespace {

using namespace std::chrono_literals;
using net::Address;
using rig::code_thrown_by;
using rig::names;

class BlockingConnect : public testing::Test {
 protected:
  ~BlockingConnect() override { net::set_stop_check(nullptr); }

  rig::Watchdog watchdog{30s};
};

// Two servers with the same port, of which the first does not answer.
struct SilentAndLive {
  net::Socket listener = net::listen(rig::loopback);
  Address live = net::local_address(listener);
  rig::FullQueue silent{{"127.0.0.2", live.port}};
};

TEST_F(BlockingConnect, D10_ConnectTriesEachAddressOfAName) {
  names = {{"two.test", {"127.0.0.2", "127.0.0.1"}}};
  const net::Socket listener = net::listen(rig::loopback);
  const Address there = net::local_address(listener);
  const net::Socket sock = net::connect({"two.test", there.port});
  EXPECT_EQ(net::peer_address(sock), there);
}

TEST_F(BlockingConnect, D10_ASilentAddressDelaysTheNextOneOnlyBriefly) {
  names = {{"two.test", {"127.0.0.2", "127.0.0.1"}}};
  const SilentAndLive servers;
  const auto before = rig::open_descriptors();
  for (const auto timeout : {std::optional<std::chrono::seconds>(), {1h}}) {
    const net::Socket sock =
        net::connect({"two.test", servers.live.port}, timeout);
    EXPECT_EQ(net::peer_address(sock), servers.live);
    EXPECT_EQ(rig::open_descriptors(), before + 1);
  }
}

// 127.0.0.3 refuses. The silent attempt goes on, and wins in the end.
TEST_F(BlockingConnect, D10_ASlowAddressCanStillAccept) {
  const SilentAndLive servers;
  names = {{"slow-and-closed.test", {"127.0.0.2", "127.0.0.3"}}};
  std::jthread server([&] {
    std::this_thread::sleep_for(400ms);
    rig::accept(servers.silent.listener);
  });
  const net::Socket sock =
      net::connect({"slow-and-closed.test", servers.live.port});
  EXPECT_EQ(net::peer_address(sock), servers.silent.address);
}

TEST_F(BlockingConnect, D06_TheTimeoutIsForAllAddressesTogether) {
  const rig::FullQueue full;
  names = {{"silent.test", std::vector<std::string>(100, "127.0.0.1")}};
  EXPECT_EQ(code_thrown_by([&] {
              net::connect({"silent.test", full.address.port}, 600ms);
            }),
            std::errc::timed_out);
}

TEST_F(BlockingConnect, C07_AHugeTimeoutIsNoLimit) {
  const net::Socket listener = net::listen(rig::loopback);
  const Address there = net::local_address(listener);
  const auto huge = std::chrono::steady_clock::duration::max();
  for (const auto timeout : {huge, huge / 2, huge - 1ns}) {
    EXPECT_EQ(net::peer_address(net::connect(there, timeout)), there);
  }
}

// 255.255.255.255 fails on this machine: it says nothing about the server.
TEST_F(BlockingConnect, D10_TheReasonIsAServersIfThereIsOne) {
  const auto reason_of = [](std::vector<std::string> addresses) {
    names = {{"bad.test", std::move(addresses)}};
    return code_thrown_by([] {
      net::connect({"bad.test", rig::closed_address().port});
    });
  };
  const auto refused = std::errc::connection_refused;
  EXPECT_EQ(reason_of({"255.255.255.255", "127.0.0.2"}), refused);
  EXPECT_EQ(reason_of({"127.0.0.2", "255.255.255.255"}), refused);
  EXPECT_EQ(reason_of({"255.255.255.255"}), std::errc::network_unreachable);
}

// --- Signals -----------------------------------------------------------------

void do_nothing(int) {}

// Interrupts the waiting calls of the thread that constructs this, again and
// again: the handler is installed without SA_RESTART.
class Interrupter {
 public:
  Interrupter() {
    struct sigaction action {};
    action.sa_handler = do_nothing;
    ::sigaction(SIGUSR1, &action, nullptr);
    thread_ = std::thread([this, who = ::pthread_self()] { interrupt(who); });
  }
  ~Interrupter() {
    is_over_ = true;
    thread_.join();
  }

  int signals() const { return signals_; }

 private:
  void interrupt(pthread_t who) {
    while (!is_over_) {
      std::this_thread::sleep_for(2ms);
      ::pthread_kill(who, SIGUSR1);
      ++signals_;
    }
  }

  std::atomic<bool> is_over_ = false;
  std::atomic<int> signals_ = 0;
  std::thread thread_;
};

TEST_F(BlockingConnect, J04_SignalsDoNotEndAnAttempt) {
  for (const auto timeout : {std::optional<std::chrono::seconds>(), {1h}}) {
    const rig::FullQueue full;
    const Interrupter interrupter;
    std::jthread server([&] {
      while (interrupter.signals() < 50) std::this_thread::yield();
      rig::accept(full.listener);
    });
    const net::Socket sock = net::connect(full.address, timeout);
    EXPECT_EQ(net::peer_address(sock), full.address);
  }
}

TEST_F(BlockingConnect, J04_SignalsDoNotProlongATimeout) {
  const rig::FullQueue full;
  const Interrupter interrupter;
  EXPECT_EQ(code_thrown_by([&] { net::connect(full.address, 200ms); }),
            std::errc::timed_out);
}

TEST_F(BlockingConnect, J01_AStopCheckEndsAnAttempt) {
  const rig::FullQueue full;
  net::set_stop_check([] { return true; });
  for (const auto timeout : {std::optional<std::chrono::seconds>(), {1h}}) {
    const Interrupter interrupter;
    EXPECT_EQ(code_thrown_by([&] { net::connect(full.address, timeout); }),
              std::errc::interrupted);
  }
}

TEST_F(BlockingConnect, J04_OnlyAnInterruptedCallIsMadeAgain) {
  errno = EINTR;
  EXPECT_TRUE(net::must_retry(-1));
  EXPECT_FALSE(net::must_retry(0));
  EXPECT_FALSE(net::must_retry(1));
  errno = EAGAIN;
  EXPECT_FALSE(net::must_retry(-1));
  errno = EINTR;
  net::set_stop_check([] { return false; });
  EXPECT_TRUE(net::must_retry(-1));
  net::set_stop_check([] { return true; });
  EXPECT_FALSE(net::must_retry(-1));
  EXPECT_EQ(errno, EINTR);
}

}  // namespace
