// Connecting, and what a factory is told about it.

#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <latch>
#include <map>
#include <new>
#include <thread>

#include "net/resolver.h"
#include "support/tcp.h"

// --- A name server, and a network that fails ---------------------------------

namespace {

// Names in ".test" stand for these literals; "no.test" for none, "vast.test"
// for more than there is memory for, and "slow.test" for this machine, once the
// latch is open.
std::map<std::string, std::vector<std::string>> names;
std::atomic<int> questions;
std::shared_ptr<std::latch> slow_answer;

int connect_error = 0;  // what every connect() fails with
int answer_error = 0;  // and eventfd_read(), once somebody has answered

addrinfo* literal_info(const std::string& literal) {
  static const auto ask = reinterpret_cast<decltype(&::getaddrinfo)>(
      ::dlsym(RTLD_NEXT, "getaddrinfo"));
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  ask(literal.c_str(), nullptr, &hints, &found);
  return found;
}

}  // namespace

// These stand before the system's: the library knows no others.
extern "C" int getaddrinfo(const char* name,
                           const char*,
                           const addrinfo* hints,
                           addrinfo** found) {
  if (hints->ai_socktype != SOCK_STREAM) return EAI_SOCKTYPE;
  const auto entry = names.find(name);
  const auto literals =
      entry == names.end() ? std::vector<std::string>() : entry->second;
  const auto answer = slow_answer;
  ++questions;
  if (name == std::string("slow.test")) answer->wait();
  if (name == std::string("vast.test")) throw std::bad_alloc();
  if (literals.empty()) return EAI_NONAME;
  for (const std::string& literal : literals) {
    *found = literal_info(literal);
    while (*found) {
      found = &(*found)->ai_next;
    }
  }
  return 0;
}

extern "C" int socket(int family, int type, int protocol) noexcept {
  const rig::Scarcity scarcity;
  return static_cast<int>(::syscall(SYS_socket, family, type, protocol));
}

extern "C" int eventfd(unsigned count, int flags) noexcept {
  const rig::Scarcity scarcity;
  return static_cast<int>(::syscall(SYS_eventfd2, count, flags));
}

extern "C" int eventfd_read(int fd, eventfd_t* count) {
  if (answer_error != 0) return errno = answer_error, -1;
  return ::read(fd, count, sizeof *count) < 0 ? -1 : 0;
}

extern "C" int connect(int fd, const sockaddr* address, socklen_t size) {
  if (connect_error != 0) return errno = connect_error, -1;
  return static_cast<int>(::syscall(SYS_connect, fd, address, size));
}

namespace {

using namespace rig;
using reactor::Error;

// Threads may outlive the test that asked them something. The next one would
// count their descriptors.
class Everybody {
 protected:
  ~Everybody() {
    const Watchdog watchdog;
    while (open_descriptors() > before_) {
      std::this_thread::yield();
    }
  }

 private:
  const std::size_t before_ = open_descriptors();
};

class TcpClient : Everybody, public TcpTest {
 protected:
  TcpClient() {
    names = {{"poems.test", {"127.0.0.1"}}, {"slow.test", {"127.0.0.1"}}};
    questions = 0;
  }
  ~TcpClient() override {
    connect_error = 0;
    answer_error = 0;
    most_descriptors = unlimited;
  }

  std::shared_ptr<reactor::Connector> connect(const net::Address& to) {
    return reactor.connect_tcp(to.host, to.port, client);
  }

  // A server's address, and one that only says this and closes.
  net::Address serve(const std::shared_ptr<Server>& factory) {
    return reactor.listen_tcp(anywhere, factory)->host();
  }
  net::Address serve(const std::string& poem) {
    const auto factory = std::make_shared<Server>();
    factory->prepare = [poem](Story& story) {
      story.on_made = [poem](Story& made) {
        made.write(poem);
        made.lose();
      };
    };
    return serve(factory);
  }

  void run_until_over() {
    world.when([this] { return client->outcomes() > 0; });
    world.run();
    EXPECT_EQ(client->outcomes(), 1);
  }

  const std::shared_ptr<Client> client = std::make_shared<Client>();
};

FOR_EVERY_POLLER(TcpClient);

// --- One attempt -------------------------------------------------------------

TEST_P(TcpClient, D01_AConnectionIsStartedBuiltMadeLostAndGone) {
  const auto connector = connect(serve("poem"));
  world.when([&] { return client->outcomes() == 1; });
  world.after(2, [&] {
    const Lines lines{"started", "built",       "made",
                      "lost",    "client lost", "gone"};
    EXPECT_EQ(*client->lines, lines);
  });
  world.run();
  EXPECT_EQ(client->last().data, "poem");
  EXPECT_EQ(client->reason, Error::connection_done);
}

// Before we have looked, but he did accept us: that is a connection.
TEST_P(TcpClient, D01_WhoIsResetAtOnceWasConnected) {
  const net::Socket listener = net::listen(anywhere);
  connect(net::local_address(listener));
  reactor.call_later(0s, [&] {
    net::Socket peer = accept(listener);
    reset(peer);
  });
  run_until_over();
  EXPECT_EQ(*client->lines,
            (Lines{"started", "built", "made", "lost", "client lost", "gone"}));
  EXPECT_EQ(client->reason, std::errc::connection_reset);
}

TEST_P(TcpClient, D02_NothingIsToldBeforeConnectTcpHasReturned) {
  for (const net::Address& to : {net::Address{"255.255.255.255", 1},
                                 {"fe80::1", 1},
                                 {"::1%nosuchinterface", 0},
                                 {"no.test", 1},
                                 closed_address(),
                                 serve("poem")}) {
    const auto one = std::make_shared<Client>();
    bool returned = false;
    one->on_started = [&](auto&) { EXPECT_TRUE(returned); };
    one->on_failed = [&](auto&) { EXPECT_TRUE(returned); };
    World here(reactor::make_poller(GetParam()));
    here.reactor.call_when_running([&] {
      here.reactor.connect_tcp(to.host, to.port, one);
      returned = true;
    });
    here.when([&] { return one->outcomes() == 1 || one->made(); });
    here.run();
    EXPECT_EQ(one->outcomes(), 1) << to_string(to);
  }
}

TEST_P(TcpClient, D03_ARefusedConnectionFailsOnceAndBuildsNothing) {
  connect(closed_address());
  world.when([&] { return client->failures == 1; });
  world.after(10);
  world.run();
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
  EXPECT_EQ(client->reason, std::errc::connection_refused);
}

TEST_P(TcpClient, D03_WhatHasFailedIsLetGoOf) {
  std::weak_ptr<reactor::Connector> weak = connect(closed_address());
  world.when([&] { return client->failures == 1; });
  world.after(2, [&] { EXPECT_TRUE(weak.expired()); });
  world.run();
}

TEST_P(TcpClient, D05_AnErrorOfConnectKeepsItsNumber) {
  for (const int error : {ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ETIMEDOUT,
                          EACCES, EADDRNOTAVAIL, ENOBUFS, EPERM}) {
    connect_error = error;
    const auto one = std::make_shared<Client>();
    World here(reactor::make_poller(GetParam()));
    here.reactor.connect_tcp("127.0.0.1", 1, one);
    here.when([&] { return one->outcomes() == 1; });
    here.run();
    EXPECT_EQ(one->reason, std::error_code(error, std::generic_category()));
  }
}

TEST_P(TcpClient, D06_AnAttemptThatTakesTooLongFails) {
  const FullQueue full;
  const auto before = open_descriptors();
  connect(full.address);
  world.after(5, [&] { world.clock.advance(30s - 1ns); });
  world.after(5, [&] {
    EXPECT_EQ(client->outcomes(), 0);
    EXPECT_EQ(open_descriptors(), before + 1);
    world.clock.advance(1ns);
  });
  world.when([&] { return client->failures == 1; });
  world.after(5, [&] {
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_TRUE(reactor.writers().empty());
  });
  world.run();
  EXPECT_EQ(client->reason, std::errc::timed_out);
  EXPECT_EQ(client->outcomes(), 1);
}

TEST_P(TcpClient, D06_TheTimeoutIsTheCallers) {
  const FullQueue full;
  reactor.connect_tcp(full.address.host, full.address.port, client, 5s);
  world.after(5, [&] { world.clock.advance(5s); });
  run_until_over();
  EXPECT_EQ(client->reason, std::errc::timed_out);
}

TEST_P(TcpClient, D06_OnceConnectedThereIsNoTimeout) {
  const auto server = std::make_shared<Server>();
  connect(serve(server));
  world.when([&] { return client->made() && server->made(); },
             [&] { world.clock.advance(24h); });
  world.after(5, [&] {
    EXPECT_EQ(client->outcomes(), 0);
    EXPECT_TRUE(client->last().is_open());
    server->last().lose();
  });
  run_until_over();
  EXPECT_EQ(client->reason, Error::connection_done);
}

// Without a call of its own the reactor waits for ever: no timer is left.
TEST_P(TcpClient, D06_FailureLeavesNoTimer) {
  client->on_failed = [&](auto&) {
    reactor.call_from_thread([&] { reactor.stop(); });  // no delayed call
  };
  connect(closed_address());
  reactor.run();
  EXPECT_EQ(client->failures, 1);
  EXPECT_EQ(world.stats->timeouts.back(), std::nullopt);
}

TEST_P(TcpClient, D06_SuccessLeavesNoTimer) {
  const auto server = std::make_shared<Server>();
  client->prepare = [](Story& story) {
    story.on_made = [](Story& made) { made.write("?"); };
    story.on_data = [](Story& made) { made.lose(); };
  };
  server->prepare = [](Story& story) {
    story.on_data = [](Story& made) { made.write("!"); };
  };
  client->on_lost = [&](auto&) {
    EXPECT_EQ(world.stats->timeouts.back(), std::nullopt);
    reactor.stop();
  };
  connect(serve(server));
  reactor.run();
  EXPECT_EQ(client->losses, 1);
}

TEST_P(TcpClient, D07_AnAttemptCanBeGivenUp) {
  bool inside = false;
  client->on_started = [&](reactor::Connector& connector) {
    inside = true;
    connector.disconnect();
    connector.disconnect();
    inside = false;
  };
  client->on_failed = [&](auto&) { EXPECT_FALSE(inside); };
  connect(serve("poem"));
  world.when([&] { return client->failures == 1; });
  world.after(10);
  world.run();
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
  EXPECT_EQ(client->reason, std::errc::operation_canceled);
}

TEST_P(TcpClient, D08_DisconnectGivesUpAPendingAttempt) {
  const FullQueue full;
  const auto before = open_descriptors();
  const auto connector = connect(full.address);
  world.after(5, [&] {
    connector->disconnect();
    EXPECT_EQ(client->outcomes(), 0);
    EXPECT_EQ(open_descriptors(), before);
  });
  run_until_over();
  EXPECT_EQ(client->reason, std::errc::operation_canceled);
}

TEST_P(TcpClient, D08_DisconnectBeforeTheAttemptHasBegun) {
  connect(serve("poem"))->disconnect();
  run_until_over();
  EXPECT_EQ(*client->lines, (Lines{"failed"}));
  EXPECT_EQ(client->reason, std::errc::operation_canceled);
}

TEST_P(TcpClient, D08_DisconnectLosesAConnection) {
  const auto server = std::make_shared<Server>();
  client->prepare = [](Story& story) {
    story.on_made = [](Story& made) { made.write("last words"); };
  };
  const auto connector = connect(serve(server));
  world.when([&] { return client->made(); },
             [&] {
               connector->disconnect();
               EXPECT_FALSE(client->lost());
             });
  world.when([&] { return client->lost() && server->lost(); });
  world.run();
  EXPECT_EQ(client->reason, Error::connection_done);
  EXPECT_EQ(client->losses, 1);
  EXPECT_EQ(server->last().data, "last words");
}

TEST_P(TcpClient, D08_DisconnectWhileTheProtocolIsBuilt) {
  client->on_build = [&] { client->connector->disconnect(); };
  connect(serve(std::make_shared<Server>()));
  run_until_over();
  EXPECT_EQ(*client->lines, (Lines{"started", "built", "gone", "failed"}));
  EXPECT_EQ(client->reason, std::errc::operation_canceled);
}

// Between the kernel's connection and ours there is a moment.
TEST_P(TcpClient, D08_DisconnectInAnyRoundHasOneOutcome) {
  for (int rounds = 0; rounds < 8; ++rounds) {
    const auto one = std::make_shared<Client>();
    const auto server = std::make_shared<Server>();
    World here(reactor::make_poller(GetParam()));
    const auto port = here.reactor.listen_tcp(anywhere, server)->host().port;
    const auto connector = here.reactor.connect_tcp("127.0.0.1", port, one);
    here.after(rounds, [&] { connector->disconnect(); });
    here.after(10, [&] { EXPECT_EQ(one->outcomes(), 1) << rounds; });
    here.run();
    EXPECT_EQ(one->outcomes(), 1) << rounds;
    if (one->failures == 0) {
      EXPECT_EQ(one->reason, Error::connection_done) << rounds;
    } else {
      EXPECT_EQ(one->reason, std::errc::operation_canceled) << rounds;
    }
  }
}

// What went before is not what is given up, although it is still there.
TEST_P(TcpClient, D08_DisconnectGivesUpTheNextAttempt) {
  for (const bool refuses : {false, true}) {
    const auto one = std::make_shared<Client>();
    one->refuses = refuses;
    const auto again = [left = 1](reactor::Connector& connector) mutable {
      if (left-- != 1) return;
      connector.connect();
      connector.disconnect();
    };
    (refuses ? one->on_failed : one->on_lost) = again;
    const net::Address poems = serve("poem");
    reactor.connect_tcp(poems.host, poems.port, one);
    world.when(
        [one] { return one->outcomes() == 2; },
        [one] { EXPECT_EQ(one->reason, std::errc::operation_canceled); });
  }
  world.after(5);
  world.run();
}

TEST_P(TcpClient, D08_DisconnectDoesNothingWhenIdle) {
  const auto connector = connect(closed_address());
  world.when([&] { return client->failures == 1; },
             [&] { connector->disconnect(); });
  world.after(5);
  world.run();
  EXPECT_EQ(client->outcomes(), 1);
}

TEST_P(TcpClient, D09_AConnectorConnectsOnceMore) {
  net::Socket listener = net::listen(anywhere);
  client->on_lost = [](reactor::Connector& connector) { connector.connect(); };
  connect(net::local_address(listener));
  world.when([&] { return client->made(); },
             [&] {
               const net::Socket last = accept(listener);
               listener.close();
             });
  world.when([&] { return client->failures == 1; });
  world.run();
  EXPECT_EQ(*client->lines,
            (Lines{"started", "built", "made", "lost", "client lost", "gone",
                   "started", "failed"}));
  EXPECT_EQ(client->reason, std::errc::connection_refused);
}

TEST_P(TcpClient, D09_AndOnceMoreAfterAFailure) {
  client->on_failed = [&](reactor::Connector& connector) {
    if (client->failures < 5) connector.connect();
  };
  connect(closed_address());
  world.when([&] { return client->failures == 5; });
  world.after(5);
  world.run();
  EXPECT_EQ(client->starts, 5);
  EXPECT_EQ(client->failures, 5);
}

TEST_P(TcpClient, D09_ButNotWhileItConnectsOrIsConnected) {
  const auto refuses = [](reactor::Connector& connector) {
    EXPECT_EQ(code_thrown_by([&] { connector.connect(); }),
              Error::already_connecting);
  };
  client->on_started = refuses;
  client->on_build = [&] { refuses(*client->connector); };
  client->prepare = [&](Story& story) {
    story.on_made = [&](Story&) { refuses(*client->connector); };
    story.on_lost = [&](Story&) { refuses(*client->connector); };
  };
  refuses(*connect(serve("poem")));
  run_until_over();
}

// --- Names -------------------------------------------------------------------

TEST_P(TcpClient, D10_ANameThatStandsForNothingFails) {
  const auto connector = connect({"no.test", 80});
  const auto good = std::make_shared<Client>();
  const net::Address poems = serve("poem");
  reactor.connect_tcp(poems.host, poems.port, good);
  world.when([&] { return client->failures == 1 && good->losses == 1; });
  world.run();
  EXPECT_EQ(client->reason,
            std::error_code(EAI_NONAME, net::resolver_category()));
  EXPECT_EQ(connector->destination(), (net::Address{"no.test", 80}));
  EXPECT_EQ(good->last().data, "poem");
}

TEST_P(TcpClient, D10_ANameStandsForAServer) {
  const net::Address poems = serve("poem");
  const auto connector = connect({"poems.test", poems.port});
  run_until_over();
  EXPECT_EQ(client->last().data, "poem");
  const net::Address typed{"poems.test", poems.port};
  EXPECT_EQ(client->addresses, std::vector{typed});
  EXPECT_EQ(connector->destination(), typed);
}

TEST_P(TcpClient, D10_EveryLiteralOfANameIsTried) {
  names["many.test"] = {"255.255.255.255", "127.0.0.2", "127.0.0.3",
                        "127.0.0.1"};
  connect({"many.test", serve("poem").port});
  run_until_over();
  EXPECT_EQ(client->last().data, "poem");
}

TEST_P(TcpClient, D10_TheLastLiteralSaysWhyNoneWould) {
  names["many.test"] = {"255.255.255.255", "127.0.0.2", "127.0.0.3"};
  connect({"many.test", serve("poem").port});
  run_until_over();
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
  EXPECT_EQ(client->reason, std::errc::connection_refused);
}

TEST_P(TcpClient, D11_ASlowNameServerDelaysItsOwnConnectionOnly) {
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  const net::Address poems = serve("poem");
  connect({"slow.test", poems.port});
  const auto other = std::make_shared<Client>();
  reactor.connect_tcp("poems.test", poems.port, other);
  world.when([&] { return other->losses == 1; },
             [&] {
               EXPECT_EQ(client->outcomes(), 0);
               answer->count_down();
             });
  run_until_over();
  EXPECT_EQ(client->last().data, "poem");
  EXPECT_EQ(other->last().data, "poem");
}

TEST_P(TcpClient, D11_ALookupTimesOutCanBeGivenUpAndEndsWithTheReactor) {
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  const auto given_up = std::make_shared<Client>();
  const auto left = std::make_shared<Client>();
  connect({"slow.test", 1});
  const auto connector = reactor.connect_tcp("slow.test", 1, given_up, 1h);
  reactor.connect_tcp("slow.test", 1, left, 1h);
  world.when([] { return questions == 3; },
             [&] {
               connector->disconnect();
               world.clock.advance(30s);
             });
  world.when([&] { return client->failures + given_up->failures == 2; });
  world.after(3);
  world.run();
  EXPECT_EQ(client->reason, std::errc::timed_out);
  EXPECT_EQ(given_up->reason, std::errc::operation_canceled);
  EXPECT_EQ(left->reason, Error::connection_lost);
  EXPECT_EQ(left->failures, 1);
  answer->count_down();
}

TEST_P(TcpClient, D11_WhatIsAnsweredTooLateIsIgnored) {
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  const net::Address poems = serve("poem");
  const auto before = open_descriptors();
  const auto connector = connect({"slow.test", poems.port});
  world.when([] { return questions == 1; }, [&] { connector->disconnect(); });
  world.when([&] { return client->failures == 1; },
             [&] { answer->count_down(); });
  world.when([&] { return open_descriptors() == before; });
  world.after(10);
  world.run();
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
}

TEST_P(TcpClient, D11_ALookupWithoutMemoryIsAFailure) {
  connect({"vast.test", 1});
  run_until_over();
  EXPECT_EQ(client->reason, std::errc::not_enough_memory);
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
}

TEST_P(TcpClient, D11_AnAnswerThatCannotBeReadIsAFailure) {
  answer_error = EIO;
  connect({"poems.test", 1});
  run_until_over();
  EXPECT_EQ(client->reason, std::errc::io_error);
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
}

TEST_P(TcpClient, D11_WhatIsAnsweredIsNotKept) {
  const auto server = std::make_shared<Server>();
  const net::Address poems = serve(server);
  const auto before = open_descriptors();
  connect({"poems.test", poems.port});
  world.when([&] { return client->made() && server->made(); });
  world.when([&] { return open_descriptors() == before + 2; });
  world.run();
}

TEST_P(TcpClient, F07_WhatWaitsForANameIsClosedOnExecAndDoesNotBlock) {
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  connect({"slow.test", closed_address().port});
  world.when([] { return questions == 1; },
             [&] {
               EXPECT_EQ(reactor.readers().size(), 1u);
               for (const auto& lookup : reactor.readers()) {
                 const int fd = lookup->fileno();
                 EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
                 EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
               }
               answer->count_down();
             });
  run_until_over();
  EXPECT_EQ(client->reason, std::errc::connection_refused);
}

TEST(Connect, D10_WhoWaitsTriesEveryLiteral) {
  names = {{"two.test", {"127.0.0.2", "127.0.0.1"}}};
  const net::Socket listener = net::listen(anywhere);
  const net::Address there = net::local_address(listener);
  const net::Socket sock = net::connect({"two.test", there.port});
  EXPECT_EQ(net::peer_address(sock), there);
}

TEST_P(TcpClient, D12_LiteralsNeverReachTheNameServer) {
  std::vector<std::shared_ptr<Client>> clients;
  for (const char* const literal :
       {"127.0.0.1", "255.255.255.255", "::1", "fe80::1", "::ffff:127.0.0.1",
        "fe80::1%lo"}) {
    clients.push_back(std::make_shared<Client>());
    reactor.connect_tcp(literal, closed_address().port, clients.back());
  }
  world.after(10);
  world.run();
  for (const auto& one : clients) {
    EXPECT_EQ(one->failures, 1);
  }
  EXPECT_EQ(questions, 0);
}

TEST_P(TcpClient, D12_WhatOnlyLooksLikeALiteralDoes) {
  connect({"127.1", 1});
  run_until_over();
  EXPECT_EQ(questions, 1);
  EXPECT_EQ(client->reason.category(), net::resolver_category());
}

TEST_P(TcpClient, F02_ANameIsTakenForItsFirstIpv4Address) {
  names = {{"both.test", {"::1", "127.0.0.1"}},
           {"elsewhere.test", {"203.0.113.1", "127.0.0.1"}}};
  const auto server = std::make_shared<Server>();
  EXPECT_EQ(reactor.listen_tcp({"both.test", 0}, server)->host().host,
            "127.0.0.1");
  EXPECT_EQ(code_thrown_by([&] {
              reactor.listen_tcp({"elsewhere.test", 0}, server);
            }),
            std::errc::address_not_available);
}

TEST_P(TcpClient, D13_Ipv6WorksEndToEnd) {
  try {
    net::listen({"::1", 0});
  } catch (const std::system_error& error) {
    GTEST_SKIP() << error.what();
  }
  const auto server = std::make_shared<Server>();
  const auto port = reactor.listen_tcp({"::1", 0}, server);
  EXPECT_EQ(port->host().host, "::1");
  connect(port->host());
  world.when([&] { return client->made() && server->made(); },
             [&] {
               const auto& here = client->last().transport();
               const auto& there = server->last().transport();
               EXPECT_EQ(here.peer(), port->host());
               EXPECT_EQ(here.host().host, "::1");
               EXPECT_EQ(here.host(), there.peer());
               EXPECT_EQ(here.peer(), there.host());
               EXPECT_EQ(server->addresses, std::vector{there.peer()});
             });
  world.run();
}

// --- Trouble -----------------------------------------------------------------

TEST_P(TcpClient, D14_NoDescriptorIsAFailureLikeAnyOther) {
  const net::Address poems = serve("poem");
  std::vector<std::shared_ptr<Client>> clients;
  most_descriptors = no_descriptors;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_shared<Client>());
    reactor.connect_tcp(i % 2 ? "poems.test" : "127.0.0.1", poems.port,
                        clients.back());
  }
  world.when([&] {
    return std::all_of(clients.begin(), clients.end(),
                       [](const auto& one) { return one->failures == 1; });
  });
  world.after(5);
  world.run();
  for (const auto& one : clients) {
    EXPECT_EQ(one->reason, std::errc::too_many_files_open);
    EXPECT_EQ(one->outcomes(), 1);
  }
}

TEST_P(TcpClient, L01_WhatCannotBeWatchedIsAFailureLikeAnyOther) {
  const bool is_select = GetParam() == std::string("select");
  const ManyDescriptors limit(2 * FD_SETSIZE);
  std::vector<net::Socket> taken;
  do {
    taken.emplace_back(::dup(0));
  } while (taken.back().fd() >= 0 && taken.back().fd() < FD_SETSIZE - 1);
  ASSERT_EQ(taken.back().fd(), FD_SETSIZE - 1);
  connect(closed_address());
  run_until_over();
  EXPECT_EQ(client->reason,
            is_select ? make_error_code(Error::descriptor_too_large)
                      : make_error_code(std::errc::connection_refused));
}

// A network of its own, where a connection can only come from one port.
bool have_one_port(std::uint16_t port) {
  if (::unshare(CLONE_NEWNET) < 0 &&
      ::unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
    return false;
  }
  const net::Socket sock(::socket(AF_INET, SOCK_DGRAM, 0));
  ifreq loopback{};
  std::strcpy(loopback.ifr_name, "lo");
  loopback.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(sock.fd(), SIOCSIFFLAGS, &loopback) < 0) return false;
  std::FILE* const range =
      std::fopen("/proc/sys/net/ipv4/ip_local_port_range", "w");
  if (!range) return false;
  std::fprintf(range, "%d %d\n", port, port);
  return std::fclose(range) == 0;
}

[[noreturn]] void connect_to_oneself(const std::string& poller) {
  if (!have_one_port(40000)) std::_Exit(77);
  const auto client = std::make_shared<Client>();
  World world(reactor::make_poller(poller));
  world.reactor.connect_tcp("127.0.0.1", 40000, client);
  world.when([&] { return client->outcomes() == 1; });
  world.run();
  const bool right = client->failures == 1 && client->empty() &&
                     client->reason == std::errc::connection_refused;
  std::_Exit(right ? 0 : 1);
}

TEST_P(TcpClient, D15_AConnectionToItselfIsRefused) {
  int status = 0;
  const auto keep = [&](int exit_status) {
    status = WEXITSTATUS(exit_status);
    return true;
  };
  EXPECT_EXIT(connect_to_oneself(GetParam()), keep, "");
  if (status == 77) GTEST_SKIP() << "may not have a network of its own";
  EXPECT_EQ(status, 0);
}

[[noreturn]] void wait_for_oneself() {
  if (!have_one_port(40000)) std::_Exit(77);
  const auto why = code_thrown_by([] { net::connect({"0.0.0.0", 40000}); });
  std::_Exit(why == std::errc::connection_refused ? 0 : 1);
}

// Nor is it by who waits for it.
TEST(TcpClientDeathTest, D15_AConnectionToItselfIsRefused) {
  int status = 0;
  const auto keep = [&](int exit_status) {
    status = WEXITSTATUS(exit_status);
    return true;
  };
  EXPECT_EXIT(wait_for_oneself(), keep, "");
  if (status == 77) GTEST_SKIP() << "may not have a network of its own";
  EXPECT_EQ(status, 0);
}

TEST_P(TcpClient, AReactorThatStopsEndsAttemptsOfEveryAge) {
  const FullQueue full;
  std::vector<std::shared_ptr<Client>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_shared<Client>());
  }
  const auto server = std::make_shared<Server>();
  const net::Address poems = serve(server);
  const auto start = [&](const net::Address& to, std::size_t which) {
    reactor.connect_tcp(to.host, to.port, clients[which]);
  };
  start(full.address, 0);
  start(poems, 1);
  world.when([&] { return clients[1]->made(); }, [&] { start(poems, 2); });
  world.when([&] { return clients[2]->starts == 1; }, [&] { start(poems, 3); });
  world.run();
  for (const auto& one : clients) {
    EXPECT_EQ(one->outcomes(), 1);
    EXPECT_EQ(one->reason, Error::connection_lost);
  }
}

// --- Factories ---------------------------------------------------------------

TEST_P(TcpClient, G01_AProtocolIsBuiltForItsDestinationBeforeItIsMade) {
  const net::Address poems = serve("poem");
  client->prepare = [&](Story& story) {
    EXPECT_FALSE(story.made());
    story.on_made = [&](Story& made) {
      EXPECT_EQ(&client->last(), &made);
      EXPECT_EQ(made.transport().peer(), poems);
    };
  };
  connect(poems);
  run_until_over();
  EXPECT_EQ(client->addresses, std::vector{poems});
}

TEST_P(TcpClient, G03_EverybodyIsGivenTheSameConnector) {
  const net::Address poems = serve("poem");
  const net::Address typed{"poems.test", poems.port};
  const auto connector = connect(typed);
  const auto is_same = [&](reactor::Connector& one) {
    EXPECT_EQ(&one, connector.get());
    EXPECT_EQ(one.destination(), typed);
  };
  client->on_started = is_same;
  client->on_lost = [&](reactor::Connector& one) {
    is_same(one);
    names.clear();
    one.connect();
  };
  client->on_failed = is_same;
  world.when([&] { return client->failures == 1; });
  world.run();
  EXPECT_EQ(client->losses, 1);
}

TEST_P(TcpClient, G01_NoProtocolIsAFailure) {
  client->refuses = true;
  connect(serve("poem"));
  run_until_over();
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
  EXPECT_EQ(client->reason, Error::connection_aborted);
}

// --- Several servers ---------------------------------------------------------

enum class Fate { complete, refused, truncated, too_long };

struct Task {
  std::shared_ptr<Client> client = std::make_shared<Client>();
  Fate fate;
};

class TcpTasks : public TcpClient {
 public:
  // Servers for each fate: the first does not listen.
  TcpTasks() {
    resetter->prepare = [](Story& story) {
      story.on_made = [](Story& made) { made.write("half a poem"); };
      story.on_data = [](Story& made) { made.abort(); };
    };
  }

  void add(Fate fate) {
    tasks.push_back({std::make_shared<Client>(), fate});
    Client& one = *tasks.back().client;
    one.prepare = [fate](Story& story) {
      story.on_data = [fate](Story& some) {
        if (fate == Fate::truncated) some.write("enough");
        if (fate == Fate::too_long) some.abort(too_long);
      };
    };
    one.on_failed = [this](auto&) { finished(); };
    one.on_lost = [this](auto&) { finished(); };
    const net::Address to = fate == Fate::refused     ? closed
                            : fate == Fate::truncated ? half
                                                      : whole;
    reactor.connect_tcp(to.host, to.port, tasks.back().client);
  }

  void finished() {
    if (++outcomes == tasks.size()) reactor.stop();
  }

  static std::error_code expected(Fate fate) {
    switch (fate) {
      case Fate::complete:
        return Error::connection_done;
      case Fate::refused:
        return make_error_code(std::errc::connection_refused);
      case Fate::truncated:
        return make_error_code(std::errc::connection_reset);
      case Fate::too_long:
        return too_long;
    }
    return {};
  }

  // The last outcome is the end.
  void run() {
    reactor.run();
    EXPECT_EQ(outcomes, tasks.size());
    for (const Task& task : tasks) {
      EXPECT_EQ(task.client->outcomes(), 1);
      EXPECT_EQ(task.client->reason, expected(task.fate));
      if (task.fate == Fate::complete) {
        EXPECT_EQ(task.client->last().data, "a whole poem");
      }
      if (task.fate == Fate::truncated) {
        EXPECT_EQ(task.client->last().data, "half a poem");
      }
    }
  }

  static inline const std::error_code too_long =
      make_error_code(std::errc::message_size);
  const std::shared_ptr<Server> resetter = std::make_shared<Server>();
  const net::Address closed = closed_address();
  const net::Address half = serve(resetter);
  const net::Address whole = serve("a whole poem");
  std::vector<Task> tasks;
  std::size_t outcomes = 0;
};

constexpr std::array fates{Fate::complete, Fate::refused, Fate::truncated,
                           Fate::too_long};

FOR_EVERY_POLLER(TcpTasks);

TEST_P(TcpTasks, G04_AllAtOnceEveryTaskHasOneOutcome) {
  for (std::size_t i = 0; i < 64; ++i) {
    add(fates[i % 4]);
    add(fates[i / 4 % 4]);
    add(fates[i / 16]);
  }
  run();
}

TEST_P(TcpTasks, A11_TheLastOfManyFailuresEndsTheLoop) {
  for (int i = 0; i < 20; ++i) {
    add(Fate::refused);
  }
  run();
  for (const Task& task : tasks) {
    EXPECT_EQ(task.client->failures, 1);
  }
}

// Each combination has a reactor of its own, which the last outcome stops.
TEST_P(TcpTasks, G04_AllOutcomesOfThreeServersEndTheLoop) {
  struct Combination : TcpTasks {
    void TestBody() override {}
  };
  for (std::size_t i = 0; i < 64; ++i) {
    Combination one;
    for (const std::size_t fate : {i % 4, i / 4 % 4, i / 16}) {
      one.add(fates[fate]);
    }
    one.run();
  }
}

TEST_P(TcpTasks, G07_BadServersDoNotDisturbGoodOnes) {
  const FullQueue full;
  std::string order = "gggbbb";
  std::sort(order.begin(), order.end());
  do {
    World here(reactor::make_poller(GetParam()));
    const auto server = std::make_shared<Server>();
    server->prepare = [](Story& story) {
      story.on_made = [](Story& made) {
        made.write(pattern(0, 100000));
        made.lose();
      };
    };
    const auto good = here.reactor.listen_tcp(anywhere, server)->host();
    const auto bad_server = std::make_shared<Server>();
    bad_server->prepare = [](Story& story) {
      story.on_made = [](Story& made) { made.abort(); };
    };
    const auto bad = here.reactor.listen_tcp(anywhere, bad_server)->host();
    const std::array bads{closed, bad, full.address};
    std::vector<std::shared_ptr<Client>> goods;
    std::size_t next_bad = 0;
    for (const char kind : order) {
      const auto one = std::make_shared<Client>();
      const net::Address to = kind == 'g' ? good : bads[next_bad++];
      if (kind == 'g') goods.push_back(one);
      here.reactor.connect_tcp(to.host, to.port, one);
    }
    here.when([&] {
      return std::all_of(goods.begin(), goods.end(),
                         [](const auto& one) { return one->losses == 1; });
    });
    here.run();
    for (const auto& one : goods) {
      EXPECT_EQ(one->reason, Error::connection_done) << order;
      EXPECT_TRUE(one->last().data == pattern(0, 100000)) << order;
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

// --- Exceptions --------------------------------------------------------------

// Where a client may throw.
constexpr std::array hooks{"started", "build",  "made",       "data",
                           "lost",    "failed", "client lost"};

void throw_in(Client& client, std::string_view where) {
  const auto fails = [](auto&) { throw std::runtime_error("a bad poem"); };
  const auto hook = [fails](bool wanted) {
    return wanted ? Story::Hook(fails) : [](Story&) {};
  };
  if (where == "started") client.on_started = fails;
  if (where == "failed") client.on_failed = fails;
  if (where == "client lost") client.on_lost = fails;
  if (where == "build") client.on_build = [] { throw 42; };
  client.prepare = [=](Story& story) {
    story.on_made = hook(where == "made");
    story.on_data = hook(where == "data");
    story.on_lost = hook(where == "lost");
  };
}

TEST_P(TcpTasks, G05_AnExceptionAnywhereIsOneOutcomeAndOneLine) {
  for (const std::string where : hooks) {
    const LogCapture log;
    World here(reactor::make_poller(GetParam()));
    const auto server = std::make_shared<Server>();
    server->prepare = [](Story& story) {
      story.on_made = [](Story& made) {
        made.write("poem");
        made.lose();
      };
    };
    const auto one = std::make_shared<Client>();
    throw_in(*one, where);
    const auto poems = here.reactor.listen_tcp(anywhere, server)->host();
    const auto to = where == "failed" ? closed : poems;
    here.reactor.connect_tcp(to.host, to.port, one);
    here.when([&] { return one->outcomes() == 1; });
    here.after(10);
    here.run();
    EXPECT_EQ(one->outcomes(), 1) << where;
    EXPECT_EQ(log.lines().size(), 1u) << where;
    const bool in_time =
        where == "lost" || where == "failed" || where == "client lost";
    EXPECT_EQ(one->reason == Error::callback_failed, !in_time) << where;
  }
}

TEST_P(TcpTasks, K01_AnExceptionOfAFactoryIsLoggedWithItsAddress) {
  for (const std::string where : {"started", "failed", "client lost"}) {
    const LogCapture log;
    World here(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    throw_in(*one, where);
    // A name, so that it fails on the way that a literal does not take.
    const auto server = std::make_shared<Server>();
    server->prepare = [](Story& story) {
      story.on_made = [](Story& made) { made.lose(); };
    };
    const auto port = here.reactor.listen_tcp(anywhere, server)->host().port;
    const net::Address to{where == "failed" ? "no.test" : "poems.test", port};
    here.reactor.connect_tcp(to.host, to.port, one);
    here.when([&] { return one->outcomes() == 1; });
    here.run();
    EXPECT_EQ(log.lines(), Lines{"[" + to_string(to) + "] a bad poem"});
  }
}

TEST_P(TcpTasks, G05_ThrowingAndTryingAgainGoesOnAndOn) {
  const LogCapture log;
  client->on_failed = [&](reactor::Connector& connector) {
    if (client->failures < 10) connector.connect();
    throw std::runtime_error("again");
  };
  connect(closed);
  world.when([&] { return client->failures >= 10; });
  world.after(10);
  world.run();
  EXPECT_EQ(client->failures, 10);
}

// --- Many --------------------------------------------------------------------

TEST_P(TcpTasks, L02_AThousandConnectionsGetTheirPoems) {
  const bool few = GetParam() == std::string("select");
  const std::size_t count = few ? 400 : 1000;
  const ManyDescriptors many(2 * count + 100);
  for (std::size_t i = 0; i < count; ++i) {
    add(Fate::complete);
  }
  run();
}

TEST_P(TcpTasks, L06_FailuresLeakNothing) {
  const auto before = open_descriptors();
  int runs = 0;
  const auto again = [&](reactor::Connector& connector) {
    if (++runs % 100 != 0) connector.connect();
  };
  client->on_failed = again;
  client->on_lost = again;

  connect(closed);
  world.when([&] { return runs == 100; },
             [&] {
               client->connector = nullptr;
               connect({"no.test", 1});
             });
  world.when([&] { return runs == 200; },
             [&] {
               client->connector = nullptr;
               client->refuses = true;
               connect(whole);
             });
  world.when([&] { return runs == 300; },
             [&] {
               client->connector = nullptr;
               client->on_started = [](reactor::Connector& one) {
                 one.disconnect();
               };
               connect(whole);
             });
  world.when([&] { return runs == 400; },
             [&] {
               client->connector = nullptr;
               client->refuses = false;
               client->on_started = [](reactor::Connector&) {};
               client->prepare = [](Story& story) {
                 story.on_made = [](Story& made) { made.abort(); };
               };
               connect(half);
             });
  // The other ends, and threads that have answered, are let go of as well.
  world.when([&] { return runs == 500 && open_descriptors() == before; });
  world.after(1, [&] {
    EXPECT_TRUE(reactor.writers().empty());
    EXPECT_EQ(reactor.readers().size(), 2u);  // the ports
  });
  world.run();
}

TEST_P(TcpTasks, L06_TimeoutsLeakNothing) {
  const FullQueue full;
  const auto before = open_descriptors();
  client->on_started = [&](auto&) {
    reactor.call_later(0s, [&] { world.clock.advance(30s); });
  };
  client->on_failed = [&](reactor::Connector& connector) {
    EXPECT_EQ(client->reason, std::errc::timed_out);
    if (client->failures < 100) connector.connect();
  };
  connect(full.address);
  world.when([&] { return client->failures == 100; });
  world.after(2, [&] { EXPECT_EQ(open_descriptors(), before); });
  world.run();
}

// --- Spurious events ---------------------------------------------------------

// Says that everything is writable that somebody waits to write to.
class EagerPoller final : public reactor::Poller {
 public:
  void watch(int fd, reactor::Events events) override {
    std::erase(writers_, fd);
    if (events.write) writers_.push_back(fd);
  }
  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds>) override {
    ready_.clear();
    for (const int fd : writers_) {
      ready_.push_back({fd, {false, true}});
    }
    return ready_;
  }

 private:
  std::vector<int> writers_;
  std::vector<Ready> ready_;
};

TEST(TcpEvents, D04_ASpuriousEventDoesNotConnect) {
  const Watchdog watchdog;
  const FullQueue full;
  const auto client = std::make_shared<Client>();
  World world(std::make_unique<EagerPoller>());
  world.reactor.connect_tcp(full.address.host, full.address.port, client);
  world.when([&] { return client->starts == 1; });
  world.after(10, [&] {
    EXPECT_TRUE(client->empty());
    EXPECT_EQ(client->outcomes(), 0);
    EXPECT_EQ(world.reactor.writers().size(), 1u);
  });
  world.run();
  EXPECT_EQ(client->reason, Error::connection_lost);
}

TEST(TcpEvents, D04_ButTheRealOneDoes) {
  const Watchdog watchdog;
  const net::Socket listener = net::listen(anywhere);
  const auto to = net::local_address(listener);
  const auto client = std::make_shared<Client>();
  World world(std::make_unique<EagerPoller>());
  world.reactor.connect_tcp(to.host, to.port, client);
  world.when([&] { return client->made(); });
  world.run();
  EXPECT_EQ(client->losses, 1);
}

// --- A reactor that is ended -------------------------------------------------

class BrokenPoller final : public reactor::Poller {
 public:
  void watch(int, reactor::Events) override {}
  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds>) override {
    throw std::bad_alloc();
  }
};

TEST(TcpEvents, A14_AReactorEndedByAnExceptionLetsGoOfALookup) {
  const Watchdog watchdog;
  const auto before = open_descriptors();
  const auto client = std::make_shared<Client>();
  {
    World world(std::make_unique<BrokenPoller>());
    world.reactor.connect_tcp("no.test", 1, client);
    EXPECT_THROW(world.reactor.run(), std::bad_alloc);
    EXPECT_EQ(client->starts, 1);
  }
  EXPECT_EQ(client.use_count(), 1);
  while (open_descriptors() > before) {
    std::this_thread::yield();  // the thread has its share for a moment
  }
}

}  // namespace
