// Producers: they write no faster than the connection sends.
//          twisted.internet.test.test_tcp.WriteSequenceTests, ConsumerMixin

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "support/tcp.h"

// --- A network that takes nothing, if the test says so -----------------------

namespace {

int stuck_fd = -1;
std::size_t sip = 0;  // at most so many bytes, once

}  // namespace

// Replaces the system's.
extern "C" ssize_t send(int fd, const void* data, size_t size, int flags) {
  if (fd == stuck_fd) size = std::min(size, std::exchange(sip, 0));
  if (fd == stuck_fd && size == 0) return errno = EAGAIN, -1;
  return ::sendto(fd, data, size, flags, nullptr, 0);
}

namespace {

using namespace rig;
using reactor::Error;

constexpr std::size_t high_water = 65536;

struct Feed final : reactor::Producer {
  ~Feed() override { on_destroy(); }

  void pause_producing() override {
    EXPECT_FALSE(paused) << "paused twice";
    paused = true;
    ++pauses;
  }
  void resume_producing() override {
    paused = false;
    ++resumes;
    on_resume();
  }
  void stop_producing() override {
    ++stops;
    on_stop();
  }

  std::function<void()> on_resume = [] {};
  std::function<void()> on_stop = [] {};
  std::function<void()> on_destroy = [] {};
  bool paused = false;
  int pauses = 0;
  int resumes = 0;
  int stops = 0;
};

constexpr bool push = true;
constexpr bool pull = false;

// A connection whose other end is a bare socket, which reads when it is told
// to.
class Producers : public TcpTest {
 protected:
  Producers() {
    stuck_fd = -1;
    sip = 0;
  }

  void SetUp() override {
    reactor.connect_tcp("127.0.0.1", net::local_address(listener).port, client);
    steps.when([this] { return client->made(); },
               [this] {
                 peer = accept(listener);
                 peer.set_blocking(false);
               });
  }

  void begin(std::function<void()> then) { steps.after(0, std::move(then)); }
  void when_all_is_received() {
    steps.when([this] {
      const Received rest = receive_all(peer);
      got += rest.data;
      return !rest.error;
    });
    steps.when([this] { return client->lost(); });
  }

  ProtocolRecord& here() { return client->last(); }
  reactor::Transport& transport() { return here().transport(); }
  void write(std::size_t size) {
    transport().write(pattern(written, size));
    written += size;
  }

  const net::Socket listener = net::listen(loopback);
  const std::shared_ptr<Client> client = std::make_shared<Client>();
  const std::shared_ptr<Feed> feed = std::make_shared<Feed>();
  net::Socket peer;
  std::string got;
  std::size_t written = 0;
};

FOR_EVERY_POLLER(Producers);

// --- Push --------------------------------------------------------------------

TEST_P(Producers, E14_MoreThanTheHighWaterMarkPausesAPushProducer) {
  begin([&] {
    transport().register_producer(feed, push);
    stuck_fd = here().fd();
    write(high_water);
    EXPECT_EQ(feed->pauses, 0);
    stuck_fd = -1;
  });
  steps.when([&] { return reactor.writers().empty(); });
  begin([&] {
    EXPECT_EQ(feed->resumes, 0);  // it was never paused
    stuck_fd = here().fd();
    write(high_water + 1);
    EXPECT_EQ(feed->pauses, 1);
    write(high_water);
    EXPECT_EQ(feed->pauses, 1);
  });
  steps.after(10, [&] {
    EXPECT_EQ(feed->resumes, 0);
    stuck_fd = -1;
  });
  steps.when([&] { return feed->resumes == 1; });
  begin([&] {
    EXPECT_TRUE(reactor.writers().empty());
    here().abort();
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(feed->pauses + feed->resumes + feed->stops, 3);
}

TEST_P(Producers, E14_SentBytesDoNotCount) {
  begin([&] {
    transport().register_producer(feed, push);
    stuck_fd = here().fd();
    write(high_water);
    sip = 1000;
  });
  steps.when([&] { return sip == 0; });
  begin([&] {
    write(1000);
    EXPECT_EQ(feed->pauses, 0);
    write(1);
    EXPECT_EQ(feed->pauses, 1);
    stuck_fd = -1;
  });
  steps.when([&] { return feed->resumes == 1; });
  begin([&] { here().lose(), transport().unregister_producer(); });
  when_all_is_received();
  steps.run();
  EXPECT_EQ(got, pattern(0, high_water + 1001));
}

TEST_P(Producers, E14_ANewProducerIsPausedOnItsOwn) {
  const auto next = std::make_shared<Feed>();
  begin([&] {
    stuck_fd = here().fd();
    transport().register_producer(feed, push);
    write(high_water + 1);
    EXPECT_EQ(feed->pauses, 1);
    transport().unregister_producer();
    transport().register_producer(next, push);
    write(1);
    EXPECT_EQ(next->pauses, 1);
    stuck_fd = -1;
  });
  steps.when([&] { return next->resumes == 1; });
  begin([&] { here().abort(); });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(feed->resumes, 0);
}

TEST_P(Producers, E14_BytesThatAreNeverSentPauseNoProducer) {
  client->prepare = [&](ProtocolRecord& record) {
    record.on_data = [&](ProtocolRecord& some) {
      if (stuck_fd == -1) some.write("x");
    };
  };
  begin([&] {
    transport().register_producer(feed, push);
    stuck_fd = here().fd();
    write(high_water);
    sip = 1000;
  });
  steps.when([&] { return sip == 0; });
  begin([&] {
    stuck_fd = -1;
    send_bytes(peer, std::string(150000, 'd'));
    reset(peer);
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(feed->pauses, 0);
}

// The system reports the error to send(), and then only the end to recv().
TEST_P(Producers, E09_AConnectionIsLostAfterAFailedSendOfAPullProducer) {
  begin([&] {
    transport().register_producer(feed, pull);
    send_bytes(peer, std::string(100000, 'd'));
    reset(peer);
    write(10);
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(here().reason, std::errc::connection_reset);
  EXPECT_EQ(feed->stops, 1);
}

TEST_P(Producers, E14_BytesAfterAFailedSendPauseAPushProducer) {
  begin([&] {
    transport().register_producer(feed, push);
    reset(peer);
    while (!feed->paused && written < 10 * high_water) {
      write(10000);
    }
    EXPECT_TRUE(feed->paused);
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(here().reason, std::errc::connection_reset);
  EXPECT_EQ(feed->stops, 1);
}

// Writes until it is paused, also from resume_producing().
TEST_P(Producers, E14_PausesAndResumesAlternate) {
  constexpr std::size_t all = 400000;
  const auto produce = [&] {
    while (!feed->paused && written < all) {
      write(10000);
    }
    if (written >= all) transport().unregister_producer();
  };
  feed->on_resume = produce;
  begin([&] {
    make_buffers_small(here().fd());
    transport().register_producer(feed, push);
    produce();
    here().lose();
  });
  when_all_is_received();
  steps.run();
  EXPECT_GE(feed->pauses, 3);
  EXPECT_GE(feed->resumes, feed->pauses - 1);  // the last pause may remain
  EXPECT_TRUE(got == pattern(0, written)) << got.size();
  EXPECT_EQ(feed->stops, 0);
}

TEST_P(Producers, M09_APeerThatNeverReadsIsBufferedUpToTheMark) {
  constexpr std::size_t piece = 10000;
  std::size_t before = 0;
  const auto produce = [&] {
    while (!feed->paused) {
      write(piece);
    }
  };
  feed->on_resume = produce;
  begin([&] {
    transport().register_producer(feed, push);
    stuck_fd = here().fd();
    produce();
    EXPECT_LE(written, high_water + piece);
    stuck_fd = -1;  // from now on as much as the system takes
  });
  steps.when([&] { return std::exchange(before, written) == written; });
  int wakeups = 0;
  steps.after(100, [&] {
    before = written;
    wakeups = steps.stats->wakeups;
  });
  steps.after(100, [&] {
    EXPECT_EQ(written, before);
    EXPECT_EQ(steps.stats->wakeups, wakeups);
    EXPECT_TRUE(feed->paused);
    here().abort();
  });
  steps.when([&] { return client->lost(); });
  steps.run();
}

// --- Pull --------------------------------------------------------------------

TEST_P(Producers, E15_APullProducerIsResumedOncePerDrainAndNeverPaused) {
  feed->on_resume = [&] {
    if (feed->resumes == 10) return transport().unregister_producer();
    write(100000);
    write(100000);
  };
  begin([&] {
    transport().register_producer(feed, pull);
    EXPECT_EQ(feed->resumes, 0);
    stuck_fd = here().fd();
  });
  steps.after(10, [&] {
    EXPECT_EQ(feed->resumes, 1);
    stuck_fd = -1;
    here().lose();
  });
  when_all_is_received();
  steps.run();
  EXPECT_EQ(feed->resumes, 10);
  EXPECT_EQ(feed->pauses, 0);
  EXPECT_TRUE(got == pattern(0, 1800000)) << got.size();
}

TEST_P(Producers, E15_APullProducerIsResumedAgainIfAllIsSentAtOnce) {
  feed->on_resume = [&] {
    feed->resumes < 5 ? write(10) : transport().unregister_producer();
  };
  begin([&] { transport().register_producer(feed, pull); });
  steps.when([&] { return feed->resumes == 5; });
  steps.after(5, [&] { here().lose(); });
  when_all_is_received();
  steps.run();
  EXPECT_EQ(feed->resumes, 5);
  EXPECT_TRUE(got == pattern(0, 40));
}

TEST_P(Producers, E15_AnIdlePullProducerDoesNotWakeTheReactor) {
  int before = 0;
  begin([&] { transport().register_producer(feed, pull); });
  steps.when([&] { return feed->resumes == 1; },
             [&] { before = steps.stats->wakeups; });
  steps.after(20, [&] {
    EXPECT_EQ(steps.stats->wakeups, before);
    write(10);
  });
  steps.when([&] { return feed->resumes == 2; });
  steps.run();
}

// --- Both --------------------------------------------------------------------

TEST_P(Producers, E15_ASecondProducerIsRefused) {
  const auto second = std::make_shared<Feed>();
  begin([&] {
    transport().register_producer(feed, push);
    const auto add = [&] { transport().register_producer(second, pull); };
    EXPECT_EQ(code_thrown_by(add), Error::producer_registered);
    transport().unregister_producer();
    transport().unregister_producer();
    EXPECT_EQ(code_thrown_by(add), std::error_code());
  });
  steps.when([&] { return second->resumes == 1; });
  steps.run();
  EXPECT_EQ(feed->pauses + feed->resumes + feed->stops, 0);
}

TEST_P(Producers, E09_AConnectionThatWaitsForItsProducerIsNotifiedAtTheStop) {
  begin([&] {
    transport().register_producer(feed, push);
    here().lose();
  });
  steps.after(5, [&] { reactor.stop(); });
  steps.run();
  EXPECT_EQ(feed->stops, 1);
  EXPECT_EQ(client->losses, 1);
}

TEST_P(Producers, E15_LoseConnectionWaitsForTheProducer) {
  begin([&] {
    transport().register_producer(feed, push);
    here().lose();
    write(10);
  });
  steps.after(20, [&] {
    EXPECT_FALSE(client->lost());
    write(10);
    transport().unregister_producer();
    transport().write("too late");
  });
  when_all_is_received();
  steps.run();
  EXPECT_TRUE(got == pattern(0, 20)) << got;
  EXPECT_EQ(here().reason, Error::connection_done);
  EXPECT_EQ(feed->stops, 0);
}

TEST_P(Producers, E15_TheProducerOfALostConnectionIsStoppedOnce) {
  bool stopped_first = false;
  feed->on_stop = [&] {
    stopped_first = !client->lost();
    transport().unregister_producer();
  };
  begin([&] {
    transport().register_producer(feed, push);
    peer.close();
  });
  steps.when([&] { return client->lost(); });
  steps.after(2);
  steps.run();
  EXPECT_EQ(feed->stops, 1);
  EXPECT_TRUE(stopped_first);
}

TEST_P(Producers, E15_AProducerRegisteredInStopProducingIsStoppedToo) {
  const auto next = std::make_shared<Feed>();
  feed->on_stop = [&] { transport().register_producer(next, push); };
  begin([&] {
    transport().register_producer(feed, push);
    here().abort();
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(feed->stops, 1);
  EXPECT_EQ(next->stops, 1);
}

TEST_P(Producers, E15_AProducerRegisteredAfterTheLossIsStoppedAtOnce) {
  client->prepare = [&](ProtocolRecord& record) {
    record.on_lost = [&](ProtocolRecord& lost) {
      lost.transport().register_producer(feed, pull);
      EXPECT_EQ(feed->stops, 1);
    };
  };
  begin([&] { peer.close(); });
  steps.when([&] { return client->lost(); });
  steps.after(2);
  steps.run();
  EXPECT_EQ(feed->stops, 1);
  EXPECT_EQ(feed->resumes, 0);
}

// --- The peer ends its sending -----------------------------------------------

TEST_P(Producers, E15_APausedProducerGoesOnAfterThePeersEnd) {
  constexpr std::size_t all = 4000000;
  const auto produce = [&] {
    while (!feed->paused && written < all) {
      write(10000);
    }
    if (written >= all) transport().unregister_producer();
  };
  feed->on_resume = produce;
  begin([&] {
    make_buffers_small(here().fd());
    transport().register_producer(feed, push);
    produce();
    ::shutdown(peer.fd(), SHUT_WR);
  });
  when_all_is_received();
  steps.run();
  EXPECT_TRUE(got == pattern(0, all)) << got.size();
  EXPECT_EQ(here().reason, Error::connection_done);
  EXPECT_EQ(feed->stops, 0);
}

// The system takes each piece at once, so that nothing is unsent.
TEST_P(Producers, E15_APullProducerGoesOnAfterThePeersEnd) {
  feed->on_resume = [&] {
    write(1000);
    if (feed->resumes == 10) transport().unregister_producer();
  };
  begin([&] {
    transport().register_producer(feed, pull);
    ::shutdown(peer.fd(), SHUT_WR);
  });
  when_all_is_received();
  steps.run();
  EXPECT_TRUE(got == pattern(0, 10000)) << got.size();
  EXPECT_EQ(here().reason, Error::connection_done);
  EXPECT_EQ(feed->stops, 0);
}

// It may write nothing for ever, and the peer may be gone.
TEST_P(Producers, E15_AnIdleProducerIsStoppedAfterThePeersEnd) {
  for (const bool streaming : {push, pull}) {
    SteppedReactor inner(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    const auto idle = std::make_shared<Feed>();
    const net::Socket queue = net::listen(loopback);
    net::Socket other;
    inner.reactor.connect_tcp("127.0.0.1", net::local_address(queue).port, one);
    inner.when([&] { return one->made(); },
               [&] {
                 other = accept(queue);
                 stuck_fd = one->last().fd();
                 auto& to = one->last().transport();
                 to.register_producer(idle, streaming);
                 to.write("unsent");
                 ::shutdown(other.fd(), SHUT_WR);
               });
    inner.when([&] { return inner.reactor.readers().empty(); },
               [&] { stuck_fd = -1; });
    inner.when([&] { return one->lost(); });
    inner.run();
    EXPECT_EQ(receive_all(other).data, "unsent");
    EXPECT_EQ(one->last().reason, Error::connection_done);
    EXPECT_EQ(idle->stops, 1);
    EXPECT_EQ(idle->resumes, streaming ? 0 : 1);
  }
  steps.run();
}

TEST_P(Producers, E15_AProducerRegisteredAfterThePeersEndIsAsked) {
  feed->on_resume = [&] {
    write(1000);
    if (feed->resumes == 10) transport().unregister_producer();
  };
  begin([&] {
    stuck_fd = here().fd();
    write(1000);
    ::shutdown(peer.fd(), SHUT_WR);
  });
  steps.when([&] { return reactor.readers().empty(); },
             [&] {
               transport().register_producer(feed, pull);
               stuck_fd = -1;
             });
  when_all_is_received();
  steps.run();
  EXPECT_TRUE(got == pattern(0, 11000)) << got.size();
  EXPECT_EQ(here().reason, Error::connection_done);
}

TEST_P(Producers, E15_LoseConnectionAfterThePeersEndWaitsForTheProducer) {
  begin([&] {
    stuck_fd = here().fd();
    transport().register_producer(feed, push);
    write(1000);
    ::shutdown(peer.fd(), SHUT_WR);
  });
  steps.when([&] { return reactor.readers().empty(); },
             [&] {
               here().lose();
               stuck_fd = -1;
             });
  steps.after(20, [&] {
    EXPECT_FALSE(client->lost());
    write(10);
    transport().unregister_producer();
  });
  when_all_is_received();
  steps.run();
  EXPECT_TRUE(got == pattern(0, 1010)) << got.size();
  EXPECT_EQ(here().reason, Error::connection_done);
  EXPECT_EQ(feed->stops, 0);
}

// --- Its life ----------------------------------------------------------------

TEST_P(Producers,
       E15_AProducerThatUnregistersItselfLivesUntilTheIterationEnds) {
  auto mine = std::make_shared<Feed>();
  Feed* const same = mine.get();
  bool dead = false;
  int calls = 0;
  mine->on_destroy = [&] { dead = true; };
  mine->on_resume = [&] {
    transport().unregister_producer();
    EXPECT_FALSE(dead);
    calls = same->resumes;
  };
  begin([&] { transport().register_producer(std::move(mine), pull); });
  steps.when([&] { return dead; });
  steps.run();
  EXPECT_EQ(calls, 1);
}

TEST_P(Producers, E15_TheProducerOfALostConnectionIsDestroyed) {
  const std::weak_ptr<Feed> weak = [&] {
    auto mine = std::make_shared<Feed>();
    begin([&, mine]() mutable {
      transport().register_producer(std::move(mine), push);
      here().abort();
    });
    return mine;
  }();
  steps.when([&] { return client->lost(); });
  steps.after(2);
  steps.run();
  EXPECT_TRUE(weak.expired());
}

TEST_P(Producers, K02_AProducerThatThrowsEndsItsConnection) {
  const LogCapture log;
  std::string name;
  feed->on_resume = [] { throw std::runtime_error("out of words"); };
  feed->on_stop = [] { throw std::runtime_error("not now"); };
  begin([&] {
    name = "[" + to_string(transport().peer()) + "]";
    transport().register_producer(feed, pull);
  });
  steps.when([&] { return client->lost(); });
  steps.run();
  EXPECT_EQ(here().reason, Error::callback_failed);
  EXPECT_EQ(feed->stops, 1);
  EXPECT_EQ(log.lines(), (Lines{name + " out of words", name + " not now"}));
}

}  // namespace
