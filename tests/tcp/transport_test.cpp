// Writing to a transport, and its addresses.

#include <algorithm>
#include <array>
#include <cerrno>

#include "tcp/tcp_connection.h"

using namespace rig;
using reactor::Error;

namespace {

class Transport : public TwoProtocols {};
FOR_EVERY_POLLER(Transport);

class TransportWithSocket : public ProtocolAndSocket {};
FOR_EVERY_POLLER(TransportWithSocket);

TEST_P(Transport, E01_AllBytesArriveInOrder) {
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

TEST_P(Transport, E02_TheSizeOfTheWritesDoesNotMatter) {
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

TEST_P(Transport, E03_AShortSendBuffersTheRest) {
  const std::string poem = pattern(0, 1000);
  begin([&] {
    sends.fd = here().fd();
    sends.script = {1, -EAGAIN, 3, -EINTR, 500, -EAGAIN};
    here().write(poem);
    EXPECT_EQ(sends.calls, 1);
    EXPECT_TRUE(is_writer(here()));
    here().write("more");
    EXPECT_EQ(sends.calls, 1);
  });
  world.when([&] { return there().received == 1004; });
  begin([&] {
    EXPECT_TRUE(there().data == poem + "more");
    EXPECT_EQ(sends.calls, 7);
    EXPECT_FALSE(is_writer(here()));
  });
  world.run();
}

TEST_P(Transport, E03_AFailedSendIsRepeatedLater) {
  for (const int error : {EAGAIN, EINTR, EWOULDBLOCK}) {
    begin([&, error] {
      sends.fd = here().fd();
      sends.script = {-error};
      there().data.clear();
      here().write("poem");
    });
    world.when([&] { return there().data == "poem"; });
    begin([&] { EXPECT_FALSE(is_writer(here())); });
  }
  world.run();
}

TEST_P(TransportWithSocket, E03_AWriteThatIsSentAtOnceDoesNotWaitForRoom) {
  world.after(1, [&] {
    here().write("a poem");
    EXPECT_TRUE(reactor.writers().empty());
    EXPECT_EQ(receive(peer, 6), "a poem");
  });
  world.run();
}

TEST_P(TransportWithSocket, E03_AFreshConnectionDoesNotWaitForRoom) {
  client->prepare = [&](Story& story) {
    story.on_made = [&](Story&) { EXPECT_TRUE(reactor.writers().empty()); };
  };
  world.run();
  EXPECT_TRUE(client->made());
}

TEST_P(TransportWithSocket, E03_ARealFullBufferWaitsForRoom) {
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

// A peer that does not read does not keep the reactor awake.
TEST_P(TransportWithSocket, E03_AFullBufferDoesNotWakeTheReactor) {
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

TEST_P(Transport, E04_WritingNothingDoesNothing) {
  int before = 0;
  begin([&] {
    sends.fd = here().fd();
    const std::array<std::string_view, 2> nothing{"", ""};
    here().write("");
    here().transport().write_sequence({});
    here().transport().write_sequence(nothing);
    EXPECT_FALSE(is_writer(here()));
    before = world.stats->wakeups;
  });
  world.after(10, [&] {
    EXPECT_EQ(world.stats->wakeups, before);
    EXPECT_EQ(sends.calls, 0);
    EXPECT_EQ(sends.empty, 0);
  });
  world.run();
}

TEST_P(Transport, E04_AnEmptyWriteDoesNotWaitForRoom) {
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

TEST_P(Transport, E04_ASequenceIsOneWrite) {
  begin([&] {
    sends.fd = here().fd();
    const std::array<std::string_view, 4> lines{"one ", "", "two ", "three"};
    here().transport().write_sequence(lines);
    EXPECT_EQ(sends.calls, 1);
  });
  world.when([&] { return there().data == "one two three"; });
  world.run();
}

TEST_P(Transport, E05_WritesAfterTheEndAreIgnored) {
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

TEST_P(Transport, E13_ManyTinyBuffers) {
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

TEST_P(Transport, E16_PeerAndHostAreKnownUntilConnectionLost) {
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

}  // namespace
