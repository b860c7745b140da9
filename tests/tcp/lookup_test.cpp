// Names of servers: looking them up, and listening on one.

#include <fcntl.h>
#include <netdb.h>
#include <filesystem>
#include <latch>
#include <new>
#include <thread>

#include "net/resolver.h"
#include "tcp/tcp_client.h"

using namespace rig;
using reactor::Error;

namespace {

class Lookup : public TcpClientTest {};

FOR_EVERY_POLLER(Lookup);

TEST_P(Lookup, D10_AnUnknownNameFails) {
  const auto connector = connect({"no.test", 80});
  const auto good = std::make_shared<Client>();
  const net::Address poems = serve("poem");
  reactor.connect_tcp(poems.host, poems.port, good);
  steps.when([&] { return client->failures == 1 && good->losses == 1; });
  steps.run();
  EXPECT_EQ(client->reason,
            std::error_code(EAI_NONAME, net::resolver_category()));
  EXPECT_EQ(connector->destination(), (net::Address{"no.test", 80}));
  EXPECT_EQ(good->last().data, "poem");
}

TEST_P(Lookup, D10_ANameIsLookedUp) {
  const net::Address poems = serve("poem");
  const auto connector = connect({"poems.test", poems.port});
  run_until_over();
  EXPECT_EQ(client->last().data, "poem");
  const net::Address typed{"poems.test", poems.port};
  EXPECT_EQ(client->addresses, std::vector{typed});
  EXPECT_EQ(connector->destination(), typed);
}

TEST_P(Lookup, D10_EachAddressOfANameIsTried) {
  names["many.test"] = {"255.255.255.255", "127.0.0.2", "127.0.0.3",
                        "127.0.0.1"};
  connect({"many.test", serve("poem").port});
  run_until_over();
  EXPECT_EQ(client->last().data, "poem");
}

TEST_P(Lookup, D10_TheLastAddressGivesTheReasonOfTheFailure) {
  names["many.test"] = {"255.255.255.255", "127.0.0.2", "127.0.0.3"};
  connect({"many.test", serve("poem").port});
  run_until_over();
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
  EXPECT_EQ(client->reason, std::errc::connection_refused);
}

TEST_P(Lookup, D11_ASlowNameServerDelaysItsOwnConnectionOnly) {
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  const net::Address poems = serve("poem");
  connect({"slow.test", poems.port});
  const auto other = std::make_shared<Client>();
  reactor.connect_tcp("poems.test", poems.port, other);
  steps.when([&] { return other->losses == 1; },
             [&] {
               EXPECT_EQ(client->outcomes(), 0);
               answer->count_down();
             });
  run_until_over();
  EXPECT_EQ(client->last().data, "poem");
  EXPECT_EQ(other->last().data, "poem");
}

TEST_P(Lookup, D11_ALookupTimesOutIsCancelledAndEndsWithTheReactor) {
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  const auto given_up = std::make_shared<Client>();
  const auto left = std::make_shared<Client>();
  connect({"slow.test", 1});
  const auto connector = reactor.connect_tcp("slow.test", 1, given_up, 1h);
  reactor.connect_tcp("slow.test", 1, left, 1h);
  steps.when([] { return questions == 3; },
             [&] {
               connector->disconnect();
               steps.clock.advance(30s);
             });
  steps.when([&] { return client->failures + given_up->failures == 2; });
  steps.after(3);
  steps.run();
  EXPECT_EQ(client->reason, std::errc::timed_out);
  EXPECT_EQ(given_up->reason, std::errc::operation_canceled);
  EXPECT_EQ(left->reason, Error::connection_lost);
  EXPECT_EQ(left->failures, 1);
  answer->count_down();
}

TEST_P(Lookup, D06_TheTimeoutCoversTheLookupAndAllAddresses) {
  const FullQueue full;
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  names["slow.test"] = {"127.0.0.2", full.address.host};
  connect({"slow.test", full.address.port});
  steps.when([] { return questions == 1; },
             [&] {
               steps.clock.advance(20s);
               answer->count_down();
             });
  steps.when([&] { return !reactor.writers().empty(); });
  steps.after(5, [&] { steps.clock.advance(10s - 1ns); });
  steps.after(5, [&] {
    EXPECT_EQ(client->outcomes(), 0);
    steps.clock.advance(1ns);
  });
  run_until_over();
  EXPECT_EQ(client->reason, std::errc::timed_out);
}

TEST_P(Lookup, D10_ThePeerOfANameIsItsIpAddress) {
  const net::Address poems = serve("poem");
  net::Address peer;
  client->prepare = [&](ProtocolRecord& record) {
    record.on_made = [&](ProtocolRecord& made) {
      peer = made.transport().peer();
    };
  };
  connect({"poems.test", poems.port});
  run_until_over();
  EXPECT_EQ(peer, poems);
}

TEST_P(Lookup, D11_ALateAnswerIsIgnored) {
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  const net::Address poems = serve("poem");
  const auto before = open_descriptors();
  const auto connector = connect({"slow.test", poems.port});
  steps.when([] { return questions == 1; }, [&] { connector->disconnect(); });
  steps.when([&] { return client->failures == 1; },
             [&] { answer->count_down(); });
  steps.when([&] { return open_descriptors() == before; });
  steps.after(10);
  steps.run();
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
}

TEST_P(Lookup, D11_ALookupWithoutMemoryIsAFailure) {
  connect({"vast.test", 1});
  run_until_over();
  EXPECT_EQ(client->reason, std::errc::not_enough_memory);
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
}

TEST_P(Lookup, D11_AnAnswerThatCannotBeReadIsAFailure) {
  answer_error = EIO;
  connect({"poems.test", 1});
  run_until_over();
  EXPECT_EQ(client->reason, std::errc::io_error);
  EXPECT_EQ(*client->lines, (Lines{"started", "failed"}));
}

TEST_P(Lookup, D11_AnAnswerClosesItsDescriptor) {
  const auto server = std::make_shared<Server>();
  const net::Address poems = serve(server);
  const auto before = open_descriptors();
  connect({"poems.test", poems.port});
  steps.when([&] { return client->made() && server->made(); });
  steps.when([&] { return open_descriptors() == before + 2; });
  steps.run();
}

TEST_P(Lookup, F07_ALookupsDescriptorIsCloseOnExecAndNonBlocking) {
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  connect({"slow.test", closed_address().port});
  steps.when([] { return questions == 1; },
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

// --- Many names at once ------------------------------------------------------

constexpr int max_threads = 10;

std::size_t threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

using Clients = std::vector<std::shared_ptr<Client>>;

// So many attempts whose names are answered once `slow_answer` is open.
Clients connect_to_slow_names(reactor::Reactor& reactor, std::size_t count) {
  const auto port = closed_address().port;
  Clients clients;
  while (clients.size() < count) {
    clients.push_back(std::make_shared<Client>());
    reactor.connect_tcp("slow.test", port, clients.back(), 1h);
  }
  return clients;
}

std::size_t failures(const Clients& clients) {
  std::size_t count = 0;
  for (const auto& client : clients) {
    count += static_cast<std::size_t>(client->failures);
  }
  return count;
}

TEST_P(Lookup, D11_HundredsOfNamesShareTenThreads) {
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  const std::size_t before = threads();
  const Clients clients = connect_to_slow_names(reactor, 300);
  steps.when([] { return questions == max_threads; });
  steps.after(20, [&] {
    EXPECT_EQ(questions, max_threads);
    // ThreadSanitizer has a thread of its own beside the first of these.
    EXPECT_LE(threads(), before + max_threads + 1);
    EXPECT_EQ(failures(clients), 0u);
    answer->count_down();
  });
  steps.when([&] { return failures(clients) == 300; });
  steps.run();
  EXPECT_EQ(questions, 300);
  EXPECT_EQ(clients.back()->reason, std::errc::connection_refused);
}

// Nine threads wait for the slow names, so the tenth answers all others.
TEST_P(Lookup, D11_NamesThatWaitAreLookedUpInOrder) {
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  const Clients slow = connect_to_slow_names(reactor, max_threads - 1);
  Clients others;
  std::vector<std::string> names_in_order;
  steps.when([] { return questions == max_threads - 1; },
             [&] {
               for (int i = 0; i < 20; ++i) {
                 others.push_back(std::make_shared<Client>());
                 names_in_order.push_back(std::to_string(i) + ".test");
                 reactor.connect_tcp(names_in_order.back(), 1, others.back());
               }
             });
  steps.when([&] { return failures(others) == 20; });
  steps.run();
  EXPECT_EQ(asked_names(), names_in_order);
  EXPECT_EQ(slow.front()->reason, Error::connection_lost);
  answer->count_down();
}

TEST_P(Lookup, D11_ANameThatWaitsCanBeGivenUp) {
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  const Clients slow = connect_to_slow_names(reactor, max_threads);
  const auto given_up = std::make_shared<Client>();
  const auto kept = std::make_shared<Client>();
  std::shared_ptr<reactor::Connector> connector;
  steps.when([] { return questions == max_threads; },
             [&] {
               connector = reactor.connect_tcp("given-up.test", 1, given_up);
               reactor.connect_tcp("kept.test", 1, kept);
             });
  steps.after(5, [&] { connector->disconnect(); });
  steps.when([&] { return given_up->failures == 1; });
  steps.after(5, [&] { answer->count_down(); });
  steps.when([&] { return kept->failures == 1; });
  steps.run();
  EXPECT_EQ(given_up->reason, std::errc::operation_canceled);
  EXPECT_EQ(asked_names(), std::vector<std::string>{"kept.test"});
}

TEST_P(Lookup, A14_ADestroyedReactorGivesUpTheNamesThatWait) {
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  const auto before = open_descriptors();
  Clients clients;
  {
    SteppedReactor here(reactor::make_poller(GetParam()));
    clients = connect_to_slow_names(here.reactor, 100);
    here.when([] { return questions == max_threads; });
    here.run();
  }
  EXPECT_EQ(clients.back().use_count(), 1);
  EXPECT_LE(open_descriptors(), before + max_threads);
  answer->count_down();
  const auto poems = std::make_shared<Client>();
  reactor.connect_tcp("poems.test", closed_address().port, poems);
  steps.when([&] { return poems->failures == 1; });
  steps.run();
  EXPECT_EQ(questions, max_threads + 1);
}

TEST_P(Lookup, D11_ANameThatFindsNoThreadWaitsForOne) {
  const auto answer = slow_answer = std::make_shared<std::latch>(1);
  const Clients slow = connect_to_slow_names(reactor, 1);
  const auto other = std::make_shared<Client>();
  steps.when([] { return questions == 1; },
             [&] {
               thread_error = EAGAIN;
               reactor.connect_tcp("other.test", 1, other);
             });
  steps.after(10, [&] {
    EXPECT_EQ(other->failures, 0);
    answer->count_down();
  });
  steps.when([&] { return other->failures == 1; });
  steps.run();
  EXPECT_EQ(other->reason.category(), net::resolver_category());
}

TEST_P(Lookup, D11_WithoutAnyThreadALookupIsAFailure) {
  thread_error = EAGAIN;
  connect({"poems.test", 1});
  run_until_over();
  EXPECT_EQ(client->reason, std::errc::resource_unavailable_try_again);
  EXPECT_EQ(questions, 0);
}

// --- IP addresses ------------------------------------------------------------

TEST_P(Lookup, D12_IpAddressesAreNotLookedUp) {
  std::vector<std::shared_ptr<Client>> clients;
  for (const char* const literal :
       {"127.0.0.1", "255.255.255.255", "::1", "fe80::1", "::ffff:127.0.0.1",
        "fe80::1%lo"}) {
    clients.push_back(std::make_shared<Client>());
    reactor.connect_tcp(literal, closed_address().port, clients.back());
  }
  steps.after(10);
  steps.run();
  for (const auto& one : clients) {
    EXPECT_EQ(one->failures, 1);
  }
  EXPECT_EQ(questions, 0);
}

TEST_P(Lookup, D12_ANameThatLooksLikeAnIpAddressIsLookedUp) {
  connect({"127.1", 1});
  run_until_over();
  EXPECT_EQ(questions, 1);
  EXPECT_EQ(client->reason.category(), net::resolver_category());
}

TEST_P(Lookup, F02_AListenerUsesTheFirstIpv4AddressOfAName) {
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

TEST_P(Lookup, D13_Ipv6WorksEndToEnd) {
  try {
    net::listen({"::1", 0});
  } catch (const std::system_error& error) {
    GTEST_SKIP() << error.what();
  }
  const auto server = std::make_shared<Server>();
  const auto port = reactor.listen_tcp({"::1", 0}, server);
  EXPECT_EQ(port->host().host, "::1");
  connect(port->host());
  steps.when([&] { return client->made() && server->made(); },
             [&] {
               const auto& here = client->last().transport();
               const auto& there = server->last().transport();
               EXPECT_EQ(here.peer(), port->host());
               EXPECT_EQ(here.host().host, "::1");
               EXPECT_EQ(here.host(), there.peer());
               EXPECT_EQ(here.peer(), there.host());
               EXPECT_EQ(server->addresses, std::vector{there.peer()});
             });
  steps.run();
}

class BrokenPoller final : public reactor::Poller {
 public:
  void watch(int, reactor::Events) override {}
  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds>) override {
    throw std::bad_alloc();
  }
};

TEST(BrokenReactor, A14_AReactorEndedByAnExceptionReleasesItsLookup) {
  const Watchdog watchdog;
  const auto before = open_descriptors();
  const auto client = std::make_shared<Client>();
  {
    SteppedReactor steps(std::make_unique<BrokenPoller>());
    steps.reactor.connect_tcp("no.test", 1, client);
    EXPECT_THROW(steps.reactor.run(), std::bad_alloc);
    EXPECT_EQ(client->starts, 1);
  }
  EXPECT_EQ(client.use_count(), 1);
  while (open_descriptors() > before) {
    std::this_thread::yield();  // the thread has a reference for a moment
  }
}

}  // namespace
