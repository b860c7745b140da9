// Timeouts, on a clock that only a test moves.
//              twisted.test.test_policies.TimeoutMixinTests
#include <functional>
#include <memory>
#include <stdexcept>

#include "protocols/line_receiver.h"
#include "protocols/timeout.h"
#include "support/function_factory.h"
#include "support/parsing.h"
#include "support/tcp.h"

using namespace rig;
using reactor::Error;

namespace {

const auto timed_out = make_error_code(std::errc::timed_out);

// --- Alone -------------------------------------------------------------------

// A client with a timeout, and one with a deadline.
class Patient final : public reactor::TimeoutMixin<> {
 public:
  using TimeoutMixin::TimeoutMixin;
  void data_received(std::string_view) override { reset_timeout(); }
  void timeout_connection() override {
    ++timeouts;
    on_timeout();
  }
  int timeouts = 0;
  std::function<void()> on_timeout = [] {};
};

// The clock moves between two iterations; due calls are made in the second.
class Timeout : public ScriptedTest {
 protected:
  Timeout() { protocol->make_connection(transport); }

  void play(std::vector<std::function<void()>> steps) {
    const auto count = static_cast<int>(steps.size());
    run_iterations(count + 1, [&, steps](int iteration) {
      if (iteration <= count) steps[static_cast<std::size_t>(iteration - 1)]();
    });
  }

  // The reactor waits for nothing any more.
  void expect_no_timer() { EXPECT_EQ(script->timeouts.back(), std::nullopt); }

  FakeTransport transport;
  std::unique_ptr<Patient> protocol = std::make_unique<Patient>(reactor);
};

TEST_F(Timeout, G08_ATimeoutComesOnce) {
  EXPECT_EQ(protocol->set_timeout(5s), std::nullopt);
  play({[&] { clock.advance(4999ms); },
        [&] {
          EXPECT_EQ(protocol->timeouts, 0);
          clock.advance(1ms);
        },
        [&] {
          EXPECT_EQ(protocol->timeouts, 1);
          protocol->data_received("late");
          clock.advance(100s);
        },
        [] {}, [] {}});
  EXPECT_EQ(protocol->timeouts, 1);
  expect_no_timer();
}

TEST_F(Timeout, G08_AnyReceivedDataResetsTheTimeout) {
  protocol->set_timeout(5s);
  const auto receive = [&] {
    clock.advance(4s);
    protocol->data_received("poem");
  };
  play({receive, receive, receive, [&] { clock.advance(4999ms); },
        [&] {
          EXPECT_EQ(protocol->timeouts, 0);
          clock.advance(1ms);
        },
        [] {}});
  EXPECT_EQ(protocol->timeouts, 1);
}

TEST_F(Timeout, G08_ATimeoutCanBeTurnedOffAndOnAgain) {
  protocol->data_received("before it is on");
  protocol->set_timeout(5s);
  play({[&] {
          EXPECT_EQ(protocol->set_timeout(std::nullopt), 5s);
          protocol->data_received("while it is off");
          clock.advance(100s);
        },
        [&] {
          EXPECT_EQ(protocol->timeouts, 0);
          EXPECT_EQ(protocol->set_timeout(2s), std::nullopt);
          clock.advance(2s);
        },
        [&] { EXPECT_EQ(protocol->timeouts, 1); }, [] {}});
  expect_no_timer();
}

TEST_F(Timeout, G08_SettingATimeoutReplacesTheLastOne) {
  protocol->set_timeout(5s);
  play({[&] {
          clock.advance(4s);
          EXPECT_EQ(protocol->set_timeout(3s), 5s);
        },
        [&] { clock.advance(2s); },
        [&] {
          EXPECT_EQ(protocol->timeouts, 0);
          EXPECT_THROW(protocol->set_timeout(-1s), std::invalid_argument);
          clock.advance(1s);
        },
        [&] { EXPECT_EQ(protocol->timeouts, 1); }, [] {}});
  EXPECT_EQ(protocol->set_timeout(std::nullopt), 3s);
  expect_no_timer();
}

TEST_F(Timeout, G08_ATimeoutThatTheClockCannotHoldNeverComes) {
  protocol->set_timeout(std::chrono::seconds::max());
  play({[&] { clock.advance(24h * 365); },
        [&] { EXPECT_EQ(protocol->timeouts, 0); }});
  EXPECT_EQ(protocol->set_timeout(std::nullopt),
            reactor::Clock::duration::max());
}

TEST_F(Timeout, G08_ATimeoutMayBeSetAgainWhenItComes) {
  protocol->set_timeout(5s);
  protocol->on_timeout = [&] {
    protocol->reset_timeout();
    if (protocol->timeouts < 3) protocol->set_timeout(1s);
  };
  play({[&] { clock.advance(5s); }, [&] { clock.advance(1s); },
        [&] { clock.advance(1s); }, [&] { clock.advance(100s); }, [] {},
        [] {}});
  EXPECT_EQ(protocol->timeouts, 3);
  expect_no_timer();
}

TEST_F(Timeout, G08_NoTimerIsLeftAfterTheConnectionIsLost) {
  protocol->set_timeout(5s);
  play({[&] { protocol->connection_lost(Error::connection_done); }, [] {},
        [&] { clock.advance(100s); }, [] {}});
  EXPECT_EQ(protocol->timeouts, 0);
  EXPECT_EQ(script->timeouts[1], std::nullopt);
}

// A protocol that does not call what it overrides, or that never had a
// connection.
TEST_F(Timeout, G08_NoTimerOutlivesItsProtocol) {
  protocol->set_timeout(5s);
  play({[&] { protocol.reset(); }, [] {}, [&] { clock.advance(100s); }, [] {}});
  EXPECT_EQ(script->timeouts[1], std::nullopt);
}

TEST_F(Timeout, G08_AProtocolMayOutliveItsReactor) {
  auto inner = std::make_unique<reactor::Reactor>();
  Patient survivor(*inner);
  survivor.make_connection(transport);
  survivor.set_timeout(5s);
  inner.reset();
  survivor.reset_timeout();
}

TEST_F(Timeout, G08_TheDefaultTimeoutLosesTheConnection) {
  reactor::TimeoutMixin<> simple(reactor);
  simple.make_connection(transport);
  simple.set_timeout(5s);
  play({[&] { clock.advance(5s); }, [] {}});
  EXPECT_EQ(transport.losses, 1);
  EXPECT_EQ(transport.aborts, 0);
}

TEST_F(Timeout, G08_AProtocolWithATimeoutIsToldOfItsConnectionsLoss) {
  struct Counter : reactor::Protocol {
    void connection_lost(std::error_code why) override { told = why; }
    std::error_code told;
  };
  reactor::TimeoutMixin<Counter> counter(reactor);
  counter.make_connection(transport);
  counter.connection_lost(Error::connection_lost);
  EXPECT_EQ(counter.told, Error::connection_lost);
}

// --- With a server -----------------------------------------------------------

// Has a timeout for silence, and a deadline for all of the poem.
class LinesInTime final : public reactor::TimeoutMixin<reactor::LineReceiver> {
 public:
  using TimeoutMixin::TimeoutMixin;
  void connection_made() override {
    transport_here = &transport();
    set_timeout(5s);
  }
  void data_received(std::string_view data) override {
    reset_timeout();
    LineReceiver::data_received(data);
  }
  void line_received(std::string_view line) override {
    lines.emplace_back(line);
  }
  void timeout_connection() override {
    transport().abort_connection(timed_out);
  }
  Lines lines;
  reactor::Transport* transport_here = nullptr;
};

class TimeoutOnWire : public TcpTest {
 protected:
  void SetUp() override {
    client->on_lost = [this](auto&, std::error_code why) {
      ++losses;
      reason = why;
      lines = protocol->lines;
    };
    reactor.connect_tcp("127.0.0.1", port->host().port, client);
    steps.when([&] { return server->made() && protocol; });
  }
  void send(const std::string& what) {
    steps.after(0, [this, what] { server->last().write(what); });
  }
  void wait_for_lines(std::size_t count) {
    steps.when([this, count] { return protocol->lines.size() == count; });
  }
  void pass(reactor::Clock::duration some) {
    steps.after(0, [this, some] { steps.clock.advance(some); });
    steps.after(3);
  }

  std::shared_ptr<Server> server = std::make_shared<Server>();
  std::shared_ptr<FunctionFactory> client =
      std::make_shared<FunctionFactory>([this] {
        auto built = std::make_unique<LinesInTime>(reactor);
        protocol = built.get();
        return built;
      });
  LinesInTime* protocol = nullptr;
  int losses = 0;
  std::error_code reason;
  Lines lines;  // received until the loss
  std::shared_ptr<reactor::ListeningPort> port =
      reactor.listen_tcp(loopback, server);
};
FOR_EVERY_POLLER(TimeoutOnWire);

TEST_P(TimeoutOnWire, M03_AServerThatNeverSendsTimesOut) {
  pass(4999ms);
  steps.after(0, [&] { EXPECT_EQ(losses, 0); });
  pass(1ms);
  steps.when([&] { return losses == 1; });
  steps.run();
  EXPECT_EQ(reason, timed_out);
}

TEST_P(TimeoutOnWire, M03_AServerThatStopsInTheMiddleTimesOut) {
  send("one\r\n");
  wait_for_lines(1);
  pass(4s);
  send("two\r\nthr");
  wait_for_lines(2);
  pass(4s);
  steps.after(0, [&] { EXPECT_EQ(losses, 0); });
  pass(1s);
  steps.when([&] { return losses == 1; });
  steps.run();
  EXPECT_EQ(reason, timed_out);
  EXPECT_EQ(lines, (Lines{"one", "two"}));
}

// The deadline is a delayed call that is never reset.
TEST_P(TimeoutOnWire, M03_ADeadlineEndsAServerThatSendsSlowlyForever) {
  reactor::DelayedCall deadline;
  steps.after(0, [&] {
    deadline = reactor.call_later(
        10s, [&] { protocol->transport_here->abort_connection(timed_out); });
  });
  for (std::size_t i = 1; i <= 3; ++i) {
    send("more\r\n");
    wait_for_lines(i);
    pass(3s);
    steps.after(0, [&] { EXPECT_EQ(losses, 0); });
  }
  pass(1s);
  steps.when([&] { return losses == 1; });
  steps.run();
  EXPECT_EQ(reason, timed_out);
  EXPECT_EQ(lines.size(), 3u);
}

TEST_P(TimeoutOnWire, G08_AConnectionThatEndsLeavesNoTimer) {
  steps.after(0, [&] { server->last().lose(); });
  steps.when([&] { return losses == 1; });
  pass(100s);
  steps.run();
  EXPECT_EQ(losses, 1);
  EXPECT_EQ(reason, Error::connection_done);
}

}  // namespace
