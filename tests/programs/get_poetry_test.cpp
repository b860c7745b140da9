// get_poetry() of the third reactor client: one of its two callbacks is called,
// once, and never from within.

#include "poetry.h"

#include <sys/socket.h>

#include <stdexcept>

#include "support/tcp.h"

using namespace rig;
using reactor::Error;

namespace {

class GetPoetry : public TcpTest {
 protected:
  void ask(const net::Address& server,
           std::size_t max_bytes = 1000,
           reactor::Duration timeout = 30s) {
    is_asking = true;
    get_poetry(
        reactor, server,
        [this](std::string text) {
          EXPECT_FALSE(is_asking);
          ++callbacks;
          poem = std::move(text);
          on_callback();
        },
        [this](PoetryFailure why) {
          EXPECT_FALSE(is_asking);
          ++errbacks;
          failure = std::move(why);
        },
        max_bytes, timeout);
    is_asking = false;
  }

  // A peer that sends this to the one connection.
  void serve(const std::string& text, std::function<void()> then) {
    steps.after(0, [=, this] {
      peer = accept(listener);
      ::send(peer.fd(), text.data(), text.size(), MSG_NOSIGNAL);
      then();
    });
  }

  void run() {
    steps.when([&] { return callbacks + errbacks > 0; });
    steps.after(5);
    steps.run();
    EXPECT_EQ(callbacks + errbacks, 1);
  }

  const net::Socket listener = net::listen(loopback);
  const net::Address address = net::local_address(listener);
  net::Socket peer;
  bool is_asking = false;
  int callbacks = 0;
  int errbacks = 0;
  std::string poem;
  PoetryFailure failure;
  std::function<void()> on_callback = [] {};
};

FOR_EVERY_POLLER(GetPoetry);

TEST_P(GetPoetry, PassesTheWholePoemToTheCallback) {
  ask(address);
  serve("a poem", [&] { peer.close(); });
  run();
  EXPECT_EQ(callbacks, 1);
  EXPECT_EQ(poem, "a poem");
}

TEST_P(GetPoetry, ARefusalHasNoPartialPoem) {
  ask(closed_address());
  run();
  EXPECT_EQ(failure.reason, std::errc::connection_refused);
  EXPECT_FALSE(failure.partial);
}

TEST_P(GetPoetry, AnAddressThatFailsAtOnceIsReportedLater) {
  ask({"255.255.255.255", 1});
  run();
  EXPECT_EQ(errbacks, 1);
}

TEST_P(GetPoetry, M04_AResetIsAFailureWithThePartThatArrived) {
  ask(address);
  serve("eleven byte", [] {});
  steps.after(3, [&] { reset(peer); });
  run();
  EXPECT_EQ(failure.reason, std::errc::connection_reset);
  EXPECT_EQ(failure.partial, "eleven byte");
}

TEST_P(GetPoetry, M01_APoemThatIsTooLongIsAFailure) {
  ask(address, 5);
  serve("a poem", [] {});
  run();
  EXPECT_EQ(failure.reason, std::errc::message_size);
}

TEST_P(GetPoetry, M01_APoemOfTheGreatestSizeIsComplete) {
  ask(address, 6);
  serve("a poem", [&] { peer.close(); });
  run();
  EXPECT_EQ(poem, "a poem");
}

TEST_P(GetPoetry, TheStopOfTheReactorIsAFailure) {
  ask(address);
  serve("half", [] {});
  steps.after(5);
  steps.run();
  EXPECT_EQ(callbacks, 0);
  EXPECT_EQ(errbacks, 1);
  EXPECT_EQ(failure.reason, Error::connection_lost);
  EXPECT_EQ(failure.partial, "half");
}

TEST_P(GetPoetry, D06_ATimeoutOfTheAttemptIsAFailure) {
  FullQueue queue;
  ask(queue.address);
  steps.after(3, [&] { steps.clock.advance(31s); });
  run();
  EXPECT_EQ(failure.reason, std::errc::timed_out);
}

TEST_P(GetPoetry, D06_TheCallerChoosesTheTimeoutOfTheAttempt) {
  FullQueue queue;
  ask(queue.address, 1000, 5s);
  steps.after(3, [&] { steps.clock.advance(6s); });
  run();
  EXPECT_EQ(failure.reason, std::errc::timed_out);
}

TEST_P(GetPoetry, ACallbackThatThrowsIsNotCalledAgain) {
  LogCapture log;
  on_callback = [] { throw std::runtime_error("I fall down."); };
  ask(address);
  serve("a poem", [&] { peer.close(); });
  run();
  EXPECT_EQ(callbacks, 1);
  EXPECT_EQ(log.lines().size(), 1U);
}

// An exercise of the guide.
TEST_P(GetPoetry, PoemsMayBeAskedForOneAfterTheOther) {
  const std::vector addresses{closed_address(), address, address};
  std::string poems;
  std::size_t next = 0;
  std::function<void()> ask = [&] {
    if (next == addresses.size()) return reactor.stop();
    const auto got_poem = [&](const std::string& text) {
      poems += text;
      ask();
    };
    const auto poem_failed = [&](const PoetryFailure& /*failure*/) {
      if (reactor.running()) ask();
    };
    get_poetry(reactor, addresses[next++], got_poem, poem_failed);
  };
  ask();
  steps.when([&] { return next == 2; });
  serve("one", [&] { peer.close(); });
  steps.when([&] { return next == 3; });
  serve("two", [&] { peer.close(); });
  steps.when([&] { return !reactor.running(); });
  steps.run();
  EXPECT_EQ(poems, "onetwo");
}

TEST_P(GetPoetry, ACallbackMayAskForTheNextPoem) {
  on_callback = [&] {
    if (callbacks == 1) ask(address);
  };
  ask(address);
  serve("one", [&] { peer.close(); });
  steps.when([&] { return callbacks == 1; });
  serve("two", [&] { peer.close(); });
  steps.when([&] { return callbacks == 2; });
  steps.run();
  EXPECT_EQ(poem, "two");
  EXPECT_EQ(errbacks, 0);
}

}  // namespace
