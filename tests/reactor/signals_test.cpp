// A signal is a call like any other, in the reactor's thread. A signal that was
// not asked for changes nothing.
//              twisted.internet.test.test_base.ReactorBaseSignalTests
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <latch>
#include <thread>

#include "support/function_factory.h"
#include "support/rig.h"

using namespace rig;
using reactor::Error;

// --- A system that counts ----------------------------------------------------

namespace {

std::atomic<int> writes = 0;
std::atomic<bool> is_write_slow = false;  // it returns late

}  // namespace

// Replaces the system's.
extern "C" ssize_t write(int fd, const void* data, size_t size) {
  ++writes;
  const ssize_t n = ::syscall(SYS_write, fd, data, size);
  if (is_write_slow) ::usleep(50000);
  return n;
}

namespace {

struct sigaction action_of(int signum) {
  struct sigaction action {};
  EXPECT_EQ(::sigaction(signum, nullptr, &action), 0);
  return action;
}

// Restores the handler after the test.
class Untouched {
 public:
  explicit Untouched(int signum)
      : signum_(signum),
        before_(action_of(signum)) {}
  ~Untouched() { ::sigaction(signum_, &before_, nullptr); }

 private:
  const int signum_;
  const struct sigaction before_;
};

std::atomic<int> came = 0;

void count(int) {
  ++came;
}

void install(int signum, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ASSERT_EQ(::sigaction(signum, &action, nullptr), 0);
}

class Signals : public ReactorTest {
 protected:
  Signals() { stats->expects_empty = true; }  // a signal interrupts the wait
};

// --- A call on a signal ------------------------------------------------------

TEST_P(Signals, J01_ASignalStopsTheReactorInAnOrderlyWay) {
  for (const int signum : {SIGINT, SIGTERM}) {
    reactor::Reactor inner(reactor::make_poller(GetParam()));
    const auto probe = make_probe();
    inner.add_reader(probe);
    int caught = 0;
    bool went_on = false;
    for (const int either : {SIGINT, SIGTERM}) {
      inner.call_on_signal(either, [&, either] {
        caught = either;
        inner.stop();
      });
    }
    inner.call_later(0s, [&] {
      ::raise(signum);
      EXPECT_EQ(caught, 0);
      went_on = true;
    });
    inner.run();
    EXPECT_TRUE(went_on);
    EXPECT_EQ(caught, signum);
    EXPECT_EQ(probe->losses, 1);
    EXPECT_EQ(probe->reason, Error::connection_lost);
  }
}

TEST_P(Signals, J01_ASignalToAnyThreadWakesAWaitWithoutLimit) {
  reactor.call_on_signal(SIGTERM, [&] { reactor.stop(); });
  std::latch waiting(1);
  std::thread thread([&] {
    waiting.wait();
    ::raise(SIGTERM);
  });
  reactor.call_later(0s, [&] { waiting.count_down(); });
  reactor.run();
  thread.join();
  EXPECT_EQ(stats->timeouts.back(), std::nullopt);
}

TEST_P(Signals, J01_ASignalInterruptsTheWaitOfTheReactorsOwnThread) {
  reactor.call_on_signal(SIGTERM, [&] { reactor.stop(); });
  const pthread_t mine = ::pthread_self();
  std::latch waiting(1);
  std::thread thread([&] {
    waiting.wait();
    ::pthread_kill(mine, SIGTERM);
  });
  reactor.call_later(0s, [&] { waiting.count_down(); });
  reactor.run();
  thread.join();
}

TEST_P(Signals, J01_ASignalBeforeTheStartIsNotLost) {
  bool called = false;
  reactor.call_on_signal(SIGTERM, [&] {
    called = true;
    reactor.stop();
  });
  ::raise(SIGTERM);
  EXPECT_FALSE(called);
  reactor.run();
  EXPECT_TRUE(called);
}

TEST_P(Signals, J01_ASignalAfterStopIsNoLongerCalled) {
  reactor.call_on_signal(SIGTERM, [] { ADD_FAILURE(); });
  reactor.call_later(0s, [&] {
    reactor.stop();
    ::raise(SIGTERM);
  });
  reactor.run();
}

TEST_P(Signals, J01_ASignalCallMayAskForAnotherCall) {
  std::vector<int> order;
  reactor.call_on_signal(SIGTERM, [&] {
    order.push_back(1);
    reactor.call_on_signal(SIGTERM, [&] {
      order.push_back(2);
      reactor.stop();
    });
    reactor.call_on_signal(SIGINT, [&] { order.push_back(3); });
    ::raise(SIGINT);
    after(2, [] { ::raise(SIGTERM); });
  });
  ::raise(SIGTERM);
  reactor.run();
  EXPECT_EQ(order, (std::vector{1, 3, 2}));
}

TEST_P(Signals, J01_ASignalIsOneCallDespiteLaterWakeUps) {
  int calls = 0;
  int others = 0;
  reactor.call_on_signal(SIGTERM, [&] { ++calls; });
  reactor.call_on_signal(SIGINT, [&] { ++others; });
  ::raise(SIGTERM);
  after(1, [&] { reactor.call_from_thread([] {}); });
  after(3, [] { ::raise(SIGINT); });
  run_iterations(5);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(others, 1);
}

TEST_P(Signals, J01_ACallbackThatRaisesItsOwnSignalIsCalledAgain) {
  int calls = 0;
  reactor.call_on_signal(SIGTERM, [&] {
    if (++calls == 1) ::raise(SIGTERM);
  });
  reactor.call_later(0s, [] { ::raise(SIGTERM); });
  run_iterations(4);
  EXPECT_EQ(calls, 2);
}

// The reactor looks for the signal before write() has returned.
TEST_P(Signals, J01_ASignalInAnotherThreadIsCalledAlthoughItsWriteIsSlow) {
  bool called = false;
  reactor.call_on_signal(SIGTERM, [&] {
    called = true;
    reactor.stop();
  });
  std::thread thread;
  reactor.call_later(0s, [&] {
    thread = std::thread([] {
      is_write_slow = true;
      ::raise(SIGTERM);
      is_write_slow = false;
    });
  });
  reactor.call_later(5s, [&] { reactor.stop(); });
  reactor.run();
  thread.join();
  EXPECT_TRUE(called);
}

TEST_P(Signals, J01_ACallbackThatIsReplacedWhileItRunsKeepsItsCaptures) {
  std::weak_ptr<int> captured;
  reactor.call_on_signal(SIGTERM, [&, number = std::make_shared<int>(7)] {
    captured = number;
    reactor.call_on_signal(SIGTERM, [] {});
    EXPECT_FALSE(captured.expired());
  });
  reactor.call_later(0s, [] { ::raise(SIGTERM); });
  run_iterations(2);
  EXPECT_TRUE(captured.expired());
}

TEST_P(Signals, J01_AnExceptionInASignalCallIsLoggedAndTheLoopGoesOn) {
  const LogCapture log;
  reactor.call_on_signal(SIGTERM, [] { throw std::runtime_error("oh"); });
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  reactor.call_later(0s, [] { ::raise(SIGTERM); });
  after(3, [] { ::raise(SIGINT); });
  reactor.run();
  EXPECT_EQ(log.lines(), std::vector<std::string>{"[-] oh"});
}

// --- The handler -------------------------------------------------------------

TEST(Handler, J02_ManySignalsAreOneCallAndErrnoIsKept) {
  const Watchdog watchdog;
  reactor::Reactor reactor;
  int calls = 0;
  reactor.call_on_signal(SIGTERM, [&] { ++calls; });
  reactor.call_later(0s, [&] {
    fill_wakers();
    errno = ENOTTY;
    for (int i = 0; i < 100000; ++i) {
      ::raise(SIGTERM);
    }
    EXPECT_EQ(errno, ENOTTY);
    reactor.call_later(0s, [&] { reactor.stop(); });
  });
  reactor.run();
  EXPECT_EQ(calls, 1);
}

TEST_P(Signals, J02_TheHandlerOnlyWritesOnce) {
  bool called = false;
  reactor.call_on_signal(SIGTERM, [&] { called = true; });
  reactor.call_later(0s, [&] {
    const int before = writes;
    ::raise(SIGTERM);
    EXPECT_EQ(writes, before + 1);
    EXPECT_FALSE(called);
  });
  run_iterations(2);
  EXPECT_TRUE(called);
}

TEST_P(Signals, J03_NoHandlerIsInstalledByDefault) {
  const auto before = action_of(SIGINT);
  reactor.call_later(0s, [&] {
    EXPECT_EQ(action_of(SIGINT).sa_handler, before.sa_handler);
    reactor.stop();
  });
  reactor.run();
}

TEST_P(Signals, J03_RunRestoresTheHandlers) {
  const Untouched untouched(SIGUSR1);
  for (const bool run : {true, false}) {
    for (const auto handler : {SIG_DFL, SIG_IGN, &count}) {
      install(SIGUSR1, handler);
      const auto before = action_of(SIGUSR1);
      {
        reactor::Reactor inner(reactor::make_poller(GetParam()));
        inner.call_on_signal(SIGUSR1, [] {});
        inner.call_on_signal(SIGUSR1, [] {});
        EXPECT_NE(action_of(SIGUSR1).sa_handler, before.sa_handler);
        EXPECT_NE(action_of(SIGUSR1).sa_flags & SA_RESTART, 0);
        inner.call_when_running([&] { inner.stop(); });
        if (run) inner.run();
        EXPECT_EQ(action_of(SIGUSR1).sa_handler == before.sa_handler, run);
      }
      EXPECT_EQ(action_of(SIGUSR1).sa_handler, before.sa_handler);
      EXPECT_EQ(action_of(SIGUSR1).sa_flags, before.sa_flags);
    }
  }
}

TEST_P(Signals, J03_AHandlerInstalledAfterRunStays) {
  const Untouched untouched(SIGUSR1);
  {
    reactor::Reactor inner(reactor::make_poller(GetParam()));
    inner.call_on_signal(SIGUSR1, [] {});
    inner.call_when_running([&] { inner.stop(); });
    inner.run();
    install(SIGUSR1, &count);
  }
  EXPECT_EQ(action_of(SIGUSR1).sa_handler, &count);
}

// The handler of another reactor must not be called as an earlier handler.
TEST_P(Signals, J03_AnEarlierHandlerIsStillCalled) {
  const Untouched untouched(SIGUSR1);
  install(SIGUSR1, &count);
  came = 0;
  int calls = 0;
  reactor.call_on_signal(SIGUSR1, [&] { ++calls; });
  reactor.call_later(0s, [&] {
    ::raise(SIGUSR1);
    EXPECT_EQ(came, 1);
  });
  run_iterations(2);
  EXPECT_EQ(calls, 1);
  ::raise(SIGUSR1);
  EXPECT_EQ(came, 2);
}

TEST_P(Signals, J03_AnEarlierHandlerStillGetsItsSiginfo) {
  const Untouched untouched(SIGUSR1);
  struct sigaction action {};
  action.sa_sigaction = [](int signum, siginfo_t* info, void*) {
    if (signum == SIGUSR1 && info->si_pid == ::getpid()) ++came;
  };
  action.sa_flags = SA_SIGINFO;
  ASSERT_EQ(::sigaction(SIGUSR1, &action, nullptr), 0);
  came = 0;
  int calls = 0;
  reactor.call_on_signal(SIGUSR1, [&] { ++calls; });
  reactor.call_later(0s, [] { ::raise(SIGUSR1); });
  run_iterations(2);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(came, 1);
  EXPECT_EQ(action_of(SIGUSR1).sa_sigaction, action.sa_sigaction);
}

TEST_P(Signals, J03_TwoReactorsMayAskForOneSignal) {
  reactor::Reactor other(reactor::make_poller(GetParam()));
  other.call_on_signal(SIGTERM, [] { ADD_FAILURE(); });
  reactor.call_on_signal(SIGTERM, [&] { reactor.stop(); });
  reactor.call_later(0s, [] { ::raise(SIGTERM); });
  reactor.run();
}

// They may end in any order; then a handler stays that refers to no reactor.
TEST_P(Signals, J03_AHandlerThatOutlivesItsReactorWakesNoReactor) {
  const Untouched untouched(SIGUSR1);
  {
    auto first = std::make_unique<reactor::Reactor>();
    reactor::Reactor second;
    first->call_on_signal(SIGUSR1, [] {});
    second.call_on_signal(SIGUSR1, [] {});
    first.reset();
  }
  ASSERT_NE(action_of(SIGUSR1).sa_handler, SIG_DFL);
  const std::vector<Pair> heirs(4);  // which have their numbers
  ::raise(SIGUSR1);
  for (const Pair& pair : heirs) {
    char byte;
    EXPECT_EQ(::recv(pair.sock.fd(), &byte, 1, MSG_DONTWAIT), -1);
    EXPECT_EQ(::recv(pair.other.fd(), &byte, 1, MSG_DONTWAIT), -1);
  }
}

TEST_P(Signals, J03_OneReactorAfterTheOtherMayAskForASignal) {
  for (int i = 0; i < 3; ++i) {
    reactor::Reactor inner(reactor::make_poller(GetParam()));
    int calls = 0;
    inner.call_on_signal(SIGTERM, [&] {
      ++calls;
      inner.stop();
    });
    inner.call_later(0s, [] { ::raise(SIGTERM); });
    inner.run();
    EXPECT_EQ(calls, 1);
  }
}

TEST_P(Signals, J03_ALateSignalOfOneReactorIsNotPassedToTheNext) {
  {
    reactor::Reactor inner(reactor::make_poller(GetParam()));
    const auto probe = make_probe();
    probe->on_lost = [] { ::raise(SIGTERM); };
    inner.add_reader(probe);
    inner.call_on_signal(SIGTERM, [] { ADD_FAILURE(); });
    inner.call_when_running([&] { inner.stop(); });
    inner.run();
    EXPECT_EQ(probe->losses, 1);
  }
  reactor.call_on_signal(SIGTERM, [] { ADD_FAILURE(); });
  reactor.call_from_thread([&] { reactor.stop(); });
  reactor.run();
}

TEST_P(Signals, J03_ASignalThatCannotBeCaughtIsRefused) {
  for (const int signum : {SIGKILL, SIGSTOP, 0, -1, 100000}) {
    const auto ask = [&] { reactor.call_on_signal(signum, [] {}); };
    EXPECT_EQ(code_thrown_by(ask), std::errc::invalid_argument) << signum;
  }
  run_iterations(1);
}

// --- Harmless signals --------------------------------------------------------

// Sends this thread one signal after the other.
class Storm {
 public:
  Storm()
      : untouched_(SIGUSR1) {
    install(SIGUSR1, &count);
    thread_ = std::thread([this, target = ::pthread_self()] {
      while (!over_) {
        ::pthread_kill(target, SIGUSR1);
        ::usleep(100);
      }
    });
  }
  ~Storm() {
    over_ = true;
    thread_.join();
  }

 private:
  const Untouched untouched_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

TEST_P(Signals, J04_AStormOfSignalsChangesNothing) {
  const LogCapture log;
  came = 0;
  const auto idle = make_probe();
  const auto busy = make_probe();
  reactor.add_reader(idle);
  std::string heard;
  busy->on_read = [&] {
    char byte;
    const ssize_t n = ::recv(busy->sock.fd(), &byte, 1, 0);
    if (n == 1) heard += byte;
    return n == 1 ? std::error_code() : net::last_error();
  };
  reactor.add_reader(busy);
  const auto due = reactor.now() + 50ms;
  for (int i = 0; i < 10; ++i) {
    reactor.call_later(i * 5ms, [&, i] {
      const char digit = static_cast<char>('0' + i);
      send_bytes(busy->other, {&digit, 1});
    });
  }
  std::function<void()> finish = [&] {
    if (came > 20 && heard.size() == 10) return reactor.stop();
    reactor.call_later(1ms, finish);  // in case signals come late
  };
  reactor.call_later(50ms, finish);
  {
    const Storm storm;
    reactor.run();
  }
  EXPECT_GE(reactor.now(), due);
  EXPECT_GT(came, 20);
  EXPECT_EQ(heard, "0123456789");
  EXPECT_EQ(idle->reads, 0);
  EXPECT_EQ(busy->reason, Error::connection_lost);
  EXPECT_TRUE(log.lines().empty());
}

// --- Other processes ---------------------------------------------------------

// The descriptors that a program would inherit.
std::vector<int> inheritable() {
  std::vector<int> fds;
  for (int fd = 0; fd < 1024; ++fd) {
    const int flags = ::fcntl(fd, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) fds.push_back(fd);
  }
  return fds;
}

TEST_P(Signals, J06_AProgramThatIsExecutedInheritsNothing) {
  const auto before = inheritable();
  reactor::Reactor inner(reactor::make_poller(GetParam()));
  const auto port =
      inner.listen_tcp({"127.0.0.1", 0}, factory_of<reactor::Protocol>());
  inner.call_on_signal(SIGTERM, [] {});
  inner.call_later(0s, [&] {
    EXPECT_EQ(inheritable(), before);
    inner.stop();
  });
  inner.run();
}

// The child shares the poller and must not use it: it may only execute another
// program, or exit.
TEST_P(Signals, J06_AChildThatExitsDoesNotDisturbTheLoop) {
  stats->expects_empty = false;
  const auto probe = make_probe();
  reactor.add_reader(probe);
  const auto fork_once = [&] {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    send_bytes(probe->other);
  };
  probe->on_read = [&] {
    char byte;
    EXPECT_EQ(::recv(probe->sock.fd(), &byte, 1, 0), 1);
    if (probe->reads < 3) fork_once();
    return std::error_code();
  };
  after(2, fork_once);
  after(30, [&] { EXPECT_EQ(stats->wakeups, 3); });
  run_iterations(31);
  EXPECT_EQ(probe->reads, 3);
}

FOR_EVERY_POLLER(Signals);

}  // namespace
