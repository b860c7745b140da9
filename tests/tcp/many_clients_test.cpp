// Many clients in one reactor: each has one outcome, independent of the others.

#include <algorithm>
#include <array>

#include "tcp/tcp_client.h"

using namespace rig;
using reactor::Error;

namespace {

enum class Fate { complete, refused, truncated, too_long };

struct Task {
  std::shared_ptr<Client> client = std::make_shared<Client>();
  Fate fate;
};

class ManyClients : public TcpClientTest {
 public:
  // A server for each fate; the first address has none.
  ManyClients() {
    resetter->prepare = [](ProtocolRecord& record) {
      record.on_made = [](ProtocolRecord& made) { made.write("half a poem"); };
      record.on_data = [](ProtocolRecord& made) { made.abort(); };
    };
  }

  void add(Fate fate) {
    tasks.push_back({std::make_shared<Client>(), fate});
    Client& one = *tasks.back().client;
    one.prepare = [fate](ProtocolRecord& record) {
      record.on_data = [fate](ProtocolRecord& some) {
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

  // The last outcome stops the reactor.
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

FOR_EVERY_POLLER(ManyClients);

TEST_P(ManyClients, G04_EachOfManyTasksHasOneOutcome) {
  for (std::size_t i = 0; i < 64; ++i) {
    add(fates[i % 4]);
    add(fates[i / 4 % 4]);
    add(fates[i / 16]);
  }
  run();
}

TEST_P(ManyClients, A11_TheLastOfManyFailuresEndsTheLoop) {
  for (int i = 0; i < 20; ++i) {
    add(Fate::refused);
  }
  run();
  for (const Task& task : tasks) {
    EXPECT_EQ(task.client->failures, 1);
  }
}

// Each combination has a reactor of its own, which the last outcome stops.
TEST_P(ManyClients, G04_AllOutcomesOfThreeServersEndTheLoop) {
  struct Combination : ManyClients {
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

TEST_P(ManyClients, G07_BadServersDoNotDisturbGoodOnes) {
  const FullQueue full;
  std::string order = "gggbbb";
  std::sort(order.begin(), order.end());
  do {
    SteppedReactor here(reactor::make_poller(GetParam()));
    const auto server = std::make_shared<Server>();
    server->prepare = [](ProtocolRecord& record) {
      record.on_made = [](ProtocolRecord& made) {
        made.write(pattern(0, 100000));
        made.lose();
      };
    };
    const auto good = here.reactor.listen_tcp(loopback, server)->host();
    const auto bad_server = std::make_shared<Server>();
    bad_server->prepare = [](ProtocolRecord& record) {
      record.on_made = [](ProtocolRecord& made) { made.abort(); };
    };
    const auto bad = here.reactor.listen_tcp(loopback, bad_server)->host();
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

// The callbacks in which a client may throw.
constexpr std::array hooks{"started", "build",  "made",       "data",
                           "lost",    "failed", "client lost"};

void throw_in(Client& client, std::string_view where) {
  const auto fails = [](auto&) { throw std::runtime_error("a bad poem"); };
  const auto hook = [fails](bool wanted) {
    return wanted ? ProtocolRecord::Hook(fails) : [](ProtocolRecord&) {};
  };
  if (where == "started") client.on_started = fails;
  if (where == "failed") client.on_failed = fails;
  if (where == "client lost") client.on_lost = fails;
  if (where == "build") client.on_build = [] { throw 42; };
  client.prepare = [=](ProtocolRecord& record) {
    record.on_made = hook(where == "made");
    record.on_data = hook(where == "data");
    record.on_lost = hook(where == "lost");
  };
}

TEST_P(ManyClients, G05_AnExceptionInAnyCallbackIsOneOutcomeAndOneLine) {
  for (const std::string where : hooks) {
    const LogCapture log;
    SteppedReactor here(reactor::make_poller(GetParam()));
    const auto server = std::make_shared<Server>();
    server->prepare = [](ProtocolRecord& record) {
      record.on_made = [](ProtocolRecord& made) {
        made.write("poem");
        made.lose();
      };
    };
    const auto one = std::make_shared<Client>();
    throw_in(*one, where);
    const auto poems = here.reactor.listen_tcp(loopback, server)->host();
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

TEST_P(ManyClients, K01_AnExceptionOfAFactoryIsLoggedWithItsAddress) {
  for (const std::string where : {"started", "failed", "client lost"}) {
    const LogCapture log;
    SteppedReactor here(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    throw_in(*one, where);
    // A name, so that the lookup fails, too.
    const auto server = std::make_shared<Server>();
    server->prepare = [](ProtocolRecord& record) {
      record.on_made = [](ProtocolRecord& made) { made.lose(); };
    };
    const auto port = here.reactor.listen_tcp(loopback, server)->host().port;
    const net::Address to{where == "failed" ? "no.test" : "poems.test", port};
    here.reactor.connect_tcp(to.host, to.port, one);
    here.when([&] { return one->outcomes() == 1; });
    here.run();
    EXPECT_EQ(log.lines(), Lines{"[" + to_string(to) + "] a bad poem"});
  }
}

TEST_P(ManyClients, G05_AFactoryMayConnectAgainAndThrowManyTimes) {
  const LogCapture log;
  client->on_failed = [&](reactor::Connector& connector) {
    if (client->failures < 10) connector.connect();
    throw std::runtime_error("again");
  };
  connect(closed);
  steps.when([&] { return client->failures >= 10; });
  steps.after(10);
  steps.run();
  EXPECT_EQ(client->failures, 10);
}

// --- Many --------------------------------------------------------------------

TEST_P(ManyClients, L02_AThousandConnectionsGetTheirPoems) {
  const bool few = GetParam() == std::string("select");
  const std::size_t count = few ? 400 : 1000;
  const ManyDescriptors many(2 * count + 100);
  for (std::size_t i = 0; i < count; ++i) {
    add(Fate::complete);
  }
  run();
}

TEST_P(ManyClients, L06_FailuresLeakNothing) {
  const auto before = open_descriptors();
  int runs = 0;
  const auto again = [&](reactor::Connector& connector) {
    if (++runs % 100 != 0) connector.connect();
  };
  client->on_failed = again;
  client->on_lost = again;

  connect(closed);
  steps.when([&] { return runs == 100; },
             [&] {
               client->connector = nullptr;
               connect({"no.test", 1});
             });
  steps.when([&] { return runs == 200; },
             [&] {
               client->connector = nullptr;
               client->refuses = true;
               connect(whole);
             });
  steps.when([&] { return runs == 300; },
             [&] {
               client->connector = nullptr;
               client->on_started = [](reactor::Connector& one) {
                 one.disconnect();
               };
               connect(whole);
             });
  steps.when([&] { return runs == 400; },
             [&] {
               client->connector = nullptr;
               client->refuses = false;
               client->on_started = [](reactor::Connector&) {};
               client->prepare = [](ProtocolRecord& record) {
                 record.on_made = [](ProtocolRecord& made) { made.abort(); };
               };
               connect(half);
             });
  // The other ends and the threads of lookups close theirs, too.
  steps.when([&] { return runs == 500 && open_descriptors() == before; });
  steps.after(1, [&] {
    EXPECT_TRUE(reactor.writers().empty());
    EXPECT_EQ(reactor.readers().size(), 2u);  // the ports
  });
  steps.run();
}

TEST_P(ManyClients, L06_TimeoutsLeakNothing) {
  const FullQueue full;
  const auto before = open_descriptors();
  client->on_started = [&](auto&) {
    reactor.call_later(0s, [&] { steps.clock.advance(30s); });
  };
  client->on_failed = [&](reactor::Connector& connector) {
    EXPECT_EQ(client->reason, std::errc::timed_out);
    if (client->failures < 100) connector.connect();
  };
  connect(full.address);
  steps.when([&] { return client->failures == 100; });
  steps.after(2, [&] { EXPECT_EQ(open_descriptors(), before); });
  steps.run();
}

}  // namespace
