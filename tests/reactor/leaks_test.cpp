// Ten thousand attempts to connect that fail leave no descriptor and no memory,
// hence no delayed call.

#include <netdb.h>

#include <functional>
#include <memory>
#include <utility>

#include "net/resolver.h"
#include "support/allocations.h"
#include "support/faults/script.h"
#include "support/tcp.h"

namespace {

using namespace rig;
using reactor::Error;

constexpr int attempts = 2000;  // of each of the five kinds

// --- Failing -----------------------------------------------------------------

class Leaver final : public reactor::Protocol {
 public:
  void connection_made() override { transport().abort_connection(); }
};

// Connects again and again; compares the memory after the first hundred with
// the memory at the end.
class Stubborn final : public reactor::ClientFactory {
 public:
  explicit Stubborn(reactor::Reactor& reactor)
      : reactor_(reactor) {}

  void started_connecting(reactor::Connector&) override { on_started(); }
  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address&) override {
    return refuses ? nullptr : std::make_unique<Leaver>();
  }
  void client_connection_failed(reactor::Connector& connector,
                                std::error_code why) override {
    again(connector, why);
  }
  void client_connection_lost(reactor::Connector& connector,
                              std::error_code why) override {
    again(connector, why);
  }

  // The other end, and the thread of a lookup, may need a moment to close
  // theirs.
  void expect_nothing_left() const {
    constexpr long some = 50;
    EXPECT_EQ(outcomes_, attempts);
    EXPECT_LE(last_.allocations, early_.allocations + some);
    EXPECT_LE(last_.descriptors, early_.descriptors + some);
  }

  std::function<void()> on_started = [] {};
  bool refuses = false;
  std::error_code expected;

 private:
  struct Left {
    long allocations = 0;
    long descriptors = 0;
  };

  static Left look() {
    return {allocations(), static_cast<long>(open_descriptors())};
  }

  void again(reactor::Connector& connector, std::error_code why) {
    if (why != expected) ADD_FAILURE() << why.message();
    ++outcomes_;
    if (outcomes_ == 100) early_ = look();
    if (outcomes_ == attempts) last_ = look();
    if (outcomes_ == attempts || why != expected) {
      reactor_.stop();
    } else {
      connector.connect();
    }
  }

  reactor::Reactor& reactor_;
  int outcomes_ = 0;
  Left early_;
  Left last_;
};

class Leaks : public testing::TestWithParam<const char*> {
 protected:
  void repeat(const net::Address& address, std::error_code expected) {
    stubborn->expected = expected;
    reactor.connect_tcp(address.host, address.port, stubborn);
    reactor.run();
    stubborn->expect_nothing_left();
  }

  // Accepts every client and does nothing with it.
  net::Address serve() {
    class Factory final : public reactor::ProtocolFactory {
      std::unique_ptr<reactor::Protocol> build_protocol(
          const net::Address&) override {
        return std::make_unique<reactor::Protocol>();
      }
    };
    return reactor.listen_tcp(anywhere, std::make_shared<Factory>())->host();
  }

  Watchdog watchdog{55s};
  FakeClock clock;
  reactor::Reactor reactor{reactor::make_poller(GetParam()), clock};
  const std::shared_ptr<Stubborn> stubborn =
      std::make_shared<Stubborn>(reactor);
};

FOR_EVERY_POLLER(Leaks);

TEST_P(Leaks, L06_RefusedConnectionsLeaveNothing) {
  repeat(closed_address(), make_error_code(std::errc::connection_refused));
}

TEST_P(Leaks, L06_UnknownNamesLeaveNothing) {
  const faults::Script script("getaddrinfo * EAI_NONAME");
  repeat({"no.test", 1}, std::error_code(EAI_NONAME, net::resolver_category()));
}

TEST_P(Leaks, L06_ProtocolsThatAreNotBuiltLeaveNothing) {
  stubborn->refuses = true;
  repeat(serve(), Error::connection_aborted);
}

TEST_P(Leaks, L06_ConnectionsThatAreAbortedLeaveNothing) {
  repeat(serve(), Error::connection_aborted);
}

TEST_P(Leaks, L06_AttemptsThatTakeTooLongLeaveNothing) {
  const FullQueue full;
  stubborn->on_started = [this] {
    reactor.call_later(0s, [this] { clock.advance(30s); });
  };
  repeat(full.address, make_error_code(std::errc::timed_out));
}

}  // namespace
