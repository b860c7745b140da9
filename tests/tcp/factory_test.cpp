// Factories are started before their first use and stopped after the last.
//                 twisted.test.test_tcp.FactoryTests
#include <algorithm>
#include <stdexcept>

#include "support/function_factory.h"
#include "support/tcp.h"

using namespace rig;
using reactor::Error;

namespace {

// One factory for servers and clients. The lines tell which of its functions
// were called.
class Factory : public TcpTest {
 protected:
  Factory() {
    factory->on_start = [this] { note("start", on_start); };
    factory->on_stop = [this] { note("stop", on_stop); };
    factory->on_failed = [this](auto& connector, std::error_code why) {
      reason = why;
      note("failed", [&] { on_failed(connector); });
    };
    factory->on_lost = [this](auto&, auto) { note("lost", [] {}); };
  }

  std::shared_ptr<reactor::ListeningPort> listen() {
    return reactor.listen_tcp(loopback, factory);
  }
  std::shared_ptr<reactor::Connector> connect(const net::Address& to) {
    return reactor.connect_tcp(to.host, to.port, factory);
  }
  std::ptrdiff_t count(const char* line) const {
    return std::count(lines.begin(), lines.end(), line);
  }

  void note(const char* line, const std::function<void()>& then) {
    lines.push_back(line);
    then();
  }

  std::function<void()> on_start = [] {};
  std::function<void()> on_stop = [] {};
  std::function<void(reactor::Connector&)> on_failed = [](auto&) {};
  std::error_code reason;
  Lines lines;
  const std::shared_ptr<FunctionFactory> factory =
      factory_of<reactor::Protocol>();
};

FOR_EVERY_POLLER(Factory);

TEST_P(Factory, G02_AFactorySharedByPortsIsStartedAndStoppedOnce) {
  std::vector<std::size_t> order{0, 1, 2};
  do {
    lines.clear();
    std::vector<std::shared_ptr<reactor::ListeningPort>> ports;
    for (int i = 0; i < 3; ++i) {
      ports.push_back(listen());
      EXPECT_EQ(lines, Lines{"start"});
    }
    for (const std::size_t which : order) {
      EXPECT_EQ(count("stop"), 0);
      ports[which]->stop_listening();
      ports[which]->stop_listening();
    }
    EXPECT_EQ(lines, (Lines{"start", "stop"}));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_P(Factory, G02_AConnectorUsesItsFactoryUntilTheLastOutcome) {
  const auto other = std::make_shared<Server>();
  const auto port = reactor.listen_tcp(loopback, other);
  connect(closed_address());
  connect(port->host());
  EXPECT_EQ(lines, Lines());
  steps.when([&] { return other->made() && count("failed") == 1; },
             [&] { other->last().lose(); });
  steps.when([&] { return count("lost") == 1; });
  steps.after(2);
  steps.run();
  EXPECT_EQ(lines, (Lines{"start", "failed", "lost", "stop"}));
}

TEST_P(Factory, G02_PortsAndConnectorsShareAFactory) {
  const auto port = listen();
  connect(port->host());
  steps.when([&] { return reactor.readers().size() == 3; },
             [&] { port->stop_listening(); });
  steps.after(2, [&] { EXPECT_EQ(lines, Lines{"start"}); });
  steps.run();
  EXPECT_EQ(lines, (Lines{"start", "lost", "stop"}));
}

TEST_P(Factory, G02_AFactoryIsNotStoppedBetweenTwoAttempts) {
  on_failed = [&](reactor::Connector& connector) {
    if (count("failed") < 3) connector.connect();
  };
  const Lines expected{"start", "failed", "failed", "failed", "stop"};
  const auto connector = connect(closed_address());
  steps.when([&] { return count("failed") == 3; });
  steps.after(2, [&] {
    EXPECT_EQ(lines, expected);
    lines.clear();
    connector->connect();
  });
  steps.when([&] { return count("failed") == 3; });
  steps.run();
  EXPECT_EQ(lines, expected);
}

TEST_P(Factory, G02_ACancelledAttemptStartsAndStopsItsFactory) {
  connect(closed_address())->disconnect();
  steps.when([&] { return count("stop") == 1; });
  steps.run();
  EXPECT_EQ(lines, (Lines{"start", "failed", "stop"}));
}

TEST_P(Factory, G02_AFactoryThatCannotBeStartedIsNotUsedOrStopped) {
  const LogCapture log;
  on_start = [] { throw std::runtime_error("no poems today"); };
  const auto before = open_descriptors();
  EXPECT_THROW(listen(), std::runtime_error);
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_TRUE(reactor.readers().empty());

  const net::Address to = closed_address();
  connect(to);
  steps.when([&] { return count("failed") == 1; });
  steps.after(2);
  steps.run();
  EXPECT_EQ(lines, (Lines{"start", "start", "failed"}));
  EXPECT_EQ(reason, Error::callback_failed);
  EXPECT_EQ(log.lines(), Lines{"[" + to_string(to) + "] no poems today"});
}

TEST_P(Factory, G02_AFactoryThatFailedToStartMayStartLater) {
  const LogCapture log;
  int left = 1;
  on_start = [&] {
    if (left-- > 0) throw std::runtime_error("no poems yet");
  };
  const net::Address to = closed_address();
  const auto connector = reactor.connect_tcp(to.host, to.port, factory);
  steps.when([&] { return count("failed") == 1; },
             [&] { connector->connect(); });
  steps.when([&] { return count("failed") == 2; });
  steps.after(2);
  steps.run();
  EXPECT_EQ(lines, (Lines{"start", "failed", "start", "failed", "stop"}));
}

TEST_P(Factory, G02_AFactoryThatFailedToStartIsStartedForTheNextAttempt) {
  const LogCapture log;
  int left = 1;
  on_start = [&] {
    if (left-- > 0) throw std::runtime_error("no poems yet");
  };
  on_failed = [&](reactor::Connector& connector) {
    if (count("failed") == 1) connector.connect();
  };
  connect(closed_address());
  steps.when([&] { return count("failed") == 2; });
  steps.after(2);
  steps.run();
  EXPECT_EQ(lines, (Lines{"start", "failed", "start", "failed", "stop"}));
}

TEST_P(Factory, G02_AnExceptionInStopFactoryIsLogged) {
  const LogCapture log;
  on_stop = [] { throw std::runtime_error("not yet"); };
  const auto port = listen();
  port->stop_listening();
  const net::Address to = closed_address();
  reactor.connect_tcp(to.host, to.port, factory)->disconnect();
  steps.when([&] { return count("stop") == 2; });
  steps.after(2);
  steps.run();
  EXPECT_EQ(log.lines(), (Lines{"[" + to_string(port->host()) + "] not yet",
                                "[" + to_string(to) + "] not yet"}));
}

}  // namespace
