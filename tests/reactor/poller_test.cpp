// The pollers by themselves: they differ only in how they wait.
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>

#include "support/faults/script.h"
#include "support/rig.h"

using namespace rig;
using reactor::Error;
using reactor::Events;

namespace reactor {

std::ostream& operator<<(std::ostream& out, const Events& events) {
  return out << (events.read ? "r" : "-") << (events.write ? "w" : "-");
}

}  // namespace reactor

namespace {

constexpr Events nothing{};
constexpr Events readable{true, false};
constexpr Events writable{false, true};
constexpr Events both{true, true};

constexpr Events as_closed(Events events) {
  events.closed = true;
  return events;
}

class Pollers : public testing::TestWithParam<const char*> {
 protected:
  using Answer = std::map<int, Events>;

  // The descriptors that are ready now; each of them once.
  Answer ready(std::optional<std::chrono::milliseconds> timeout = 0ms) {
    Answer answer;
    for (const auto& [fd, events] : poller->wait(timeout)) {
      EXPECT_TRUE(answer.emplace(fd, events).second) << fd;
    }
    return answer;
  }

  bool is_epoll() const { return std::string(GetParam()) == "epoll"; }
  bool is_select() const { return std::string(GetParam()) == "select"; }

  Watchdog watchdog;
  std::unique_ptr<reactor::Poller> poller = reactor::make_poller(GetParam());
};

net::Socket open_file() {
  return net::Socket(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
}

// --- Names -------------------------------------------------------------------

TEST(PollerNames, N03_EachNameHasAPollerAndTheBestIsTheDefault) {
  EXPECT_EQ(reactor::poller_names(),
            (std::vector<std::string>{"epoll", "poll", "select"}));
  const auto calls = [](const std::string& poller) {
    const faults::Script script("");
    EXPECT_TRUE(reactor::make_poller(poller)->wait(0ms).empty());
    return std::vector{faults::calls("epoll_wait"), faults::calls("poll"),
                       faults::calls("select")};
  };
  EXPECT_EQ(calls("epoll"), (std::vector{1, 0, 0}));
  EXPECT_EQ(calls("poll"), (std::vector{0, 1, 0}));
  EXPECT_EQ(calls("select"), (std::vector{0, 0, 1}));
  EXPECT_EQ(calls(""), (std::vector{1, 0, 0}));
}

TEST(PollerNames, N03_AnUnknownNameIsNamedInTheError) {
  try {
    reactor::make_poller("foo");
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("foo"), std::string::npos);
  }
  EXPECT_THROW(reactor::make_poller("Epoll"), std::invalid_argument);
}

// A kernel without epoll, a sandbox that forbids it, and no descriptor for it.
TEST(PollerNames, N03_TheDefaultIsPollWithoutEpoll) {
  for (const auto& [name, error] :
       {std::pair("ENOSYS", std::errc::function_not_supported),
        std::pair("EPERM", std::errc::operation_not_permitted),
        std::pair("EMFILE", std::errc::too_many_files_open)}) {
    const std::string line = "epoll_create1 * " + std::string(name);
    const faults::Script script(line.c_str());
    EXPECT_EQ(code_thrown_by([] { reactor::make_poller("epoll"); }), error);
    EXPECT_TRUE(reactor::make_poller()->wait(0ms).empty());
    EXPECT_EQ(faults::calls("poll"), 1);
    EXPECT_EQ(faults::calls("epoll_wait"), 0);
  }
}

// --- Ready descriptors -------------------------------------------------------

TEST_P(Pollers, ReportTheReadyDescriptorsOfTheWatched) {
  const Pair pair;
  const int fd = pair.sock.fd();
  EXPECT_EQ(ready(), Answer());
  poller->watch(fd, readable);
  EXPECT_EQ(ready(), Answer());
  poller->watch(fd, both);
  EXPECT_EQ(ready(), (Answer{{fd, writable}}));
  send_bytes(pair.other);
  EXPECT_EQ(ready(), (Answer{{fd, both}}));
  poller->watch(fd, writable);
  EXPECT_EQ(ready(), (Answer{{fd, writable}}));
  poller->watch(fd, readable);
  EXPECT_EQ(ready(), (Answer{{fd, readable}}));
  EXPECT_EQ(ready(), (Answer{{fd, readable}}));
  poller->watch(fd, nothing);
  EXPECT_EQ(ready(), Answer());
}

// A socket that was reset or never connected is ready for everything: the next
// operation on it returns the reason.
struct State {
  std::string name;
  net::Socket sock;
  Events expected;
};

std::vector<State> socket_states(std::vector<net::Socket>& kept) {
  std::vector<State> states;
  const auto add = [&](const std::string& name, net::Socket sock,
                       Events expected) {
    states.push_back({name, std::move(sock), expected});
  };
  const auto tcp = [&](const std::string& name, Events expected, auto prepare,
                       bool tiny = false) {
    TcpPair pair(tiny);
    prepare(pair);
    add(name, std::move(pair.sock), expected);
    kept.push_back(std::move(pair.other));
  };
  const auto end = [](TcpPair& pair) { ::shutdown(pair.other.fd(), SHUT_WR); };
  tcp("idle", writable, [](TcpPair&) {});
  tcp("data", both, [](TcpPair& pair) { send_bytes(pair.other); });
  tcp("end", both, end);
  tcp("data and end", both,
      [&](TcpPair& pair) { send_bytes(pair.other), end(pair); });
  tcp("closed", both, [](TcpPair& pair) { pair.other.close(); });
  tcp("reset", both, [](TcpPair& pair) { reset(pair.other); });
  tcp("data and reset", both,
      [](TcpPair& pair) { send_bytes(pair.other), reset(pair.other); });
  tcp(
      "full", nothing, [](TcpPair& pair) { fill(pair.sock); }, true);
  tcp(
      "full and end", readable,
      [&](TcpPair& pair) { fill(pair.sock), end(pair); }, true);
  tcp(
      "full and reset", both,
      [](TcpPair& pair) { fill(pair.sock), reset(pair.other); }, true);
  tcp("shut for writing", writable,
      [](TcpPair& pair) { ::shutdown(pair.sock.fd(), SHUT_WR); });
  tcp("shut both ways", both,
      [&](TcpPair& pair) { ::shutdown(pair.sock.fd(), SHUT_WR), end(pair); });
  add("fresh", net::Socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      both);

  net::Socket listener = net::listen({"127.0.0.1", 0});
  const net::Address address = net::local_address(listener);
  add("listening", duplicate(listener), nothing);
  kept.push_back(std::move(listener));
  net::Socket wanted = net::listen({"127.0.0.1", 0});
  kept.push_back(net::connect(net::local_address(wanted)));
  add("wanted", std::move(wanted), readable);

  net::Socket gone = net::listen({"127.0.0.1", 0});
  const net::Address nobody = net::local_address(gone);
  gone.close();
  std::error_code error;
  add("refused", net::start_connect(nobody, error), both);

  Pair shut;
  ::shutdown(shut.sock.fd(), SHUT_RDWR);
  add("local, shut", std::move(shut.sock), both);
  kept.push_back(std::move(shut.other));
  return states;
}

TEST_P(Pollers, N02_EachStateOfASocketIsTheSameForAll) {
  std::vector<net::Socket> kept;
  for (const State& state : socket_states(kept)) {
    for (const Events wanted : {readable, writable, both}) {
      const int fd = state.sock.fd();
      poller->watch(fd, wanted);
      const Events expected{wanted.read && state.expected.read,
                            wanted.write && state.expected.write};
      const Answer answer = ready();
      EXPECT_EQ(answer.contains(fd) ? answer.at(fd) : nothing, expected)
          << state.name << " watched for " << wanted;
      EXPECT_EQ(answer.size(), expected == nothing ? 0u : 1u) << state.name;
      poller->watch(fd, nothing);
      EXPECT_EQ(ready(), Answer()) << state.name;
    }
  }
}

TEST_P(Pollers, N02_BrokenPipesAreReady) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  net::Socket out(ends[1]);
  const net::Socket in(ends[0]);
  poller->watch(in.fd(), readable);
  EXPECT_EQ(ready(), Answer());
  out.close();
  EXPECT_EQ(ready(), (Answer{{in.fd(), readable}}));
  poller->watch(in.fd(), nothing);

  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const net::Socket full(ends[1]);
  const std::string much(1 << 20, '.');
  EXPECT_GT(::write(full.fd(), much.data(), much.size()), 0);
  poller->watch(full.fd(), writable);
  EXPECT_EQ(ready(), Answer());
  ::close(ends[0]);
  EXPECT_EQ(ready(), (Answer{{full.fd(), writable}}));
}

TEST_P(Pollers, ARegularFileIsAlwaysReady) {
  const net::Socket file = open_file();
  const Pair pair;
  poller->watch(pair.sock.fd(), readable);
  for (const Events wanted : {readable, both, writable}) {
    poller->watch(file.fd(), wanted);
    EXPECT_EQ(ready(std::nullopt), (Answer{{file.fd(), wanted}}));
  }
  send_bytes(pair.other);
  EXPECT_EQ(ready(1h),
            (Answer{{file.fd(), writable}, {pair.sock.fd(), readable}}));
  poller->watch(file.fd(), nothing);
  EXPECT_EQ(ready(), (Answer{{pair.sock.fd(), readable}}));
  poller->watch(file.fd(), readable);
  EXPECT_EQ(ready().size(), 2u);
}

// --- Unwatching and changing -------------------------------------------------

TEST_P(Pollers, UnwatchingAnUnwatchedDescriptorDoesNothing) {
  const Pair pair;
  poller->watch(pair.sock.fd(), nothing);
  poller->watch(pair.sock.fd(), writable);
  poller->watch(pair.sock.fd(), nothing);
  poller->watch(pair.sock.fd(), nothing);
  poller->watch(pair.other.fd() + 100, nothing);
  EXPECT_EQ(ready(), Answer());
}

TEST_P(Pollers, AnUnwatchedNumberCanBeWatchedAgain) {
  Pair one;
  const int fd = one.sock.fd();
  poller->watch(fd, both);
  EXPECT_EQ(ready(), (Answer{{fd, writable}}));
  poller->watch(fd, readable);  // the kernel is not told of this
  poller->watch(fd, nothing);
  const net::Socket survivor = duplicate(one.sock);
  one.sock.close();
  send_bytes(one.other);

  const Pair two;
  ASSERT_EQ(two.sock.fd(), fd);
  EXPECT_EQ(ready(), Answer());
  poller->watch(fd, readable);
  EXPECT_EQ(ready(), Answer());
  send_bytes(two.other);
  EXPECT_EQ(ready(), (Answer{{fd, readable}}));
}

// For epoll it is still registered.
TEST_P(Pollers, B15_AFileThatHasItsNumberAgainIsWatchedAgain) {
  Pair pair;
  const int fd = pair.sock.fd();
  poller->watch(fd, readable);
  const net::Socket survivor = duplicate(pair.sock);
  pair.sock.close();
  poller->watch(fd, nothing);
  const net::Socket again = duplicate(survivor, fd);
  ASSERT_EQ(again.fd(), fd);
  poller->watch(fd, writable);
  EXPECT_EQ(ready(), (Answer{{fd, writable}}));
  poller->watch(fd, nothing);
  EXPECT_EQ(ready(), Answer());
}

TEST_P(Pollers, TheReportedEventsAreNotChangedByWatch) {
  const Pair pairs[3];
  for (const Pair& pair : pairs) {
    poller->watch(pair.sock.fd(), writable);
  }
  const auto answer = poller->wait(0ms);
  ASSERT_EQ(answer.size(), 3u);
  std::vector<int> fds;
  for (const auto& [fd, events] : answer) {
    fds.push_back(fd);
    for (const Pair& pair : pairs) {
      poller->watch(pair.sock.fd(), nothing);
      poller->watch(pair.other.fd(), both);
    }
    EXPECT_EQ(events, writable);
  }
  std::sort(fds.begin(), fds.end());
  EXPECT_EQ(fds, (std::vector{pairs[0].sock.fd(), pairs[1].sock.fd(),
                              pairs[2].sock.fd()}));
}

// After any sequence of changes, the last one holds.
TEST_P(Pollers, N04_TheLastOfManyRandomChangesHolds) {
  std::mt19937 random(4711);
  std::vector<Pair> pairs(20);
  std::vector<net::Socket> files;
  std::map<int, Events> possible;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i % 2 == 0) send_bytes(pairs[i].other);
    possible[pairs[i].sock.fd()] = {i % 2 == 0, true};
    files.push_back(open_file());
    if (i < 3) possible[files.back().fd()] = both;
  }
  std::vector<int> fds;
  for (const auto& [fd, events] : possible) {
    fds.push_back(fd);
  }
  Answer expected;
  for (int i = 0; i < 5000; ++i) {
    const int fd = fds[random() % fds.size()];
    const Events wanted{random() % 2 == 0, random() % 2 == 0};
    poller->watch(fd, wanted);
    expected[fd] = {wanted.read && possible[fd].read,
                    wanted.write && possible[fd].write};
    if (expected[fd] == nothing) expected.erase(fd);
    if (random() % 4 != 0) continue;
    ASSERT_EQ(ready(), expected) << i;
  }
}

// --- Refusing ----------------------------------------------------------------

// FD_SET(1030) in the set of readers is FD_SET(6) in that of the writers, which
// lies behind it: so the numbers are chosen to see that.
TEST_P(Pollers, L01_ADescriptorThatIsTooLargeForSelectIsRefused) {
  const ManyDescriptors limit(2 * FD_SETSIZE);
  const Pair pair;
  send_bytes(pair.other);
  const int small = pair.sock.fd();
  const net::Socket large = duplicate(pair.sock, FD_SETSIZE + small);
  ASSERT_EQ(large.fd(), FD_SETSIZE + small);
  for (const Events wanted : {readable, writable, both, nothing}) {
    poller->watch(small, readable);
    const auto watch = [&] { poller->watch(large.fd(), wanted); };
    EXPECT_EQ(code_thrown_by(watch),
              is_select() ? make_error_code(Error::descriptor_too_large)
                          : std::error_code());
    Answer expected{{small, readable}};
    if (!is_select() && wanted != nothing) expected[large.fd()] = wanted;
    EXPECT_EQ(ready(), expected);
    poller->watch(small, nothing);
    expected.erase(small);
    EXPECT_EQ(ready(), expected);
  }
}

TEST_P(Pollers, L01_TheLastNumberOfSelectIsWatched) {
  const ManyDescriptors limit(2 * FD_SETSIZE);
  const Pair pair;
  const net::Socket last = duplicate(pair.sock, FD_SETSIZE - 1);
  ASSERT_EQ(last.fd(), FD_SETSIZE - 1);
  poller->watch(last.fd(), both);
  poller->watch(pair.sock.fd(), writable);
  EXPECT_EQ(ready(),
            (Answer{{last.fd(), writable}, {pair.sock.fd(), writable}}));
  poller->watch(last.fd(), nothing);
  EXPECT_EQ(ready(), (Answer{{pair.sock.fd(), writable}}));
}

// Only epoll checks the descriptor; for the others a closed one is ready.
TEST_P(Pollers, B13_AClosedDescriptorIsRefusedOrReady) {
  Pair pair;
  const int closed = pair.other.fd();
  pair.other.close();
  const auto watch = [&] { poller->watch(closed, readable); };
  if (is_epoll()) {
    EXPECT_EQ(code_thrown_by(watch), std::errc::bad_file_descriptor);
    EXPECT_EQ(ready(), Answer());
  } else {
    watch();
    EXPECT_EQ(ready(std::nullopt), (Answer{{closed, as_closed(readable)}}));
    poller->watch(closed, nothing);
  }
  // Nothing of it is left.
  const Pair next;
  ASSERT_EQ(next.sock.fd(), closed);
  poller->watch(closed, both);
  EXPECT_EQ(ready(), (Answer{{closed, writable}}));
}

// Documented exception: epoll has forgotten it.
TEST_P(Pollers, B13_ADescriptorClosedWhileWatchedIsReadyForItsEvents) {
  Pair pairs[3];
  for (Pair& pair : pairs) {
    poller->watch(pair.sock.fd(), readable);
  }
  const int closed[] = {pairs[0].sock.fd(), pairs[1].sock.fd()};
  poller->watch(closed[0], both);
  pairs[0].sock.close();
  pairs[1].sock.close();
  EXPECT_EQ(ready(), is_epoll() ? Answer()
                                : (Answer{{closed[0], as_closed(both)},
                                          {closed[1], as_closed(readable)}}));
  for (const int fd : closed) {
    poller->watch(fd, nothing);
  }
  send_bytes(pairs[2].other);
  EXPECT_EQ(ready(), (Answer{{pairs[2].sock.fd(), readable}}));
}

// --- Waiting -----------------------------------------------------------------

TEST_P(Pollers, WaitNoLessThanTheTimeout) {
  const Pair pair;
  poller->watch(pair.sock.fd(), readable);
  for (const auto timeout : {0ms, 1ms, 20ms}) {
    const auto start = reactor::Clock::now();
    EXPECT_EQ(ready(timeout), Answer());
    EXPECT_GE(reactor::Clock::now() - start, timeout);
  }
  send_bytes(pair.other);
  EXPECT_EQ(ready(24h), (Answer{{pair.sock.fd(), readable}}));
  EXPECT_EQ(ready(std::nullopt), (Answer{{pair.sock.fd(), readable}}));
}

std::atomic<int> came = 0;

// Sends signals until one has interrupted the wait, which has no limit. The
// socket is idle, although select() leaves it in its sets.
TEST_P(Pollers, B20_ASignalEndsTheWaitWithNothingReady) {
  const Pair pair;
  fill(pair.sock);
  poller->watch(pair.sock.fd(), both);
  struct sigaction before;
  struct sigaction action {};
  action.sa_handler = [](int) { ++came; };
  action.sa_flags = SA_RESTART;
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);
  for (int i = 0; i < 5; ++i) {
    came = 0;
    std::atomic<bool> over = false;
    std::thread thread([&over, target = ::pthread_self()] {
      while (!over) {
        ::pthread_kill(target, SIGUSR1);
        ::usleep(100);
      }
    });
    EXPECT_EQ(ready(std::nullopt), Answer());
    over = true;
    thread.join();
    EXPECT_GT(came, 0);
  }
  ::sigaction(SIGUSR1, &before, nullptr);
}

// The results of the last poll(), and the sets passed to select(), still exist.
TEST_P(Pollers, B20_AnInterruptedWaitReportsNothing) {
  const Pair pair;
  const int fd = pair.sock.fd();
  poller->watch(fd, both);
  send_bytes(pair.other);
  EXPECT_EQ(ready(), (Answer{{fd, both}}));
  const faults::Script script(
      "select 1-5 EINTR; poll 1-5 EINTR; epoll_wait 1-5 EINTR");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(ready(std::nullopt), Answer());
  }
  EXPECT_EQ(ready(std::nullopt), (Answer{{fd, both}}));
}

TEST_P(Pollers, A08_AWaitThatFailsThrowsTheReason) {
  const Pair pair;
  poller->watch(pair.sock.fd(), both);
  const faults::Script script(
      "select 1 ENOMEM; poll 1 ENOMEM; epoll_wait 1 ENOMEM");
  EXPECT_EQ(code_thrown_by([&] { ready(); }), std::errc::not_enough_memory);
  EXPECT_EQ(ready(), (Answer{{pair.sock.fd(), writable}}));
}

TEST_P(Pollers, AChangeWithoutMemoryIsTriedAgainBeforeTheNextWait) {
  const Pair pair;
  const int fd = pair.sock.fd();
  poller->watch(fd, readable);
  const faults::Script script("epoll_ctl 1-3 ENOMEM");
  poller->watch(fd, both);
  int waits = 1;
  while (ready(std::nullopt) != Answer{{fd, writable}}) {
    ++waits;
  }
  EXPECT_EQ(waits, is_epoll() ? 4 : 1);
}

TEST_P(Pollers, ADescriptorPolledByAnotherLoopShowsEachChangeAtOnce) {
  if (!is_epoll()) {
    EXPECT_EQ(poller->fileno(), -1);
    return;
  }
  const Pair pair;
  const int fd = pair.sock.fd();
  poller->watch(fd, readable);
  pollfd polled{poller->fileno(), POLLIN, 0};
  EXPECT_EQ(::poll(&polled, 1, 0), 0);
  poller->watch(fd, both);
  EXPECT_EQ(::poll(&polled, 1, 0), 1);
  poller->watch(fd, readable);
  EXPECT_EQ(::poll(&polled, 1, 0), 0);
}

// The other loop waits with epoll, too. The first file was closed before it was
// removed.
TEST_P(Pollers, B15_AnotherLoopGoesOnAfterADescriptorWasClosed) {
  const auto other_loop = reactor::make_epoll_poller();
  const int polled = poller->fileno();
  if (polled < 0) return;
  other_loop->watch(polled, readable);
  Pair closed;
  const int fd = closed.sock.fd();
  poller->watch(fd, readable);
  const net::Socket survivor = duplicate(closed.sock);
  closed.sock.close();
  poller->watch(fd, nothing);
  send_bytes(closed.other);
  EXPECT_EQ(other_loop->wait(0ms).size(), 1u);
  EXPECT_EQ(ready(), Answer());
  EXPECT_EQ(other_loop->wait(0ms).size(), 0u);

  const Pair pair;
  poller->watch(pair.sock.fd(), readable);
  send_bytes(pair.other);
  EXPECT_EQ(other_loop->wait(0ms).size(), 1u);
  EXPECT_EQ(poller->fileno(), polled);
  EXPECT_EQ(ready(), (Answer{{pair.sock.fd(), readable}}));
}

// After an event of a closed file, epoll registers the others again: a file on
// a disk, a changed one, and one that was closed without a duplicate.
TEST_P(Pollers, B15_TheOthersAreWatchedAsBefore) {
  Pair pairs[4];
  const net::Socket file = open_file();
  std::vector<int> fds;
  for (const Pair& pair : pairs) {
    fds.push_back(pair.sock.fd());
    poller->watch(fds.back(), readable);
  }
  poller->watch(file.fd(), writable);
  const net::Socket survivor = duplicate(pairs[0].sock);
  send_bytes(pairs[0].other);
  pairs[0].sock.close();
  pairs[3].sock.close();
  poller->watch(fds[0], nothing);
  poller->watch(fds[1], both);
  ready();
  Answer expected{
      {fds[3], as_closed(readable)}};  // select says nothing of the others
  if (!is_select()) {
    expected.merge(Answer{{fds[1], writable}, {file.fd(), writable}});
  }
  EXPECT_EQ(ready(), expected);
  poller->watch(fds[3], nothing);
  poller->watch(fds[1], readable);
  poller->watch(file.fd(), nothing);
  EXPECT_EQ(ready(), Answer());
  send_bytes(pairs[2].other);
  EXPECT_EQ(ready(), (Answer{{fds[2], readable}}));
}

// A connection changes its interest with every short send, and often back
// before the next wait.
TEST_P(Pollers, AChangeThatIsUndoneBeforeTheWaitIsNoSystemCall) {
  const Pair pair;
  const int fd = pair.sock.fd();
  poller->watch(fd, readable);
  const faults::Script script("");
  for (int i = 0; i < 10; ++i) {
    poller->watch(fd, both);
    poller->watch(fd, readable);
  }
  EXPECT_EQ(ready(), Answer());
  EXPECT_EQ(faults::calls("epoll_ctl"), 0);
  for (int i = 0; i < 10; ++i) {
    poller->watch(fd, readable);
    poller->watch(fd, both);
  }
  EXPECT_EQ(ready(), (Answer{{fd, writable}}));
  EXPECT_EQ(faults::calls("epoll_ctl"), is_epoll() ? 1 : 0);
}

TEST_P(Pollers, AClosedDescriptorIsNotToldTheKernelAgain) {
  for (const bool is_taken : {false, true}) {
    Pair pair;
    const int fd = pair.sock.fd();
    poller->watch(fd, readable);
    const faults::Script script("");
    poller->watch(fd, both);
    pair.sock.close();
    const net::Socket other =
        is_taken ? duplicate(pair.other, fd) : net::Socket();
    ASSERT_EQ(other.fd(), is_taken ? fd : -1);
    ready();
    ready();
    EXPECT_EQ(faults::calls("epoll_ctl"), is_epoll() ? 1 : 0);
    poller->watch(fd, nothing);
  }
}

TEST_P(Pollers, L05_EachOfManyReadyDescriptorsIsReportedSoon) {
  constexpr std::size_t many = 900;
  constexpr std::size_t at_once = 256;  // by epoll
  const ManyDescriptors limit(4 * many);
  const net::Socket event(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
  std::vector<net::Socket> all;
  for (std::size_t i = 0; i < many; ++i) {
    all.push_back(duplicate(event));
    poller->watch(all.back().fd(), readable);
  }
  Answer seen;
  for (std::size_t i = 0; i < (many + at_once - 1) / at_once; ++i) {
    seen.merge(ready());
  }
  EXPECT_EQ(seen.size(), many);
}

FOR_EVERY_POLLER(Pollers);

}  // namespace
