// Ten thousand attempts to connect that fail leave no descriptor and no memory,
// hence no delayed call.

#include <netdb.h>

#include <functional>
#include <memory>
#include <utility>

#include "net/resolver.h"
#include "support/allocations.h"
#include "support/faults/script.h"
#include "support/function_factory.h"
#include "support/tcp.h"

namespace {

using namespace rig;
using reactor::Error;

constexpr int attempts = 2000;  // of each of the five kinds

// --- Failing -----------------------------------------------------------------

class Aborting final : public reactor::Protocol {
 public:
  void connection_made() override { transport().abort_connection(); }
};

// Connects again and again; compares the memory after the first hundred
// attempts with the memory at the end.
class Attempts {
 public:
  explicit Attempts(reactor::Reactor& reactor)
      : reactor_(reactor) {
    factory->on_failed = [this](auto& connector, auto why) {
      connect_again(connector, why);
    };
    factory->on_lost = factory->on_failed;
  }

  // The other end, and the thread of a lookup, may need a moment to close
  // theirs.
  void expect_nothing_left() const {
    constexpr long some = 50;
    EXPECT_EQ(outcomes_, attempts);
    EXPECT_LE(last_.allocations, early_.allocations + some);
    EXPECT_LE(last_.descriptors, early_.descriptors + some);
  }

  bool refuses = false;
  std::error_code expected;
  const std::shared_ptr<FunctionFactory> factory =
      std::make_shared<FunctionFactory>(
          [this] { return refuses ? nullptr : std::make_unique<Aborting>(); });

 private:
  struct Usage {
    long allocations = 0;
    long descriptors = 0;
  };

  static Usage usage() {
    return {allocations(), static_cast<long>(open_descriptors())};
  }

  void connect_again(reactor::Connector& connector, std::error_code why) {
    if (why != expected) ADD_FAILURE() << why.message();
    ++outcomes_;
    if (outcomes_ == 100) early_ = usage();
    if (outcomes_ == attempts) last_ = usage();
    if (outcomes_ == attempts || why != expected) {
      reactor_.stop();
    } else {
      connector.connect();
    }
  }

  reactor::Reactor& reactor_;
  int outcomes_ = 0;
  Usage early_;
  Usage last_;
};

class Leaks : public testing::TestWithParam<const char*> {
 protected:
  void repeat(const net::Address& address, std::error_code expected) {
    attempted.expected = expected;
    reactor.connect_tcp(address.host, address.port, attempted.factory);
    reactor.run();
    attempted.expect_nothing_left();
  }

  // Accepts every client and does nothing with it.
  net::Address serve() {
    return reactor.listen_tcp(loopback, factory_of<reactor::Protocol>())
        ->host();
  }

  Watchdog watchdog{55s};
  FakeClock clock;
  reactor::Reactor reactor{reactor::make_poller(GetParam()), clock};
  Attempts attempted{reactor};
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
  attempted.refuses = true;
  repeat(serve(), Error::connection_aborted);
}

TEST_P(Leaks, L06_ConnectionsThatAreAbortedLeaveNothing) {
  repeat(serve(), Error::connection_aborted);
}

TEST_P(Leaks, L06_AttemptsThatTakeTooLongLeaveNothing) {
  const FullQueue full;
  attempted.factory->on_connecting = [this] {
    reactor.call_later(0s, [this] { clock.advance(30s); });
  };
  repeat(full.address, make_error_code(std::errc::timed_out));
}

}  // namespace
