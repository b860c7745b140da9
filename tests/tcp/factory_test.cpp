// Factories are started before their first use and stopped after the last.
//                 twisted.test.test_tcp.FactoryTests
#include <algorithm>
#include <stdexcept>

#include "support/tcp.h"

using namespace rig;
using reactor::Error;

namespace {

// A factory for servers and clients, which may share it.
struct Shared final : reactor::ClientFactory {
  void start_factory() override {
    lines.push_back("start");
    on_start();
  }
  void stop_factory() override {
    lines.push_back("stop");
    on_stop();
  }
  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address&) override {
    return std::make_unique<reactor::Protocol>();
  }
  void client_connection_failed(reactor::Connector& connector,
                                std::error_code why) override {
    lines.push_back("failed");
    reason = why;
    on_failed(connector);
  }
  void client_connection_lost(reactor::Connector&, std::error_code) override {
    lines.push_back("lost");
  }

  std::function<void()> on_start = [] {};
  std::function<void()> on_stop = [] {};
  std::function<void(reactor::Connector&)> on_failed = [](auto&) {};
  std::error_code reason;
  Lines lines;
};

class Factory : public TcpTest {
 protected:
  std::shared_ptr<reactor::ListeningPort> listen() {
    return reactor.listen_tcp(anywhere, factory);
  }
  std::shared_ptr<reactor::Connector> connect(const net::Address& to) {
    return reactor.connect_tcp(to.host, to.port, factory);
  }
  std::ptrdiff_t count(const char* line) const {
    return std::count(factory->lines.begin(), factory->lines.end(), line);
  }

  const std::shared_ptr<Shared> factory = std::make_shared<Shared>();
};

FOR_EVERY_POLLER(Factory);

TEST_P(Factory, G02_AFactorySharedByPortsIsStartedAndStoppedOnce) {
  std::vector<std::size_t> order{0, 1, 2};
  do {
    factory->lines.clear();
    std::vector<std::shared_ptr<reactor::ListeningPort>> ports;
    for (int i = 0; i < 3; ++i) {
      ports.push_back(listen());
      EXPECT_EQ(factory->lines, Lines{"start"});
    }
    for (const std::size_t which : order) {
      EXPECT_EQ(count("stop"), 0);
      ports[which]->stop_listening();
      ports[which]->stop_listening();
    }
    EXPECT_EQ(factory->lines, (Lines{"start", "stop"}));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_P(Factory, G02_AConnectorUsesItsFactoryUntilTheLastOutcome) {
  const auto other = std::make_shared<Server>();
  const auto port = reactor.listen_tcp(anywhere, other);
  connect(closed_address());
  connect(port->host());
  EXPECT_EQ(factory->lines, Lines());
  world.when([&] { return other->made() && count("failed") == 1; },
             [&] { other->last().lose(); });
  world.when([&] { return count("lost") == 1; });
  world.after(2);
  world.run();
  EXPECT_EQ(factory->lines, (Lines{"start", "failed", "lost", "stop"}));
}

TEST_P(Factory, G02_PortsAndConnectorsShareAFactory) {
  const auto port = listen();
  connect(port->host());
  world.when([&] { return reactor.readers().size() == 3; },
             [&] { port->stop_listening(); });
  world.after(2, [&] { EXPECT_EQ(factory->lines, Lines{"start"}); });
  world.run();
  EXPECT_EQ(factory->lines, (Lines{"start", "lost", "stop"}));
}

TEST_P(Factory, G02_AFactoryIsNotStoppedBetweenTwoAttempts) {
  factory->on_failed = [&](reactor::Connector& connector) {
    if (count("failed") < 3) connector.connect();
  };
  const Lines expected{"start", "failed", "failed", "failed", "stop"};
  const auto connector = connect(closed_address());
  world.when([&] { return count("failed") == 3; });
  world.after(2, [&] {
    EXPECT_EQ(factory->lines, expected);
    factory->lines.clear();
    connector->connect();
  });
  world.when([&] { return count("failed") == 3; });
  world.run();
  EXPECT_EQ(factory->lines, expected);
}

TEST_P(Factory, G02_ACancelledAttemptStartsAndStopsItsFactory) {
  connect(closed_address())->disconnect();
  world.when([&] { return count("stop") == 1; });
  world.run();
  EXPECT_EQ(factory->lines, (Lines{"start", "failed", "stop"}));
}

TEST_P(Factory, G02_AFactoryThatCannotBeStartedIsNotUsedOrStopped) {
  const LogCapture log;
  factory->on_start = [] { throw std::runtime_error("no poems today"); };
  const auto before = open_descriptors();
  EXPECT_THROW(listen(), std::runtime_error);
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_TRUE(reactor.readers().empty());

  const net::Address to = closed_address();
  connect(to);
  world.when([&] { return count("failed") == 1; });
  world.after(2);
  world.run();
  EXPECT_EQ(factory->lines, (Lines{"start", "start", "failed"}));
  EXPECT_EQ(factory->reason, Error::callback_failed);
  EXPECT_EQ(log.lines(), Lines{"[" + to_string(to) + "] no poems today"});
}

TEST_P(Factory, G02_AFactoryThatFailedToStartMayStartLater) {
  const LogCapture log;
  int left = 1;
  factory->on_start = [&] {
    if (left-- > 0) throw std::runtime_error("no poems yet");
  };
  const net::Address to = closed_address();
  const auto connector = reactor.connect_tcp(to.host, to.port, factory);
  world.when([&] { return count("failed") == 1; },
             [&] { connector->connect(); });
  world.when([&] { return count("failed") == 2; });
  world.after(2);
  world.run();
  EXPECT_EQ(factory->lines,
            (Lines{"start", "failed", "start", "failed", "stop"}));
}

TEST_P(Factory, G02_AFactoryThatFailedToStartIsStartedForTheNextAttempt) {
  const LogCapture log;
  int left = 1;
  factory->on_start = [&] {
    if (left-- > 0) throw std::runtime_error("no poems yet");
  };
  factory->on_failed = [&](reactor::Connector& connector) {
    if (count("failed") == 1) connector.connect();
  };
  connect(closed_address());
  world.when([&] { return count("failed") == 2; });
  world.after(2);
  world.run();
  EXPECT_EQ(factory->lines,
            (Lines{"start", "failed", "start", "failed", "stop"}));
}

TEST_P(Factory, G02_AnExceptionInStopFactoryIsLogged) {
  const LogCapture log;
  factory->on_stop = [] { throw std::runtime_error("not yet"); };
  const auto port = listen();
  port->stop_listening();
  const net::Address to = closed_address();
  reactor.connect_tcp(to.host, to.port, factory)->disconnect();
  world.when([&] { return count("stop") == 2; });
  world.after(2);
  world.run();
  EXPECT_EQ(log.lines(), (Lines{"[" + to_string(port->host()) + "] not yet",
                                "[" + to_string(to) + "] not yet"}));
}

}  // namespace
