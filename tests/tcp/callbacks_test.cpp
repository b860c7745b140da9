// A callback may do anything, including to throw.

#include <stdexcept>

#include "tcp/tcp_connection.h"

using namespace rig;
using reactor::Error;

namespace {

class Callbacks : public TwoProtocols {};
FOR_EVERY_POLLER(Callbacks);

// A client and a server, one of which does something in a callback.
struct Drama {
  explicit Drama(const char* poller)
      : world(reactor::make_poller(poller)) {}

  void act(const std::string& what, Story* story) {
    if (what == "lose" && story) story->lose();
    if (what == "abort" && story) story->abort();
    if (what == "pause" && story) story->pause();
    if (what == "write" && story) story->write(std::string(300000, '.'));
    if (what == "disconnect" && client->connector) {
      client->connector->disconnect();
    }
    if (what == "connect" && client->connector && attempts < 3) {
      const auto why = code_thrown_by([&] { client->connector->connect(); });
      if (!why) ++attempts;
    }
    if (what == "forget") forget();
    if (what == "stop listening" && port) port->stop_listening();
    if (what == "stop" && world.reactor.running()) world.reactor.stop();
    if (what == "throw") throw std::runtime_error("a bad poem");
  }

  // From now on only the reactor refers to the factories.
  void forget() {
    connector.reset();
    port.reset();
    held.clear();
  }

  void rig_up(Teller& teller, const std::string& where, Story::Hook hook) {
    teller.prepare = [where, hook](Story& story) {
      story.on_made = [where, hook](Story& made) {
        if (where == "made") hook(made);
        made.write("poem");
      };
      story.on_data = [where, hook](Story& some) {
        if (where == "data") hook(some);
        some.lose();
      };
      if (where == "lost") story.on_lost = hook;
    };
    if (where == "build") teller.on_build = [this] { act(action, nullptr); };
  }

  void play(const std::string& where, bool is_server, const std::string& what) {
    action = what;
    const auto hook = [this](Story& story) { act(action, &story); };
    auto one = std::make_shared<Client>();
    auto other = std::make_shared<Server>();
    client = one.get();
    server = other.get();
    held = {one, other};
    rig_up(*one, is_server ? "" : where, hook);
    rig_up(*other, is_server ? where : "", hook);
    const auto connector_hook = [this](auto&) { act(action, nullptr); };
    if (where == "started") one->on_started = connector_hook;
    if (where == "client lost") one->on_lost = connector_hook;
    if (where == "failed") one->on_failed = connector_hook;
    port = world.reactor.listen_tcp(anywhere, other);
    const auto to = where == "failed" ? closed_address() : port->host();
    connector = world.reactor.connect_tcp(to.host, to.port, one);
    std::shared_ptr<void> keep_counting = one;
    world.after(25);
    world.run();
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
  World world;
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
      Drama(GetParam()).play(where, false, action);
    }
    for (const std::string where : {"build", "made", "data", "lost"}) {
      SCOPED_TRACE(action + " in the server's " + where);
      Drama(GetParam()).play(where, true, action);
    }
  }
  world.run();
}

// Destroys the factories: the test holds no reference.
TEST_P(Callbacks, E19_TheLastReferenceMayGoInAnyCallback) {
  for (const std::string where : {"started", "build", "made", "data", "lost"}) {
    World inner(reactor::make_poller(GetParam()));
    auto one = std::make_shared<Client>();
    const std::weak_ptr<Client> weak = one;
    auto to = inner.reactor.listen_tcp(anywhere, std::make_shared<Server>());
    auto connecting =
        inner.reactor.connect_tcp("127.0.0.1", to->host().port, one);
    const auto forget = [&] {
      one.reset();
      to.reset();
      connecting.reset();
    };
    const auto hook = [&forget](Story& story) {
      forget();
      story.abort();
    };
    if (where == "build") one->on_build = forget;
    if (where == "started") one->on_started = [&](auto&) { forget(); };
    one->prepare = [where, hook](Story& story) {
      if (where == "made") story.on_made = hook;
      if (where == "lost") story.on_lost = hook;
      if (where == "data") story.on_data = hook;
    };
    inner.after(30);
    inner.run();
    EXPECT_EQ(one == nullptr, where != "data") << where;
    EXPECT_EQ(weak.expired(), where != "data") << where;
  }
  world.run();
}

// --- Exceptions --------------------------------------------------------------

TEST_P(Callbacks, K01_AnExceptionIsLoggedOnceWithItsConnection) {
  for (const std::string where : {"made", "data", "lost"}) {
    for (const bool aborts : {false, true}) {
      const LogCapture log;
      World inner(reactor::make_poller(GetParam()));
      const auto one = std::make_shared<Client>();
      const auto other = std::make_shared<Server>();
      std::string name;
      const auto fail = [&, aborts](Story& story) {
        name = to_string(story.transport().peer());
        if (aborts) story.abort();
        throw std::runtime_error("a bad poem");
      };
      one->prepare = [&](Story& story) {
        if (where == "made") story.on_made = fail;
        if (where == "data") story.on_data = fail;
        if (where == "lost") {
          story.on_lost = fail;
          if (aborts) story.on_made = [](Story& made) { made.abort(); };
        }
      };
      other->prepare = [](Story& story) {
        story.on_made = [](Story& made) {
          made.write("poem");
          made.lose();
        };
      };
      const auto to = inner.reactor.listen_tcp(anywhere, other)->host();
      inner.reactor.connect_tcp(to.host, to.port, one);
      inner.when([&] { return one->losses == 1; });
      inner.after(5);
      inner.run();
      EXPECT_EQ(log.lines(), (Lines{"[" + name + "] a bad poem"}))
          << where << aborts;
    }
  }
  world.run();
}

TEST_P(Callbacks, K02_AnExceptionEndsThatConnectionOnly) {
  const LogCapture log;
  const auto other = std::make_shared<Client>();
  reactor.connect_tcp("127.0.0.1", port->host().port, other);
  client->prepare = [](Story& story) {
    story.on_data = [](Story& some) {
      some.abort();
      throw std::runtime_error("a bad poem");
    };
  };
  world.when([&] { return server->stories.size() == 2 && other->made(); });
  begin([&] {
    for (const auto& story : server->stories) {
      story->write("poem");
    }
  });
  world.when([&] { return client->lost() && other->last().data == "poem"; });
  world.after(5, [&] { EXPECT_TRUE(other->last().is_open()); });
  world.run();
  EXPECT_EQ(here().reason, Error::callback_failed);
  EXPECT_EQ(client->losses, 1);
}

TEST_P(Callbacks, K02_AnExceptionInAServerEndsThatConnectionOnly) {
  const LogCapture log;
  server->prepare = [](Story& story) {
    story.on_data = [](Story& some) {
      if (some.data == "bad") throw 42;
      some.write(some.data);
    };
  };
  const auto other = std::make_shared<Client>();
  begin([&] { here().write("bad"); });
  when_both_are_lost();
  begin([&] {
    EXPECT_EQ(there().reason, Error::callback_failed);
    other->prepare = [](Story& story) {
      story.on_made = [](Story& made) { made.write("good"); };
    };
    reactor.connect_tcp("127.0.0.1", port->host().port, other);
  });
  world.when([&] { return other->made() && other->last().data == "good"; });
  world.run();
  EXPECT_EQ(log.lines().size(), 1u);
}

}  // namespace
