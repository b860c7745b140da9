// A connection: reading, writing, and its end.

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <deque>
#include <random>
#include <span>
#include <stdexcept>

#include "support/tcp.h"

// --- A network that takes what the test says ---------------------------------

namespace {

struct Sends {
  int fd = -1;  // whose
  int calls = 0;
  int empty = 0;
  std::deque<int> script;  // at most so many bytes, or -errno
} sends;

struct Receives {
  int fd = -1;  // whose
  int calls = 0;
} receives;  // of one byte each

int bad_closes = 0;  // of what is closed already

}  // namespace

// These stand before the system's: the library knows no others.
extern "C" int close(int fd) {
  const auto result = static_cast<int>(::syscall(SYS_close, fd));
  if (result < 0) ++bad_closes;
  return result;
}

extern "C" ssize_t send(int fd, const void* data, size_t size, int flags) {
  if (size == 0) ++sends.empty;
  if (fd == sends.fd) {
    ++sends.calls;
    if (!sends.script.empty()) {
      const int next = sends.script.front();
      sends.script.pop_front();
      if (next < 0) return errno = -next, -1;
      size = std::min(size, static_cast<size_t>(next));
    }
  }
  return ::sendto(fd, data, size, flags, nullptr, 0);
}

extern "C" ssize_t recv(int fd, void* data, size_t size, int flags) {
  if (fd == receives.fd) {
    ++receives.calls;
    size = 1;
  }
  return ::recvfrom(fd, data, size, flags, nullptr, nullptr);
}

namespace {

using namespace rig;
using reactor::Error;

const auto was_reset = make_error_code(std::errc::connection_reset);

// Two protocols, of one reactor, that talk to each other.
class TcpTransport : public TcpTest {
 protected:
  TcpTransport() {
    sends = Sends();
    receives = Receives();
  }

  void SetUp() override {
    port = reactor.listen_tcp(anywhere, server);
    connector = reactor.connect_tcp("127.0.0.1", port->host().port, client);
    world.when([&] { return client->made() && server->made(); });
  }

  // `then` is done once both ends are made; what is unexpected ends the test.
  void begin(std::function<void()> then) { world.after(0, std::move(then)); }
  void when_both_are_lost() {
    world.when([&] { return client->lost() && server->lost(); });
    world.after(2);
  }

  bool writes(const Story& story) const {
    const auto all = reactor.writers();
    return std::any_of(all.begin(), all.end(), [&](const auto& one) {
      return one->fileno() == story.fd();
    });
  }
  bool reads(const Story& story) const {
    const auto all = reactor.readers();
    return std::any_of(all.begin(), all.end(), [&](const auto& one) {
      return one->fileno() == story.fd();
    });
  }

  Story& here() { return client->last(); }
  Story& there() { return server->last(); }

  const std::shared_ptr<Client> client = std::make_shared<Client>();
  const std::shared_ptr<Server> server = std::make_shared<Server>();
  std::shared_ptr<reactor::ListeningPort> port;
  std::shared_ptr<reactor::Connector> connector;
};

FOR_EVERY_POLLER(TcpTransport);

// The other end is a bare socket, which does as the test says.
class TcpAlone : public TcpTest {
 protected:
  TcpAlone() {
    sends = Sends();
    receives = Receives();
  }

  void SetUp() override {
    reactor.connect_tcp("127.0.0.1", net::local_address(listener).port, client);
    world.when([&] { return client->made(); },
               [&] { peer = accept(listener); });
  }
  Story& here() { return client->last(); }

  const net::Socket listener = net::listen(anywhere);
  const std::shared_ptr<Client> client = std::make_shared<Client>();
  net::Socket peer;
};

FOR_EVERY_POLLER(TcpAlone);

// --- Reading and writing -----------------------------------------------------

TEST_P(TcpTransport, E01_AllBytesArriveInOrder) {
  const std::string half = pattern(0, 1 << 20);
  std::string much;
  for (int i = 0; i < 60; ++i) {
    much += half;
  }
  bool same = true;
  client->prepare = [&](Story& story) {
    story.keeps_data = true;
    story.on_data = [&](Story& some) {
      const std::size_t at = some.received - some.data.size();
      if (at < much.size()) {
        const std::string_view rest = std::string_view(much).substr(at);
        const std::size_t n = std::min(rest.size(), some.data.size());
        same = same && rest.substr(0, n) == some.data.substr(0, n);
        some.data.erase(0, n);
      }
    };
  };
  begin([&] {
    there().write(much);
    there().write("the end");
    there().lose();
  });
  when_both_are_lost();
  world.run();
  EXPECT_TRUE(same);
  EXPECT_EQ(here().received, much.size() + 7);
  EXPECT_EQ(here().data, "the end");
}

TEST_P(TcpTransport, E02_HowItIsCutDoesNotMatter) {
  const std::string poem = pattern(0, 5000);
  for (const std::size_t size : {1u, 7u, 64u, 1000u, 5000u}) {
    begin([&, size] {
      there().data.clear();
      for (std::size_t at = 0; at < poem.size(); at += size) {
        here().write(std::string_view(poem).substr(at, size));
      }
    });
    world.when([&] { return there().data.size() == poem.size(); });
    begin([&] { EXPECT_TRUE(there().data == poem); });
  }
  world.run();
}

TEST_P(TcpTransport, E03_AShortSendKeepsTheRest) {
  const std::string poem = pattern(0, 1000);
  begin([&] {
    sends.fd = here().fd();
    sends.script = {1, -EAGAIN, 3, -EINTR, 500, -EAGAIN};
    here().write(poem);
    EXPECT_EQ(sends.calls, 1);
    EXPECT_TRUE(writes(here()));
    here().write("more");
    EXPECT_EQ(sends.calls, 1);
  });
  world.when([&] { return there().received == 1004; });
  begin([&] {
    EXPECT_TRUE(there().data == poem + "more");
    EXPECT_EQ(sends.calls, 7);
    EXPECT_FALSE(writes(here()));
  });
  world.run();
}

TEST_P(TcpTransport, E03_NothingSentAtFirstIsSentLater) {
  for (const int error : {EAGAIN, EINTR, EWOULDBLOCK}) {
    begin([&, error] {
      sends.fd = here().fd();
      sends.script = {-error};
      there().data.clear();
      here().write("poem");
    });
    world.when([&] { return there().data == "poem"; });
    begin([&] { EXPECT_FALSE(writes(here())); });
  }
  world.run();
}

TEST_P(TcpAlone, E03_WhatIsSentAtOnceDoesNotWaitForRoom) {
  world.after(1, [&] {
    here().write("a poem");
    EXPECT_TRUE(reactor.writers().empty());
    EXPECT_EQ(receive(peer, 6), "a poem");
  });
  world.run();
}

TEST_P(TcpAlone, E03_AFreshConnectionDoesNotWaitForRoom) {
  client->prepare = [&](Story& story) {
    story.on_made = [&](Story&) { EXPECT_TRUE(reactor.writers().empty()); };
  };
  world.run();
  EXPECT_TRUE(client->made());
}

TEST_P(TcpAlone, E03_ARealFullBufferIsWaitedFor) {
  const std::string poem = pattern(0, 8 << 20);
  std::string got;
  world.after(0, [&] {
    here().write(poem);
    EXPECT_EQ(reactor.writers().size(), 1u);
  });
  world.after(20, [&] { peer.set_blocking(false); });
  world.when([&] {
    got += receive_all(peer).data;
    return got.size() == poem.size();
  });
  world.after(2, [&] {
    EXPECT_TRUE(reactor.writers().empty());
    EXPECT_TRUE(got == poem);
  });
  world.run();
}

// Nobody waits for a peer that does not read.
TEST_P(TcpAlone, E03_AFullBufferDoesNotWakeAnybody) {
  const std::string poem(64 << 20, '.');
  int before = 0;
  world.after(0, [&] { here().write(poem); });
  world.after(100, [&] { before = world.stats->wakeups; });
  world.after(100, [&] {
    EXPECT_EQ(world.stats->wakeups, before);
    here().abort();
  });
  world.when([&] { return client->lost(); });
  world.run();
}

TEST_P(TcpTransport, E04_WritingNothingDoesNothing) {
  int before = 0;
  begin([&] {
    sends.fd = here().fd();
    const std::array<std::string_view, 2> nothing{"", ""};
    here().write("");
    here().transport().write_sequence({});
    here().transport().write_sequence(nothing);
    EXPECT_FALSE(writes(here()));
    before = world.stats->wakeups;
  });
  world.after(10, [&] {
    EXPECT_EQ(world.stats->wakeups, before);
    EXPECT_EQ(sends.calls, 0);
    EXPECT_EQ(sends.empty, 0);
  });
  world.run();
}

TEST_P(TcpTransport, E04_AnEmptyBufferIsNotWaitedWith) {
  int before = 0;
  begin([&] {
    sends.fd = here().fd();
    sends.script = {1};
    here().write("poem");
    here().write("");
  });
  world.when([&] { return there().data == "poem"; });
  world.after(2, [&] { before = world.stats->wakeups; });
  world.after(20, [&] {
    EXPECT_EQ(world.stats->wakeups, before);
    EXPECT_EQ(sends.calls, 2);
    EXPECT_EQ(sends.empty, 0);
  });
  world.run();
  EXPECT_EQ(sends.empty, 0);
}

TEST_P(TcpTransport, E04_ASequenceIsOneWrite) {
  begin([&] {
    sends.fd = here().fd();
    const std::array<std::string_view, 4> lines{"one ", "", "two ", "three"};
    here().transport().write_sequence(lines);
    EXPECT_EQ(sends.calls, 1);
  });
  world.when([&] { return there().data == "one two three"; });
  world.run();
}

TEST_P(TcpTransport, E05_WritesAfterTheEndAreIgnored) {
  const auto write = [](Story& story) {
    const std::array<std::string_view, 1> line{"late"};
    story.write("late");
    story.transport().write_sequence(line);
    EXPECT_EQ(sends.calls, 0);
  };
  client->prepare = [&](Story& story) { story.on_lost = write; };
  client->on_lost = [&](auto&) { write(here()); };
  begin([&] {
    sends.fd = here().fd();
    here().lose();
    write(here());
    here().resume();
    here().pause();
    here().abort();
    write(here());
  });
  when_both_are_lost();
  world.run();
  EXPECT_EQ(sends.calls, 0);
  EXPECT_EQ(there().data, "");
}

// --- Its end -----------------------------------------------------------------

TEST_P(TcpAlone, E06_LosingAConnectionSendsEverythingFirst) {
  const std::string poem = pattern(0, 8 << 20);
  Rest rest;
  std::string got;
  world.after(0, [&] {
    here().write(poem);
    here().lose();
    here().write("too late");
    peer.set_blocking(false);
  });
  world.after(10, [&] { EXPECT_FALSE(client->lost()); });
  world.when([&] {
    rest = receive_all(peer);
    got += rest.data;
    return !rest.error;
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_TRUE(got == poem);
  EXPECT_EQ(here().reason, Error::connection_done);
}

TEST_P(TcpTransport, E06_AndThenItIsOrderly) {
  begin([&] {
    here().write("poem");
    here().lose();
    here().lose();
    EXPECT_FALSE(client->lost());
  });
  when_both_are_lost();
  world.run();
  EXPECT_EQ(there().data, "poem");
  EXPECT_EQ(there().reason, Error::connection_done);
  EXPECT_EQ(here().reason, Error::connection_done);
}

// LX15: closing with something unread would reset the connection, and destroy
// what the system has yet to send.
TEST_P(TcpAlone, E06_UnreadInputDoesNotSpoilTheEnd) {
  const std::string poem = pattern(0, 1 << 20);
  Rest rest;
  world.after(0, [&] {
    say(peer, std::string(100000, 'x'));
    here().write(poem);
    here().lose();
  });
  world.when([&] { return client->lost(); });
  world.after(2, [&] { rest = receive_all(peer); });
  world.run();
  EXPECT_TRUE(rest.data == poem) << rest.data.size();
  EXPECT_FALSE(rest.error) << rest.error.message();
  EXPECT_EQ(here().received, 0u);
}

// Who never stops talking is not listened to for ever, and gets it all.
TEST_P(TcpAlone, E06_MuchUnreadInputNeitherSpoilsTheEndNorDelaysIt) {
  world.after(0, [&] {
    here().pause();
    say(peer, std::string(100, '?'));
    receives.fd = here().fd();
    here().write("poem");
    here().lose();
  });
  world.when([&] { return client->lost(); },
             [&] {
               receives.fd = -1;
               EXPECT_EQ(receives.calls, 16);
               const Rest rest = receive_all(peer);
               EXPECT_EQ(rest.data, "poem");
               EXPECT_FALSE(rest.error);
             });
  world.run();
}

TEST_P(TcpTransport, E06_LosingItFromTheBeginning) {
  server->prepare = [](Story& story) {
    story.on_made = [](Story& made) {
      made.write("poem");
      made.lose();
    };
  };
  when_both_are_lost();
  world.run();
  EXPECT_EQ(here().data, "poem");
  EXPECT_EQ(here().reason, Error::connection_done);
}

TEST_P(TcpAlone, E07_AfterLosingItNoDataIsReceived) {
  world.after(0, [&] {
    here().write(std::string(16 << 20, '.'));
    here().lose();
    here().resume();
    say(peer, "late");
    EXPECT_TRUE(reactor.readers().empty());
  });
  world.after(10, [&] {
    here().resume();
    EXPECT_TRUE(reactor.readers().empty());
  });
  world.after(10, [&] {
    EXPECT_FALSE(client->lost());
    EXPECT_EQ(here().received, 0u);
    here().abort();
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(here().reason, Error::connection_aborted);
}

TEST_P(TcpTransport, E07_AfterLosingItInDataReceivedNoMoreComes) {
  client->prepare = [](Story& story) {
    story.on_data = [](Story& some) { some.lose(); };
  };
  begin([&] { there().write(std::string(1 << 20, '.')); });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(here().pieces, 1u);
}

TEST_P(TcpTransport, E07_ATransportKnowsThatItIsDisconnecting) {
  const auto look = [](Story& story) {
    EXPECT_TRUE(story.transport().disconnecting());
  };
  client->prepare = [&](Story& story) { story.on_lost = look; };
  server->prepare = [&](Story& story) { story.on_lost = look; };
  begin([&] {
    EXPECT_FALSE(here().transport().disconnecting());
    here().lose();
    look(here());
  });
  when_both_are_lost();
  world.run();
}

TEST_P(TcpTransport, E08_ATransportThatAbortsIsDisconnecting) {
  begin([&] {
    here().abort();
    EXPECT_TRUE(here().transport().disconnecting());
    EXPECT_FALSE(there().transport().disconnecting());
  });
  when_both_are_lost();
  world.run();
}

TEST_P(TcpAlone, E08_AbortingResetsThePeerAndTellsLater) {
  world.after(0, [&] {
    here().write(std::string(32 << 20, '.'));
    here().abort();
    EXPECT_FALSE(client->lost());
    here().abort(was_reset);
    here().lose();
    EXPECT_FALSE(client->lost());
    EXPECT_TRUE(reactor.readers().empty());
    EXPECT_TRUE(reactor.writers().empty());
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(here().reason, Error::connection_aborted);
  EXPECT_EQ(client->losses, 1);
  EXPECT_EQ(receive_all(peer).error, was_reset);
}

TEST_P(TcpAlone, E08_AbortingWithAReason) {
  world.after(0, [&] {
    here().lose();
    here().abort(make_error_code(std::errc::message_size));
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(client->reason, std::errc::message_size);
}

TEST_P(TcpTransport, E08_AbortingInEveryCallback) {
  for (const std::string where : {"made", "data", "lost"}) {
    World inner(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    const auto other = std::make_shared<Server>();
    const auto abort = [](Story& story) { story.abort(); };
    one->prepare = [&](Story& story) {
      if (where == "made") story.on_made = abort;
      if (where == "data") story.on_data = abort;
      if (where == "lost") story.on_lost = abort;
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
    EXPECT_EQ(one->reason, where == "lost" ? Error::connection_done
                                           : Error::connection_aborted);
    EXPECT_EQ(one->losses, 1);
  }
  world.run();
}

TEST_P(TcpAlone, E09_WhatIsLostIsClosedAlready) {
  std::error_code why;
  client->prepare = [&](Story& story) {
    story.on_lost = [&](Story&) { why = receive_all(peer).error; };
  };
  world.after(0, [&] {
    peer.set_blocking(false);
    here().abort();
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(why, was_reset);
}

TEST_P(TcpTransport, E09_ConnectionLostComesOnceAndLast) {
  begin([&] {
    here().write("poem");
    here().lose();
    there().abort();
  });
  when_both_are_lost();
  world.after(10, [&] {
    here().write("late");
    here().lose();
    here().abort();
    there().abort();
  });
  world.after(10);
  world.run();
  EXPECT_EQ(client->losses, 1);
  EXPECT_EQ(*client->lines,
            (Lines{"started", "built", "made", "lost", "client lost", "gone"}));
  EXPECT_EQ(*server->lines, (Lines{"built", "made", "lost", "gone"}));
}

TEST_P(TcpTransport, E09_WhoIsLeftWhenTheReactorStopsIsTold) {
  begin([&] {
    here().pause();
    there().write("poem");
    reactor.stop();
  });
  world.run();
  EXPECT_EQ(here().reason, Error::connection_lost);
  EXPECT_EQ(there().reason, Error::connection_lost);
  EXPECT_TRUE(here().gone());
  EXPECT_EQ(client->losses, 1);
}

TEST_P(TcpAlone, E10_TheEndIsToldFromAReset) {
  const auto story = [&](bool is_reset, const std::string& data) {
    World inner(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    const net::Socket queue = net::listen(anywhere);
    net::Socket other;
    inner.reactor.connect_tcp("127.0.0.1", net::local_address(queue).port, one);
    inner.when([&] { return one->made(); },
               [&] {
                 other = accept(queue);
                 if (!data.empty()) say(other, data);
                 is_reset ? rig::reset(other) : other.close();
               });
    inner.when([&] { return one->lost(); });
    inner.run();
    EXPECT_EQ(one->last().data, data);
    return one->reason;
  };
  for (const std::string data : {"", "eleven char"}) {
    EXPECT_EQ(story(false, data), Error::connection_done) << data;
    EXPECT_EQ(story(true, data), was_reset) << data;
  }
  world.run();
}

// The three are seen in one wake-up.
TEST_P(TcpAlone, E11_DataBeforeAResetIsDelivered) {
  world.after(0, [&] {
    say(peer, "eleven char");
    rig::reset(peer);
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(here().data, "eleven char");
  EXPECT_EQ(here().reason, was_reset);
}

// More than one buffer, too, and while we are writing ourselves.
TEST_P(TcpAlone, E11_AlsoWhenWritingFindsTheResetFirst) {
  const std::string poem = pattern(0, 100000);
  for (const bool is_pending : {false, true}) {
    World inner(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    const net::Socket queue = net::listen(anywhere);
    net::Socket other;
    inner.reactor.connect_tcp("127.0.0.1", net::local_address(queue).port, one);
    inner.when([&] { return one->made(); },
               [&] {
                 other = accept(queue);
                 if (is_pending) one->last().write(std::string(16 << 20, '.'));
                 say(other, poem);
                 rig::reset(other);
                 one->last().write("more");
                 one->last().write("and more");
               });
    inner.when([&] { return one->lost(); });
    inner.run();
    EXPECT_TRUE(one->last().data == poem) << one->last().received;
    EXPECT_TRUE(one->reason == was_reset ||
                one->reason == std::errc::broken_pipe)
        << one->reason.message();
  }
  world.run();
}

// The first write after the peer's close succeeds and is answered by a reset.
TEST_P(TcpAlone, E11_WritingToAClosedPeerDoesNotLoseItsLastWords) {
  const std::string poem = pattern(0, 100000);
  world.after(0, [&] {
    here().pause();
    say(peer, poem);
    peer.close();
    here().write("first");
    here().resume();
    here().write("second");
    here().write("third");
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_TRUE(here().data == poem) << here().received;
}

TEST_P(TcpAlone, L03_NoMoreThanOneBufferIsReadInARound) {
  std::size_t most = 0;
  std::size_t pieces = 0;
  client->prepare = [&](Story& story) {
    story.on_data = [&](Story& some) {
      most = std::max(most, some.data.size());
      some.data.clear();
    };
  };
  world.after(0, [&] {
    peer.set_blocking(false);
    rig::fill(peer);
    pieces = here().pieces;
  });
  for (int i = 0; i < 10; ++i) {
    world.after(1, [&] {
      EXPECT_LE(here().pieces, pieces + 2);  // of the two rounds in between
      pieces = here().pieces;
      rig::fill(peer);
    });
  }
  world.run();
  EXPECT_GT(here().pieces, 5u);
  EXPECT_LE(most, 65536u);
}

TEST_P(TcpAlone, E12_PausingHoldsBackAndLosesNothing) {
  const std::string poem = pattern(0, 4 * 4096);
  std::size_t before = 0;
  client->prepare = [](Story& story) {
    story.on_made = [](Story& made) { made.pause(); };
    story.on_data = [](Story& some) { some.pause(); };
  };
  for (std::size_t i = 0; i < 4; ++i) {
    world.after(0, [&, i] {
      before = here().received;
      say(peer, std::string_view(poem).substr(i * 4096, 4096));
      EXPECT_TRUE(reactor.readers().empty());
    });
    world.after(5, [&] {
      EXPECT_EQ(here().received, before);
      here().resume();
      here().resume();
    });
    world.when([&, i] { return here().received == (i + 1) * 4096; });
  }
  world.after(0, [&] { peer.close(); });
  world.after(5, [&] {
    EXPECT_FALSE(client->lost());
    here().resume();
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_TRUE(here().data == poem);
  EXPECT_EQ(here().reason, Error::connection_done);
}

// B19: a mask of zero would be told of the reset again and again.
TEST_P(TcpAlone, E12_APausedConnectionDoesNotWakeAnybody) {
  int before = 0;
  world.after(0, [&] {
    here().pause();
    say(peer, "poem");
    rig::reset(peer);
    before = world.stats->wakeups;
  });
  world.after(20, [&] {
    EXPECT_EQ(world.stats->wakeups, before);
    EXPECT_FALSE(client->lost());
    here().resume();
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(here().data, "poem");
  EXPECT_EQ(here().reason, was_reset);
}

TEST_P(TcpAlone, E12_APausedConnectionCanBeLostAndAborted) {
  for (const bool is_abort : {false, true}) {
    World inner(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    const net::Socket queue = net::listen(anywhere);
    inner.reactor.connect_tcp("127.0.0.1", net::local_address(queue).port, one);
    one->prepare = [&](Story& story) {
      story.on_made = [&](Story& made) {
        made.pause();
        is_abort ? made.abort() : made.lose();
      };
    };
    inner.when([&] { return one->lost(); });
    inner.run();
    EXPECT_EQ(one->reason,
              is_abort ? Error::connection_aborted : Error::connection_done);
  }
  world.run();
}

TEST_P(TcpAlone, E13_APausedConnectionEndsWhenItWritesToNobody) {
  world.after(0, [&] {
    here().pause();
    peer.close();
    here().write("the first is answered by a reset");
    here().write("the second finds it");
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_TRUE(here().reason == std::errc::broken_pipe ||
              here().reason == was_reset);
}

TEST_P(TcpAlone, J05_WritingToADeadPeerRaisesNoSignal) {
  struct sigaction action {};
  ASSERT_EQ(::sigaction(SIGPIPE, nullptr, &action), 0);
  ASSERT_EQ(action.sa_handler, SIG_DFL);  // so that we would not be here
  world.after(0, [&] {
    here().pause();
    peer.close();
    for (int i = 0; i < 10; ++i) {
      here().write("is anybody there?");
    }
  });
  world.when([&] { return client->lost(); });
  world.run();
}

// As before, but the failure is known before the pause.
TEST_P(TcpAlone, E13_AlsoIfItIsPausedAfterTheWriteFailed) {
  client->prepare = [](Story& story) {
    story.on_data = [](Story& some) {
      if (some.pieces == 2) some.pause();
    };
  };
  world.after(0, [&] {
    say(peer, std::string(100000, '.'));
    rig::reset(peer);
    here().write("one");
    here().write("two");
  });
  world.when([&] { return here().pieces == 2; });
  world.after(5, [&] {
    EXPECT_FALSE(client->lost());
    here().write("three");
    EXPECT_FALSE(client->lost());
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_EQ(here().received, 100000u);
  EXPECT_EQ(here().reason, was_reset);
}

// B18: an error is the end also for who only writes.
TEST_P(TcpAlone, E13_AResetWhileOnlyWritingEndsAtOnce) {
  int before = 0;
  world.after(0, [&] {
    here().write(std::string(32 << 20, '.'));
    here().lose();
  });
  world.after(100, [&] {
    before = world.stats->wakeups;
    rig::reset(peer);
  });
  world.when([&] { return client->lost(); });
  world.run();
  EXPECT_LE(world.stats->wakeups, before + 2);
  EXPECT_TRUE(here().reason == was_reset ||
              here().reason == std::errc::broken_pipe);
}

TEST_P(TcpTransport, E13_ManyTinyBuffers) {
  const std::string poem = pattern(0, 20000);
  begin([&] {
    make_tiny(here().fd());
    here().write(poem);
    here().lose();
  });
  when_both_are_lost();
  world.run();
  EXPECT_TRUE(there().data == poem);
}

TEST_P(TcpTransport, E16_PeerAndHostAreKnownToTheEnd) {
  net::Address host;
  const auto is_known = [&](Story& story) {
    EXPECT_EQ(story.transport().peer(), port->host());
    EXPECT_EQ(story.transport().host(), host);
  };
  client->prepare = [&](Story& story) { story.on_lost = is_known; };
  client->on_lost = [&](auto&) { is_known(here()); };
  begin([&] {
    host = here().transport().host();
    EXPECT_EQ(host, there().transport().peer());
    EXPECT_EQ(there().transport().host(), port->host());
    there().abort();
  });
  when_both_are_lost();
  world.run();
}

TEST_P(TcpTransport, E18_NothingIsHeldAfterTheEnd) {
  std::weak_ptr<reactor::Connector> weak_connector = connector;
  std::weak_ptr<Client> weak_client;
  connector.reset();
  const auto other = std::make_shared<Server>();
  const auto to = reactor.listen_tcp(anywhere, other)->host();
  {
    const auto one = std::make_shared<Client>();
    weak_client = one;
    reactor.connect_tcp(to.host, to.port, one);
  }
  std::size_t before = 0;
  begin([&] { here().lose(); });
  when_both_are_lost();
  world.after(2, [&] {
    EXPECT_TRUE(here().gone());
    EXPECT_TRUE(there().gone());
    EXPECT_TRUE(weak_connector.expired());
    EXPECT_FALSE(weak_client.expired());
    before = open_descriptors();
    other->last().lose();
  });
  world.when([&] { return other->last().gone(); });
  world.after(2, [&] {
    EXPECT_TRUE(weak_client.expired());
    EXPECT_EQ(open_descriptors(), before - 2);
  });
  world.run();
}

TEST_P(TcpTransport, E18_EveryDescriptorIsClosedOnce) {
  bad_closes = 0;
  int fd = -1;
  begin([&] {
    fd = here().fd();
    here().lose();
    there().abort();
  });
  when_both_are_lost();
  begin([&] {
    EXPECT_LT(::fcntl(fd, F_GETFD), 0);
    connector->disconnect();
    port->stop_listening();
    port->stop_listening();
  });
  world.run();
  EXPECT_EQ(bad_closes, 0);
}

TEST_P(TcpTransport, E18_MoreConnectionsThanDescriptors) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit few{40, limit.rlim_max};
  client->prepare = [](Story& story) {
    story.on_made = [](Story& made) { made.lose(); };
  };
  client->on_lost = [](reactor::Connector& one) { one.connect(); };
  ::setrlimit(RLIMIT_NOFILE, &few);
  world.when([&] { return client->losses > 60 || client->failures > 0; });
  begin([&] { EXPECT_EQ(client->failures, 0); });
  world.run();
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// --- Anything may be done anywhere -------------------------------------------

// A client and a server, of whom one does something in a callback.
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

  // Only the reactor knows the factories from now on.
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

TEST_P(TcpTransport, E19_AnythingMayBeDoneInAnyCallback) {
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

// The factories really go: nothing of the test's own holds them.
TEST_P(TcpTransport, E19_TheLastReferenceMayGoInAnyCallback) {
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

TEST_P(TcpTransport, K01_AnExceptionIsLoggedOnceWithItsConnection) {
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

TEST_P(TcpTransport, K02_AnExceptionEndsThatConnectionOnly) {
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

TEST_P(TcpTransport, K02_AnExceptionInAServerEndsThatConnectionOnly) {
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

// --- Random operations -------------------------------------------------------

// Many connections, whose both ends do something at random whenever they are
// called, until everybody has lost everything.
class Chaos {
 public:
  Chaos(const char* poller, unsigned seed)
      : random_(seed),
        world_(reactor::make_poller(poller)) {
    client_prepare_ = [this](Story& story) { prepare(story); };
    server_->prepare = client_prepare_;
  }

  void run(int connections) {
    const auto to = world_.reactor.listen_tcp(anywhere, server_)->host();
    for (int i = 0; i < connections; ++i) {
      clients_.push_back(std::make_shared<Client>());
      clients_.back()->prepare = client_prepare_;
      connectors_.push_back(
          world_.reactor.connect_tcp("127.0.0.1", to.port, clients_.back()));
    }
    world_.when([this] { return is_over() || ++rounds_ == 400; });
    world_.run();
    check();
  }

 private:
  int roll(int sides) {
    return std::uniform_int_distribution<int>(0, sides - 1)(random_);
  }

  void prepare(Story& story) {
    const auto hook = [this](Story& one) { act(one); };
    story.on_made = hook;
    story.on_data = [this](Story& one) {
      check_data(one);
      act(one);
    };
    story.on_lost = [this](Story& one) {
      for (int i = roll(3); i > 0; --i) {
        one.write("late");
        one.abort();
        one.lose();
        one.resume();
      }
      if (roll(20) == 0) throw std::runtime_error("chaos");
    };
  }

  // Every byte says where it belongs.
  void check_data(Story& story) {
    const std::size_t from = story.received - story.data.size();
    EXPECT_TRUE(story.data == pattern(from, story.data.size()));
    story.data.clear();
  }

  void act(Story& story) {
    for (int i = roll(4); i > 0; --i) {
      act_once(story);
    }
    if (roll(6) == 0) later();
  }

  void act_once(Story& story) {
    switch (roll(14)) {
      case 0:
        return story.lose();
      case 1:
        return roll(3) == 0 ? story.abort() : story.pause();
      case 2:
        story.pause();
        return later();
      case 3:
      case 4:
        return story.resume();
      case 5:
        return disconnect();
      case 6:
        if (roll(10) == 0) throw std::runtime_error("chaos");
        return;
      case 7:
        return story.write(
            pattern(story.written, static_cast<std::size_t>(roll(400000))));
      default:
        return story.write(
            pattern(story.written, static_cast<std::size_t>(roll(3000))));
    }
  }

  void disconnect() {
    const auto which =
        static_cast<std::size_t>(roll(static_cast<int>(connectors_.size())));
    connectors_[which]->disconnect();
  }

  // Somebody, not necessarily who is called.
  void later() {
    world_.reactor.call_later(0s, [this] {
      auto& stories =
          roll(2) == 0 ? server_->stories
                       : clients_[static_cast<std::size_t>(
                                      roll(static_cast<int>(clients_.size())))]
                             ->stories;
      if (stories.empty()) return;
      const auto which =
          static_cast<std::size_t>(roll(static_cast<int>(stories.size())));
      if (stories[which]->is_open()) act(*stories[which]);
    });
  }

  bool is_over() const {
    return std::all_of(clients_.begin(), clients_.end(),
                       [](const auto& one) { return one->outcomes() == 1; });
  }

  void check() const {
    for (const auto& one : clients_) {
      EXPECT_EQ(one->outcomes(), 1);
      EXPECT_EQ(one->still_open(), 0u);
      if (!one->empty()) {
        EXPECT_TRUE(one->last().gone());
      }
    }
    for (const auto& story : server_->stories) {
      EXPECT_TRUE(story->gone());
    }
  }

  std::mt19937 random_;
  std::function<void(Story&)> client_prepare_;
  const std::shared_ptr<Server> server_ = std::make_shared<Server>();
  std::vector<std::shared_ptr<Client>> clients_;
  std::vector<std::shared_ptr<reactor::Connector>> connectors_;
  int rounds_ = 0;
  World world_;
};

TEST_P(TcpTransport, E09_RandomOperationsKeepTheOrder) {
  const LogCapture log;
  const auto before = open_descriptors();
  for (unsigned seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(seed);
    Chaos(GetParam(), seed).run(10);
    if (HasFailure()) break;
  }
  EXPECT_EQ(open_descriptors(), before);
  world.run();
}

// Whoever is told of an orderly end, and did not ask for it, has everything.
TEST_P(TcpTransport, E06_AnOrderlyEndIsComplete) {
  std::mt19937 random(7);
  for (int i = 0; i < 100; ++i) {
    World inner(reactor::make_poller(GetParam()));
    const auto one = std::make_shared<Client>();
    const auto other = std::make_shared<Server>();
    const auto size = static_cast<std::size_t>(random() % 200000);
    const auto piece = static_cast<std::size_t>(1 + random() % 70000);
    other->prepare = [&](Story& story) {
      story.on_made = [&](Story& made) {
        for (std::size_t at = 0; at < size; at += piece) {
          made.write(pattern(at, std::min(piece, size - at)));
        }
        made.lose();
      };
    };
    one->prepare = [&](Story& story) {
      story.on_data = [&](Story& some) {
        if (random() % 3) return;
        some.pause();
        inner.reactor.call_later(0s, [&] { one->last().resume(); });
      };
    };
    const auto to = inner.reactor.listen_tcp(anywhere, other)->host();
    inner.reactor.connect_tcp(to.host, to.port, one);
    inner.when([&] { return one->losses == 1; });
    inner.run();
    EXPECT_EQ(one->last().received, size);
    EXPECT_TRUE(one->last().data == pattern(0, size));
  }
  world.run();
}

}  // namespace
