// A callback may do anything, including to throw.

#include <stdexcept>

#include "tcp/tcp_connection.h"

using namespace rig;
using reactor::Error;

namespace {

class Callbacks : public TwoProtocols {};
FOR_EVERY_POLLER(Callbacks);

// A client and a server, one of which does something in a callback.
struct CallbackScenario {
  explicit CallbackScenario(const char* poller)
      : steps(reactor::make_poller(poller)) {}

  void act(const std::string& what, ProtocolRecord* record) {
    if (what == "lose" && record) record->lose();
    if (what == "abort" && record) record->abort();
    if (what == "pause" && record) record->pause();
    if (what == "write" && record) record->write(std::string(300000, '.'));
    if (what == "disconnect" && client->connector) {
      client->connector->disconnect();
    }
    if (what == "connect" && client->connector && attempts < 3) {
      const auto why = code_thrown_by([&] { client->connector->connect(); });
      if (!why) ++attempts;
    }
    if (what == "forget") forget();
    if (what == "stop listening" && port) port->stop_listening();
    if (what == "stop" && steps.reactor.running()) steps.reactor.stop();
    if (what == "throw") throw std::runtime_error("a bad poem");
  }

  // From now on only the reactor refers to the factories.
  void forget() {
    connector.reset();
    port.reset();
    held.clear();
  }

  void set_hooks(RecordingFactory& factory,
                 const std::string& where,
                 ProtocolRecord::Hook hook) {
    factory.prepare = [where, hook](ProtocolRecord& record) {
      record.on_made = [where, hook](ProtocolRecord& made) {
        if (where == "made") hook(made);
        made.write("poem");
      };
      record.on_data = [where, hook](ProtocolRecord& some) {
        if (where == "data") hook(some);
        some.lose();
      };
      if (where == "lost") record.on_lost = hook;
    };
    if (where == "build") factory.on_build = [this] { act(action, nullptr); };
  }

  void run(const std::string& where, bool is_server, const std::string& what) {
    action = what;
    const auto hook = [this](ProtocolRecord& record) { act(action, &record); };
    auto one = std::make_shared<Client>();
    auto other = std::make_shared<Server>();
    client = one.get();
    server = other.get();
    held = {one, other};
    set_hooks(*one, is_server ? "" : where, hook);
    set_hooks(*other, is_server ? where : "", hook);
    const auto connector_hook = [this](auto&) { act(action, nullptr); };
    if (where == "started") one->on_started = connector_hook;
    if (where == "client lost") one->on_lost = connector_hook;
    if (where == "failed") one->on_failed = connector_hook;
    port = steps.reactor.listen_tcp(loopback, other);
    const auto to = where == "failed" ? closed_address() : port->host();
    connector = steps.reactor.connect_tcp(to.host, to.port, one);
    std::shared_ptr<void> keep_counting = one;
    steps.after(25);
    steps.run();
    EXPECT_EQ(one->outcomes(), attempts);
    EXPECT_EQ(one->still_open(), 0u);
    EXPECT_EQ(other->still_open(), 0u);
  }

  std::string action;
  int attempts = 1;
  Client* client = nullptr;
  Server* server = nullptr;
  std::vector<std::shared_ptr<void>> held;
  std::shared_ptr<reactor::Connector> connector;
  std::shared_ptr<reactor::ListeningPort> port;
  SteppedReactor steps;
};

const std::vector<std::string> actions{
    "lose",    "abort",  "pause",          "write", "disconnect",
    "connect", "forget", "stop listening", "stop",  "throw"};

TEST_P(Callbacks, E19_AnythingMayBeDoneInAnyCallback) {
  const LogCapture log;
  for (const std::string& action : actions) {
    for (const std::string where : {"started", "build", "made", "data", "lost",
                                    "client lost", "failed"}) {
      SCOPED_TRACE(action + " in " + where);
      CallbackScenario(GetParam()).run(where, false, action);
    }
    for (const std::string where : {"build", "made", "data", "lost"}) {
      SCOPED_TRACE(action + " in the server's " + where);
      CallbackScenario(GetParam()).run(where, true, action);
    }
  }
  steps.run();
}

// Destroys the factories: the test holds no reference.
TEST_P(Callbacks, E19_TheLastReferenceMayGoInAnyCallback) {
  for (const std::string where : {"started", "build", "made", "data", "lost"}) {
    SteppedReactor inner(reactor::make_poller(GetParam()));
    auto one = std::make_shared<Client>();
    const std::weak_ptr<Client> weak = one;
    auto to = inner.reactor.listen_tcp(loopback, std::make_shared<Server>());
    auto connecting =
        inner.reactor.connect_tcp("127.0.0.1", to->host().port, one);
    const auto forget = [&] {
      one.reset();
      to.reset();
      connecting.reset();
    };
    const auto hook = [&forget](ProtocolRecord& record) {
      forget();
      record.abort();
    };
    if (where == "build") one->on_build = forget;
    if (where == "started") one->on_started = [&](auto&) { forget(); };
    one->prepare = [where, hook](ProtocolRecord& record) {
      if (where == "made") record.on_made = hook;
      if (where == "lost") record.on_lost = hook;
      if (where == "data") record.on_data = hook;
    };
    inner.after(30);
    inner.run();
    EXPECT_EQ(one == nullptr, where != "data") << where;
    EXPECT_EQ(weak.expired(), where != "data") << where;
  }
  steps.run();
}

// --- Exceptions --------------------------------------------------------------

TEST_P(Callbacks, K01_AnExceptionIsLoggedOnceWithItsConnection) {
  for (const std::string where : {"made", "data", "lost"}) {
    for (const bool aborts : {false, true}) {
      const LogCapture log;
      SteppedReactor inner(reactor::make_poller(GetParam()));
      const auto one = std::make_shared<Client>();
      const auto other = std::make_shared<Server>();
      std::string name;
      const auto fail = [&, aborts](ProtocolRecord& record) {
        name = to_string(record.transport().peer());
        if (aborts) record.abort();
        throw std::runtime_error("a bad poem");
      };
      one->prepare = [&](ProtocolRecord& record) {
        if (where == "made") record.on_made = fail;
        if (where == "data") record.on_data = fail;
        if (where == "lost") {
          record.on_lost = fail;
          if (aborts)
            record.on_made = [](ProtocolRecord& made) { made.abort(); };
        }
      };
      other->prepare = [](ProtocolRecord& record) {
        record.on_made = [](ProtocolRecord& made) {
          made.write("poem");
          made.lose();
        };
      };
      const auto to = inner.reactor.listen_tcp(loopback, other)->host();
      inner.reactor.connect_tcp(to.host, to.port, one);
      inner.when([&] { return one->losses == 1; });
      inner.after(5);
      inner.run();
      EXPECT_EQ(log.lines(), (Lines{"[" + name + "] a bad poem"}))
          << where << aborts;
    }
  }
  steps.run();
}

TEST_P(Callbacks, K02_AnExceptionEndsThatConnectionOnly) {
  const LogCapture log;
  const auto other = std::make_shared<Client>();
  reactor.connect_tcp("127.0.0.1", port->host().port, other);
  client->prepare = [](ProtocolRecord& record) {
    record.on_data = [](ProtocolRecord& some) {
      some.abort();
      throw std::runtime_error("a bad poem");
    };
  };
  steps.when([&] { return server->records.size() == 2 && other->made(); });
  begin([&] {
    for (const auto& record : server->records) {
      record->write("poem");
    }
  });
  steps.when([&] { return client->lost() && other->last().data == "poem"; });
  steps.after(5, [&] { EXPECT_TRUE(other->last().is_open()); });
  steps.run();
  EXPECT_EQ(here().reason, Error::callback_failed);
  EXPECT_EQ(client->losses, 1);
}

TEST_P(Callbacks, K02_AnExceptionInAServerEndsThatConnectionOnly) {
  const LogCapture log;
  server->prepare = [](ProtocolRecord& record) {
    record.on_data = [](ProtocolRecord& some) {
      if (some.data == "bad") throw 42;
      some.write(some.data);
    };
  };
  const auto other = std::make_shared<Client>();
  begin([&] { here().write("bad"); });
  when_both_are_lost();
  begin([&] {
    EXPECT_EQ(there().reason, Error::callback_failed);
    other->prepare = [](ProtocolRecord& record) {
      record.on_made = [](ProtocolRecord& made) { made.write("good"); };
    };
    reactor.connect_tcp("127.0.0.1", port->host().port, other);
  });
  steps.when([&] { return other->made() && other->last().data == "good"; });
  steps.run();
  EXPECT_EQ(log.lines().size(), 1u);
}

}  // namespace
