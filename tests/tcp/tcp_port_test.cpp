// Listening, and accepting clients.

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <deque>
#include <set>
#include <stdexcept>

#include "support/tcp.h"

// --- A system that fails -----------------------------------------------------

namespace {

std::deque<int> accept_errors;  // the errors of the first calls of accept4()
int accepts = 0;

}  // namespace

// Replace the system's.
extern "C" int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  ++accepts;
  if (!accept_errors.empty()) {
    errno = accept_errors.front();
    accept_errors.pop_front();
    return -1;
  }
  const rig::ScarceDescriptors scarce;
  return static_cast<int>(::syscall(SYS_accept4, fd, address, size, flags));
}

extern "C" int open(const char* path, int flags, ...) {
  const rig::ScarceDescriptors scarce;
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, 0666));
}

namespace {

using namespace rig;
using reactor::Error;

class TcpPort : public TcpTest {
 protected:
  TcpPort() {
    accept_errors.clear();
    accepts = 0;
    server->prepare = [](ProtocolRecord& record) {
      record.on_made = [](ProtocolRecord& made) {
        made.write("poem");
        made.lose();
      };
    };
  }
  ~TcpPort() override { max_descriptors = unlimited; }

  net::Socket connect() const { return net::connect(port->host()); }

  // The port still accepts.
  void expect_service() {
    steps.after(0, [this] {
      server->refuses = false;
      server->on_build = [] {};
      guest = connect();
      guest.set_blocking(false);
      poem.clear();
    });
    steps.when([this] {
      const Received rest = receive_all(guest);
      poem += rest.data;
      return !rest.error;
    });
    steps.after(0, [this] { EXPECT_EQ(poem, "poem"); });
  }

  // The server sends a client a poem, closes, or resets.
  static std::string treatment(const net::Socket& sock) {
    const Received rest = receive_all(sock);
    return rest.error ? rest.error.message() : rest.data;
  }

  static std::string message(std::errc error) {
    return make_error_code(error).message();
  }

  const std::shared_ptr<Server> server = std::make_shared<Server>();
  const std::shared_ptr<reactor::ListeningPort> port =
      reactor.listen_tcp(loopback, server);
  net::Socket guest;
  std::string poem;
};

FOR_EVERY_POLLER(TcpPort);

TEST_P(TcpPort, F01_HostHasTheRealPortAndTheFactoryGetsThePeer) {
  EXPECT_EQ(port->host().host, "127.0.0.1");
  EXPECT_NE(port->host().port, 0);
  const net::Socket one = connect();
  const net::Socket other = connect();
  steps.when([&] { return server->records.size() == 2; });
  steps.run();
  const std::vector<net::Address> peers{net::local_address(one),
                                        net::local_address(other)};
  EXPECT_EQ(server->addresses, peers);
}

TEST_P(TcpPort, F01_AnEmptyHostListensOnAllInterfaces) {
  const auto everywhere = reactor.listen_tcp({"", 0}, server);
  const net::Socket sock = net::connect({"127.0.0.1", everywhere->host().port});
  steps.when([&] { return server->made(); });
  steps.run();
  EXPECT_EQ(server->addresses, std::vector{net::local_address(sock)});
}

TEST_P(TcpPort, F02_AnUnavailableAddressIsRefusedAtOnce) {
  const auto before = open_descriptors();
  const auto refused = [&](const net::Address& address, std::errc why) {
    try {
      reactor.listen_tcp(address, server);
      ADD_FAILURE() << "listens on " << to_string(address);
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), why);
      const std::string words = "cannot listen on " + to_string(address) + ": ";
      EXPECT_EQ(std::string(error.what()).rfind(words, 0), 0u) << error.what();
    }
  };
  refused(port->host(), std::errc::address_in_use);
  refused({"203.0.113.1", 80}, std::errc::address_not_available);
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(reactor.readers().size(), 1u);
  expect_service();
  steps.run();
}

TEST_P(TcpPort, F03_AnAcceptedConnectionDoesNotKeepThePort) {
  server->prepare = [](ProtocolRecord&) {};
  auto other = reactor.listen_tcp(loopback, server);
  const std::weak_ptr<reactor::ListeningPort> weak = other;
  const net::Socket sock = net::connect(other->host());
  steps.when([&] { return server->made(); },
             [&] {
               other->stop_listening();
               other.reset();
             });
  steps.after(1, [&] {
    EXPECT_TRUE(weak.expired());
    EXPECT_TRUE(server->last().is_open());
  });
  steps.run();
}

TEST_P(TcpPort, F03_StoppingKeepsConnectionsAndFreesThePort) {
  server->prepare = [](ProtocolRecord& record) {
    record.on_data = [](ProtocolRecord& some) { some.write(some.data); };
  };
  net::Socket old = connect();
  steps.when([&] { return server->made(); },
             [&] {
               port->stop_listening();
               EXPECT_THROW(connect(), std::system_error);
               const auto again = reactor.listen_tcp(port->host(), server);
               EXPECT_EQ(again->host(), port->host());
               guest = connect();
               send_bytes(guest, "new");
               send_bytes(old, "old");
             });
  steps.when([&] { return server->records.size() == 2; });
  steps.when([&] {
    return server->records[0]->data == "old" &&
           server->records[1]->data == "new";
  });
  steps.after(2, [&] {
    EXPECT_EQ(receive(old, 3), "old");
    EXPECT_EQ(receive(guest, 3), "new");
  });
  steps.run();
}

TEST_P(TcpPort, F03_StoppingTwiceOrAfterTheEndIsHarmless) {
  const auto before = open_descriptors();
  const auto another = reactor.listen_tcp(loopback, server);
  another->stop_listening();
  another->stop_listening();
  EXPECT_EQ(open_descriptors(), before);
  steps.after(2);
  steps.run();
  port->stop_listening();
  EXPECT_NE(port->host().port, 0);
}

TEST_P(TcpPort, F03_AStoppedReactorListensNoMore) {
  steps.after(2);
  steps.run();
  EXPECT_THROW(connect(), std::system_error);
}

TEST_P(TcpPort, F04_ManyClientsStarveNoOther) {
  std::vector<net::Socket> guests;
  for (int i = 0; i < 100; ++i) {
    guests.push_back(connect());
  }
  std::vector<int> each_round;
  std::function<void()> count = [&] {
    each_round.push_back(std::exchange(accepts, 0));
    reactor.call_later(0s, count);
  };
  reactor.call_later(0s, count);
  steps.when([&] { return server->records.size() == 100; });
  steps.run();
  EXPECT_LE(*std::max_element(each_round.begin(), each_round.end()), 32);
  EXPECT_GE(*std::max_element(each_round.begin(), each_round.end()), 4);
}

TEST_P(TcpPort, F04_AnEmptyQueueIsNotAcceptedFromAgain) {
  guest = connect();
  steps.when([&] { return server->lost(); });
  steps.run();
  EXPECT_EQ(accepts, 2);
}

// --- No descriptors ----------------------------------------------------------

// Lets the port have this many descriptors more than are open now.
void allow_descriptors(int more) {
  std::vector<net::Socket> next;
  while (more-- >= 0) {
    next.emplace_back(::dup(0));
  }
  max_descriptors = next.back().fd();
}

TEST_P(TcpPort, F05_ClientsAreRejectedWithoutDescriptors) {
  const LogCapture log;
  std::vector<net::Socket> guests;
  for (int i = 0; i < 20; ++i) {
    guests.push_back(connect());
  }
  allow_descriptors(0);
  int before = 0;
  steps.after(20, [&] { before = steps.stats->wakeups; });
  steps.after(100, [&] {
    EXPECT_EQ(steps.stats->wakeups, before);
    EXPECT_LE(before, 4);
    EXPECT_LE(accepts, 64);
    EXPECT_TRUE(server->empty());
    for (const net::Socket& sock : guests) {
      EXPECT_EQ(treatment(sock), message(std::errc::connection_reset));
    }
    max_descriptors = unlimited;
  });
  expect_service();
  steps.run();
  ASSERT_EQ(log.lines().size(), 1u);
  EXPECT_NE(log.lines()[0].find("too many open files"), std::string::npos);
  EXPECT_NE(log.lines()[0].find(to_string(port->host())), std::string::npos);
}

TEST_P(TcpPort, F05_EachShortageOfDescriptorsIsOneLine) {
  const LogCapture log;
  std::vector<net::Socket> guests;
  for (std::size_t i = 1; i <= 3; ++i) {
    steps.after(0, [&] {
      for (int n = 0; n < 10; ++n) {
        guests.push_back(connect());
      }
      allow_descriptors(0);
    });
    steps.after(10, [&, i] {
      EXPECT_EQ(log.lines().size(), i);
      max_descriptors = unlimited;
    });
    expect_service();
  }
  steps.run();
}

TEST_P(TcpPort, K03_AThrowingLogDoesNotEndThePort) {
  const LogCapture log([] { throw 42; });
  const net::Socket rejected = connect();
  allow_descriptors(0);
  steps.after(10, [&] {
    EXPECT_EQ(log.lines().size(), 1u);
    max_descriptors = unlimited;
  });
  expect_service();
  steps.run();
}

TEST_P(TcpPort, K06_TenThousandFailedAcceptsAreOneLine) {
  const LogCapture log;
  accept_errors.assign(10000, EMFILE);
  accept_errors.resize(20000, ECONNABORTED);
  guest = connect();
  steps.when([&] {
    steps.clock.advance(1s);
    return server->lost();
  });
  expect_service();
  steps.run();
  EXPECT_TRUE(accept_errors.empty());
  EXPECT_EQ(log.lines().size(), 1u);
}

// The system may have no descriptor left, although this program may have more.
TEST_P(TcpPort, F05_ASystemWithoutDescriptorsRejectsClientsToo) {
  const LogCapture log;
  guest = connect();
  steps.after(0, [] { accept_errors.assign(4, ENFILE); });
  steps.when([&] { return server->lost(); });
  steps.run();
  EXPECT_EQ(treatment(guest), "poem");
  ASSERT_EQ(log.lines().size(), 1u);
  EXPECT_NE(log.lines()[0].find("too many open files"), std::string::npos);
}

// With room for one client none has to be rejected, and nothing is logged.
TEST_P(TcpPort, F05_TheLastDescriptorIsUsed) {
  const LogCapture log;
  net::Socket sock = connect();
  allow_descriptors(1);
  steps.when([&] { return server->lost(); });
  steps.after(5);
  steps.run();
  EXPECT_EQ(treatment(sock), "poem");
  EXPECT_EQ(log.lines(), Lines());
  EXPECT_LE(accepts, 3);
}

// The spare descriptor is gone, too: another thread has taken it.
TEST_P(TcpPort, F05_APortWithoutASpareDescriptorPauses) {
  const LogCapture log;
  net::Socket sock = connect();
  max_descriptors = no_descriptors;
  int before = 0;
  steps.after(10, [&] {
    before = steps.stats->wakeups;
    EXPECT_TRUE(reactor.readers().empty());
    EXPECT_LE(accepts, 2);
  });
  steps.after(100, [&] {
    EXPECT_EQ(steps.stats->wakeups, before);
    EXPECT_LE(before, 2);
    steps.clock.advance(1s);
  });
  steps.after(10, [&] {
    EXPECT_LE(steps.stats->wakeups, before + 2);
    EXPECT_TRUE(reactor.readers().empty());
    max_descriptors = unlimited;
    steps.clock.advance(1s);
  });
  steps.when([&] { return server->lost(); });
  expect_service();
  steps.run();
  EXPECT_EQ(treatment(sock), "poem");
  EXPECT_EQ(log.lines().size(), 1u);
}

// The port opens its spare descriptor with the first one that becomes free.
TEST_P(TcpPort, F05_TheSpareDescriptorIsBackAfterAPause) {
  const LogCapture log;
  std::vector<net::Socket> guests;
  for (int i = 0; i < 5; ++i) {
    guests.push_back(connect());
  }
  max_descriptors = no_descriptors;
  int before = 0;
  steps.after(10, [&] {
    EXPECT_TRUE(reactor.readers().empty());
    allow_descriptors(1);
    steps.clock.advance(1s);
  });
  steps.after(10, [&] {
    before = steps.stats->wakeups;
    EXPECT_EQ(reactor.readers().size(), 1u);
  });
  steps.after(10, [&] {
    EXPECT_EQ(steps.stats->wakeups, before);
    EXPECT_TRUE(server->empty());
  });
  steps.run();
}

TEST_P(TcpPort, F05_StoppingAPausedPortSucceeds) {
  const LogCapture log;
  net::Socket sock = connect();
  max_descriptors = no_descriptors;
  steps.after(10, [&] {
    EXPECT_TRUE(reactor.readers().empty());
    port->stop_listening();
    max_descriptors = unlimited;
    steps.clock.advance(1s);
  });
  steps.after(10, [&] { EXPECT_TRUE(reactor.readers().empty()); });
  steps.run();
  EXPECT_NE(treatment(sock), "poem");
  EXPECT_EQ(log.lines().size(), 1u);  // "too many open files"
}

TEST_P(TcpPort, F05_StoppingAPausedPortReleasesIt) {
  const LogCapture log;
  auto other = reactor.listen_tcp(loopback, server);
  const std::weak_ptr<reactor::ListeningPort> weak = other;
  const net::Socket sock = net::connect(other->host());
  max_descriptors = no_descriptors;
  steps.after(10, [&] {
    EXPECT_EQ(reactor.readers().size(), 1u);
    other->stop_listening();
    other.reset();
    max_descriptors = unlimited;
    steps.clock.advance(1s);
  });
  steps.after(3, [&] { EXPECT_TRUE(weak.expired()); });
  steps.run();
}

TEST_P(TcpPort, F05_APausedPortEndsWithTheReactor) {
  const LogCapture log;
  net::Socket sock = connect();
  max_descriptors = no_descriptors;
  steps.after(10);
  steps.run();
  EXPECT_NE(treatment(sock), "poem");
}

// The client's number is too large for select() only.
TEST_P(TcpPort, L01_AnUnwatchableClientLosesOnlyItsConnection) {
  const LogCapture log;
  const bool is_select = GetParam() == std::string("select");
  const ManyDescriptors limit(2 * FD_SETSIZE);
  guest = connect();
  std::vector<net::Socket> taken;
  do {
    taken.emplace_back(::dup(0));
  } while (taken.back().fd() >= 0 && taken.back().fd() < FD_SETSIZE);
  ASSERT_EQ(taken.back().fd(), FD_SETSIZE);
  steps.when([&] { return server->lost() || !log.lines().empty(); },
             [&] {
               EXPECT_EQ(treatment(guest), is_select ? "" : "poem");
               taken.clear();
             });
  expect_service();
  steps.run();
  ASSERT_EQ(log.lines().size(), is_select ? 1u : 0u);
  if (!is_select) return;
  EXPECT_EQ(log.lines()[0].rfind('[' + to_string(port->host()) + ']', 0), 0u);
  EXPECT_NE(log.lines()[0].find("descriptor 102"), std::string::npos);
}

// --- Clients that are gone ---------------------------------------------------

TEST_P(TcpPort, F06_NoErrorOfAcceptEndsThePort) {
  for (const int error : {ECONNABORTED, EPROTO, EPERM, ENOBUFS, ENOMEM, EINTR,
                          EAGAIN, ENETDOWN, EHOSTUNREACH, EOPNOTSUPP, 4711}) {
    steps.after(0, [error] { accept_errors.assign(1, error); });
    expect_service();
  }
  steps.run();
  EXPECT_EQ(server->records.size(), 11u);
}

TEST_P(TcpPort, F06_ManyErrorsStarveNoOther) {
  int iterations = 0;
  accept_errors.assign(123, EPERM);
  guest = connect();
  std::function<void()> count = [&] {
    ++iterations;
    steps.clock.advance(1s);
    reactor.call_later(0s, count);
  };
  reactor.call_later(0s, count);
  steps.when([&] { return server->lost(); });
  steps.run();
  EXPECT_GE(iterations, 123 / 32);
  EXPECT_LE(iterations, 123 / 4);  // nor does an error take an iteration each
  EXPECT_EQ(treatment(guest), "poem");
}

TEST_P(TcpPort, F07_EachDescriptorIsCloseOnExecAndNonBlocking) {
  const auto client = std::make_shared<Client>();
  std::set<int> before;
  const auto each = [](const std::function<void(int)>& call) {
    DIR* const directory = ::opendir("/proc/self/fd");
    while (const dirent* entry = ::readdir(directory)) {
      const int fd = std::atoi(entry->d_name);
      if (entry->d_name[0] != '.' && fd != ::dirfd(directory)) call(fd);
    }
    ::closedir(directory);
  };
  each([&](int fd) { before.insert(fd); });
  SteppedReactor inner(reactor::make_poller(GetParam()));
  server->prepare = [](ProtocolRecord&) {};
  const auto to = inner.reactor.listen_tcp(loopback, server)->host();
  inner.reactor.connect_tcp(to.host, to.port, client);
  inner.when([&] { return client->made() && server->made(); },
             [&] {
               int sockets = 0;
               each([&](int fd) {
                 if (before.count(fd)) return;
                 EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << fd;
                 sockaddr_storage name{};
                 socklen_t size = sizeof name;
                 if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name),
                                   &size) < 0) {
                   return;
                 }
                 ++sockets;
                 EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0) << fd;
               });
               EXPECT_EQ(sockets, 3);
             });
  inner.run();
}

TEST_P(TcpPort, F08_ARefusedProtocolLosesOnlyItsConnection) {
  server->refuses = true;
  guest = connect();
  steps.when([&] { return server->addresses.size() == 1; });
  steps.after(2, [&] {
    EXPECT_EQ(treatment(guest), message(std::errc::connection_reset));
  });
  expect_service();
  steps.run();
}

TEST_P(TcpPort, F08_AnExceptionInBuildProtocolLosesOnlyItsConnection) {
  const LogCapture log;
  server->on_build = [] { throw std::runtime_error("no poem today"); };
  guest = connect();
  const std::string name = to_string(net::local_address(guest));
  steps.when([&] { return server->addresses.size() == 1; });
  steps.after(2, [&] {
    EXPECT_EQ(treatment(guest), message(std::errc::connection_reset));
  });
  expect_service();
  steps.run();
  EXPECT_EQ(log.lines(), Lines{"[" + name + "] no poem today"});
}

TEST_P(TcpPort, F08_StopListeningMayBeCalledFromBuildProtocol) {
  server->on_build = [&] { port->stop_listening(); };
  const net::Socket first = connect();
  steps.when([&] { return server->lost(); });
  steps.after(2);
  steps.run();
  EXPECT_EQ(treatment(first), "poem");
  EXPECT_THROW(connect(), std::system_error);
}

TEST_P(TcpPort, F09_ClientsThatAreGoneLeaveNothing) {
  const LogCapture log;
  const auto before = open_descriptors();
  for (int i = 0; i < 100; ++i) {
    net::Socket sock = connect();
    i % 2 ? reset(sock) : sock.close();
  }
  expect_service();
  steps.when([&] {
    return server->records.size() == 101 && server->still_open() == 0;
  });
  steps.after(2, [&] {
    guest.close();
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(log.lines(), Lines());
  });
  steps.run();
}

TEST_P(TcpPort, E16_AClientGoneBeforeAcceptHasNoAddress) {
  net::Address peer;
  net::Address host;
  server->prepare = [&](ProtocolRecord& record) {
    record.on_made = [&](ProtocolRecord& made) {
      peer = made.transport().peer();
      host = made.transport().host();
    };
  };
  net::Socket sock = connect();
  reset(sock);
  steps.when([&] { return server->lost(); });
  steps.run();
  EXPECT_EQ(server->addresses, (std::vector<net::Address>{{"?", 0}}));
  EXPECT_EQ(peer, (net::Address{"?", 0}));
  EXPECT_EQ(host, port->host());
  EXPECT_EQ(server->last().reason, std::errc::connection_reset);
}

TEST_P(TcpPort, L06_ClientsOfEveryKindLeakNothing) {
  const LogCapture log;
  const auto before = open_descriptors();
  server->on_build = [&] {
    const std::size_t n = server->addresses.size();
    server->refuses = n % 4 == 0;
    if (n % 4 == 1) throw 42;
  };
  server->prepare = [](ProtocolRecord& record) {
    record.on_made = [](ProtocolRecord& made) { made.abort(); };
  };
  for (int i = 0; i < 10; ++i) {
    steps.after(0, [&] {
      for (int n = 0; n < 40; ++n) {
        connect();
      }
    });
    steps.when([&] { return server->addresses.size() % 40 == 0; });
  }
  steps.when([&] { return open_descriptors() <= before; });
  steps.run();
  EXPECT_EQ(server->addresses.size(), 400u);
}

}  // namespace
