// Coroutines: what they wait for happens, fails, or is given up, at each place
// where they can be suspended.

#include "coroutine/stream.h"

#include <sys/socket.h>

#include <optional>
#include <stdexcept>

#include "support/tcp.h"

using namespace rig;
using reactor::Coroutine;
using reactor::Error;

namespace {

// Counts the variables of coroutines.
struct Counted {
  explicit Counted(int& number)
      : count(number) {
    ++count;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --count; }
  int& count;
};

// Limits the time of a wait, as the guide explains it.
struct Limit {
  ~Limit() { call.cancel(); }
  reactor::DelayedCall call;
};

class Coroutines : public TcpTest {
 protected:
  Coroutine sleep_long() {
    const Counted here(alive);
    co_await reactor::sleep(reactor, 1h);
    ++awake;
  }

  Coroutine sleep_for_ever() {
    co_await reactor::sleep(reactor, std::chrono::hours::max());
  }

  Coroutine fail(bool at_once) {
    const Counted here(alive);
    if (!at_once) co_await reactor::sleep(reactor, 0s);
    throw std::runtime_error("I fall down.");
  }

  Coroutine read_all(net::Address from) {
    const Counted here(alive);
    try {
      const auto sock = co_await reactor::connect(reactor, from);
      connected = true;
      for (;;) {
        const auto bytes = co_await sock.read();
        if (bytes.empty()) break;
        data += bytes;
      }
    } catch (const std::system_error& error) {
      reason = error.code();
    }
  }

  Coroutine write_all(std::string text) {
    const Counted here(alive);
    try {
      const auto sock = co_await reactor::connect(reactor, address);
      connected = true;
      co_await sock.write(text);
      ++awake;
      co_await sock.write("end");
    } catch (const std::system_error& error) {
      reason = error.code();
    }
  }

  Coroutine read_in_time() {
    try {
      const auto sock = co_await reactor::connect(reactor, address, 5s);
      const Limit limit{reactor.call_later(
          5s, [&] { sock.abort(make_error_code(std::errc::timed_out)); })};
      for (;;) {
        const auto bytes = co_await sock.read();
        if (bytes.empty()) break;
        data += bytes;
      }
    } catch (const std::system_error& error) {
      reason = error.code();
    }
  }

  void when_accepted(std::function<void()> then) {
    steps.when([&] { return connected; },
               [this, then = std::move(then)] {
                 peer = accept(listener);
                 peer.set_blocking(false);
                 then();
               });
  }

  const net::Socket listener = net::listen(loopback);
  const net::Address address = net::local_address(listener);
  net::Socket peer;
  int alive = 0;
  int awake = 0;
  bool connected = false;
  std::string data;
  std::error_code reason;
};

FOR_EVERY_POLLER(Coroutines);

TEST_P(Coroutines, ReadUntilTheOtherSideCloses) {
  const Coroutine reader = read_all(address);
  when_accepted([&] { send_bytes(peer, "a "); });
  steps.when([&] { return data == "a "; },
             [&] {
               send_bytes(peer, "poem");
               peer.close();
             });
  steps.when([&] { return reader.done(); });
  steps.run();
  EXPECT_EQ(data, "a poem");
  EXPECT_FALSE(reason);
  EXPECT_EQ(alive, 0);
}

TEST_P(Coroutines, GetARefusalAsAnException) {
  const Coroutine reader = read_all(closed_address());
  EXPECT_FALSE(reader.done());
  steps.when([&] { return reader.done(); });
  steps.run();
  EXPECT_EQ(reason, std::errc::connection_refused);
}

TEST_P(Coroutines, GetAResetAsAnExceptionAfterTheDataBeforeIt) {
  const Coroutine reader = read_all(address);
  when_accepted([&] {
    send_bytes(peer, "eleven byte");
    reset(peer);
  });
  steps.when([&] { return reader.done(); });
  steps.run();
  EXPECT_EQ(data, "eleven byte");
  EXPECT_EQ(reason, std::errc::connection_reset);
}

TEST_P(Coroutines, TimeOutWhileTheyConnect) {
  FullQueue queue;
  const Coroutine reader = read_all(queue.address);
  steps.after(3, [&] { steps.clock.advance(31s); });
  steps.when([&] { return reader.done(); });
  steps.run();
  EXPECT_EQ(reason, std::errc::timed_out);
}

TEST_P(Coroutines, ChooseHowLongTheyTryToConnect) {
  FullQueue queue;
  const auto connect_in_time = [&, this]() -> Coroutine {
    try {
      co_await reactor::connect(reactor, queue.address, 5s);
    } catch (const std::system_error& error) {
      reason = error.code();
    }
  };
  const Coroutine hasty = connect_in_time();
  steps.after(3, [&] { steps.clock.advance(6s); });
  steps.when([&] { return hasty.done(); });
  steps.run();
  EXPECT_EQ(reason, std::errc::timed_out);
}

TEST_P(Coroutines, TimeOutInAReadThatADelayedCallAborts) {
  const Coroutine patient = read_in_time();
  steps.when([&] { return reactor.readers().size() == 1; },
             [&] {
               peer = accept(listener);
               send_bytes(peer, "eleven byte");
             });
  steps.when([&] { return !data.empty(); }, [&] { steps.clock.advance(6s); });
  steps.when([&] { return patient.done(); });
  steps.run();
  EXPECT_EQ(data, "eleven byte");
  EXPECT_EQ(reason, std::errc::timed_out);
}

TEST_P(Coroutines, AreNotResumedFromWithinAnAbort) {
  const reactor::Stream* stream = nullptr;
  const auto read = [&, this]() -> Coroutine {
    const auto sock = co_await reactor::connect(reactor, address);
    stream = &sock;
    try {
      co_await sock.read();
    } catch (const std::system_error& error) {
      reason = error.code();
    }
  };
  const Coroutine reader = read();
  steps.when([&] { return stream; },
             [&] {
               stream->abort();
               EXPECT_FALSE(reader.done());
             });
  steps.when([&] { return reader.done(); });
  steps.run();
  EXPECT_EQ(reason, Error::connection_aborted);
}

TEST_P(Coroutines, AreNotAbortedAfterTheyAreDone) {
  std::optional<Coroutine> patient(read_in_time());
  steps.when([&] { return reactor.readers().size() == 1; },
             [&] { patient.reset(); });
  steps.after(1, [&] { steps.clock.advance(6s); });
  steps.after(2);
  steps.run();
  EXPECT_EQ(receive_all(accept(listener)).error, std::error_code());
}

TEST_P(Coroutines, TryAgainInALoop) {
  std::string attempts;
  net::Address server = closed_address();
  const auto try_again = [&, this]() -> Coroutine {
    for (int attempt = 1; attempt <= 3; ++attempt) {
      try {
        const auto sock = co_await reactor::connect(reactor, server);
        connected = true;
        break;
      } catch (const std::system_error& error) {
        attempts += error.code().message() + '\n';
      }
      co_await reactor::sleep(reactor, 1s);
    }
  };
  const Coroutine body = try_again();
  steps.when([&] { return !attempts.empty(); },
             [&] {
               server = address;
               steps.clock.advance(1s);
             });
  steps.when([&] { return body.done(); });
  steps.run();
  EXPECT_EQ(attempts, "Connection refused\n");
  EXPECT_TRUE(connected);
}

TEST_P(Coroutines, WaitInWriteUntilThePeerReads) {
  const Coroutine writer = write_all(std::string(8 << 20, 'x'));
  when_accepted([] {});
  steps.after(5, [&] { EXPECT_EQ(awake, 0); });
  steps.when([&] {
    data += receive_all(peer).data;
    return data.ends_with("end") && writer.done();
  });
  steps.run();
  EXPECT_EQ(data.size(), (8U << 20) + 3);
  EXPECT_EQ(awake, 1);
  EXPECT_TRUE(writer.done());
}

TEST_P(Coroutines, GoOnReadingWhenThereIsRoomToWrite) {
  const auto read_only = [this]() -> Coroutine {
    const auto sock = co_await reactor::connect(reactor, address);
    connected = true;
    static_cast<void>(sock.write(std::string(8 << 20, 'x')));
    data = co_await sock.read();
  };
  const Coroutine reader = read_only();
  std::size_t received = 0;
  when_accepted([] {});
  steps.when([&] {
    received += receive_all(peer).data.size();
    return received == 8 << 20;
  });
  steps.after(3, [&] {
    EXPECT_FALSE(reader.done());
    send_bytes(peer, "a poem");
  });
  steps.when([&] { return reader.done(); });
  steps.run();
  EXPECT_EQ(data, "a poem");
}

TEST_P(Coroutines, GetTheEndOfTheConnectionAsAnExceptionInWrite) {
  const Coroutine writer = write_all(std::string(8 << 20, 'x'));
  when_accepted([&] { reset(peer); });
  steps.when([&] { return writer.done(); });
  steps.run();
  EXPECT_TRUE(reason);
  EXPECT_EQ(awake, 0);
}

TEST_P(Coroutines, ReceiveNothingWhileTheyDoNotRead) {
  std::optional<Coroutine> late;
  const auto read_late = [this]() -> Coroutine {
    const auto sock = co_await reactor::connect(reactor, address);
    connected = true;
    co_await reactor::sleep(reactor, 1h);
    while (data.size() < 6) data += co_await sock.read();
  };
  late.emplace(read_late());
  when_accepted([&] { send_bytes(peer, "a poem"); });
  steps.after(5, [&] {
    EXPECT_EQ(data, "");
    steps.clock.advance(1h);
  });
  steps.when([&] { return late->done(); });
  steps.run();
  EXPECT_EQ(data, "a poem");
}

TEST_P(Coroutines, SleepForTheGivenTime) {
  const Coroutine sleeper = sleep_long();
  steps.after(1, [&] { steps.clock.advance(1h - 1ns); });
  steps.after(2, [&] {
    EXPECT_FALSE(sleeper.done());
    steps.clock.advance(1ns);
  });
  steps.when([&] { return sleeper.done(); });
  steps.run();
  EXPECT_EQ(awake, 1);
}

TEST_P(Coroutines, SleepForLongerThanTheClockCounts) {
  const Coroutine sleeper = sleep_for_ever();
  steps.after(3, [] {});
  steps.run();
  EXPECT_FALSE(sleeper.done());
}

// Their exceptions are logged like those of any other callback.
TEST_P(Coroutines, EndWithTheirExceptions) {
  LogCapture log;
  const Coroutine first = fail(true);
  EXPECT_TRUE(first.done());
  const Coroutine second = fail(false);
  steps.when([&] { return second.done(); });
  steps.run();
  EXPECT_EQ(log.lines().size(), 2U);
  EXPECT_EQ(alive, 0);
}

TEST_P(Coroutines, GetTheStopOfTheReactorAsAnException) {
  const Coroutine reader = read_all(address);
  const Coroutine sleeper = sleep_long();
  when_accepted([] {});
  steps.run();
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(reason, Error::connection_lost);
  EXPECT_FALSE(sleeper.done());
}

// The coroutine is destroyed after each number of iterations until it is done:
// so it is destroyed at each of its suspensions, and in each state of its
// connection.
TEST_P(Coroutines, LeaveNothingWhenTheyAreDestroyedAtAnySuspension) {
  const auto before = open_descriptors();
  bool done = false;
  for (int iterations = 0; !done; ++iterations) {
    {
      const net::Socket port = net::listen(loopback);
      const net::Address to = net::local_address(port);
      SteppedReactor here(reactor::make_poller(GetParam()));
      std::optional<Coroutine> body;
      const auto run = [&, this]() -> Coroutine {
        const Counted count(alive);
        co_await reactor::sleep(here.reactor, 0s);
        const auto sock = co_await reactor::connect(here.reactor, to);
        connected = true;
        co_await sock.write(std::string(1 << 20, 'x'));
        while (!(co_await sock.read()).empty()) {
        }
        co_await reactor::sleep(here.reactor, 0s);
      };
      body.emplace(run());
      net::Socket end;
      for (int i = 0; i < iterations; ++i) {
        here.after(1, [&] {
          if (connected && end.fd() < 0) {
            end = accept(port);
            end.set_blocking(false);
          }
          if (end.fd() < 0) return;
          data += receive_all(end).data;
          if (data.size() == 1 << 20) ::shutdown(end.fd(), SHUT_WR);
        });
      }
      here.after(0, [&] {
        done = body->done();
        body.reset();
        EXPECT_EQ(alive, 0);
      });
      here.after(3);
      here.run();
    }
    connected = false;
    data.clear();
    ASSERT_LT(iterations, 1000);
    EXPECT_EQ(open_descriptors(), before) << iterations;
  }
}

TEST_P(Coroutines, EndTheConnectionWhenTheyAreDestroyed) {
  std::optional<Coroutine> reader(read_all(address));
  when_accepted([&] { reader.reset(); });
  steps.after(5, [&] {
    char byte = 0;
    EXPECT_EQ(::recv(peer.fd(), &byte, 1, 0), 0);
    EXPECT_TRUE(reactor.readers().empty());
  });
  steps.run();
}

TEST_P(Coroutines, AreNotResumedAfterTheyWereDestroyedInWrite) {
  std::optional<Coroutine> writer(write_all(std::string(8 << 20, 'x')));
  when_accepted([&] { writer.reset(); });
  steps.after(2, [&] { reset(peer); });
  steps.after(3, [&] {
    EXPECT_EQ(awake, 0);
    EXPECT_FALSE(reason);
  });
  steps.run();
}

TEST_P(Coroutines, GiveUpTheAttemptToConnectWhenTheyAreDestroyed) {
  FullQueue queue;
  std::optional<Coroutine> reader(read_all(queue.address));
  steps.after(3, [&] {
    EXPECT_EQ(reactor.writers().size(), 1U);
    reader.reset();
  });
  steps.after(2, [&] { EXPECT_TRUE(reactor.writers().empty()); });
  steps.run();
}

// At each number of iterations the reactor stops; the coroutine is destroyed
// afterwards, or even after the reactor.
TEST_P(Coroutines, LeaveNothingWhenTheReactorStopsAtAnySuspension) {
  for (const bool outlives : {false, true}) {
    for (int iterations = 0; iterations < 30; ++iterations) {
      std::optional<Coroutine> body;
      auto here =
          std::make_unique<SteppedReactor>(reactor::make_poller(GetParam()));
      const auto run = [&, this]() -> Coroutine {
        const Counted count(alive);
        const auto sock = co_await reactor::connect(here->reactor, address);
        co_await sock.write("question");
        try {
          while (!(co_await sock.read()).empty()) {
          }
        } catch (const std::system_error&) {
        }
        co_await reactor::sleep(here->reactor, 0s);
        co_await reactor::connect(here->reactor, address);
      };
      LogCapture log;
      body.emplace(run());
      here->after(iterations);
      here->run();
      if (outlives) here.reset();
      body.reset();
      EXPECT_EQ(alive, 0);
    }
  }
}

TEST_P(Coroutines, LeaveNothingWhenTheReactorNeverRuns) {
  {
    const Coroutine reader = read_all(address);
    const Coroutine sleeper = sleep_long();
  }
  EXPECT_EQ(alive, 0);
}

TEST_P(Coroutines, MayBeMoved) {
  Coroutine first = sleep_long();
  Coroutine second = std::move(first);
  EXPECT_TRUE(first.done());
  EXPECT_FALSE(second.done());
  second = sleep_long();
  EXPECT_EQ(alive, 1);
}

}  // namespace
