// How much memory a stream needs: no more than its bytes, however it is cut.
// How much memory idle connections and completed calls need.
#include <malloc.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <semaphore>
#include <thread>

#include "support/function_factory.h"
#include "support/tcp.h"

// --- An allocator that counts, and a network that cuts -----------------------

namespace {

std::atomic<int> allocations = 0;
std::atomic<std::size_t> bytes = 0;  // not freed yet
std::size_t most_received = 0;  // by one call; 0: no limit

}  // namespace

// Not inlined: the compiler warns about a free() of memory from new.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const memory = std::malloc(size);
  if (!memory) throw std::bad_alloc();
  ++allocations;
  bytes += ::malloc_usable_size(memory);
  return memory;
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  bytes -= ::malloc_usable_size(memory);
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

// Replaces the system's.
extern "C" ssize_t recv(int fd, void* data, size_t size, int flags) {
  if (most_received > 0) size = std::min(size, most_received);
  return ::recvfrom(fd, data, size, flags, nullptr, nullptr);
}

namespace {

using namespace rig;

// Keeps the received bytes, as the clients do; first sends some, if there are
// any.
struct Reader final : reactor::Protocol {
  explicit Reader(reactor::Reactor& r)
      : reactor(r) {}
  void connection_made() override { before = allocations; }
  void data_received(std::string_view data) override {
    poem += data;
    ++pieces;
  }
  void connection_lost(std::error_code) override {
    allocated = allocations - before;
    size = poem.size();
    last_pieces = pieces;
    reactor.stop();
  }

  reactor::Reactor& reactor;
  std::string poem;
  std::size_t pieces = 0;
  int before = 0;

  static inline int allocated = 0;
  static inline std::size_t size = 0;
  static inline std::size_t last_pieces = 0;
};

class Memory : public testing::TestWithParam<const char*> {
 protected:
  Memory() { most_received = 0; }

  template <typename P>
  void connect() {
    const auto to = net::local_address(listener);
    reactor.connect_tcp(to.host, to.port, factory_of<P>(reactor));
  }

  Watchdog watchdog{60s};
  const net::Socket listener = net::listen(loopback);
  reactor::Reactor reactor{reactor::make_poller(GetParam())};
};

FOR_EVERY_POLLER(Memory);

// How often a string grows to this size, and a few times more.
int growths(std::size_t size) {
  int count = 10;
  while (size /= 2) {
    ++count;
  }
  return count;
}

void serve(const net::Socket& listener, std::size_t size) {
  const net::Socket sock = rig::accept(listener);
  static const std::string piece(65536, '.');
  for (std::size_t sent = 0; sent < size;) {
    const auto wanted = std::min(piece.size(), size - sent);
    const ssize_t n = ::send(sock.fd(), piece.data(), wanted, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<std::size_t>(n);
  }
}

void expect_linear(std::size_t size) {
  EXPECT_EQ(Reader::size, size);
  EXPECT_LE(Reader::allocated, growths(size));
}

TEST_P(Memory, M02_ReceivingALongPoemAllocatesOnlyToGrowTheString) {
  constexpr std::size_t size = 64 << 20;
  connect<Reader>();
  std::thread server([&] { serve(listener, size); });
  reactor.run();
  server.join();
  expect_linear(size);
}

TEST_P(Memory, M02_ReceivingAPoemByteByByteAllocatesNoMore) {
  constexpr std::size_t size = 50000;
  most_received = 1;
  connect<Reader>();
  std::thread server([&] { serve(listener, size); });
  reactor.run();
  server.join();
  expect_linear(size);
  EXPECT_EQ(Reader::last_pieces, size);
}

// The connection buffers the bytes that the system does not take, and the peer
// reads once all is written.
struct Writer final : reactor::Protocol {
  explicit Writer(reactor::Reactor& r)
      : reactor(r) {}
  void connection_made() override {
    static const std::string much(16 << 20, '.');
    transport().write(much);  // so that all later writes are buffered
    const int before = allocations;
    for (std::size_t i = 0; i < 8 << 20; ++i) {
      transport().write("x");
    }
    for (std::size_t i = 0; i < 56 << 20; i += much.size() / 256) {
      transport().write({much.data(), much.size() / 256});
    }
    allocated = allocations - before;
    transport().lose_connection();
    written.release();
  }
  void connection_lost(std::error_code) override { reactor.stop(); }
  reactor::Reactor& reactor;
  static inline int allocated = 0;
  static inline std::binary_semaphore written{0};
};

TEST_P(Memory, M02_WritingByteByByteAllocatesOnlyToGrowTheBuffer) {
  connect<Writer>();
  std::size_t received = 0;
  std::thread peer([&] {
    const net::Socket sock = rig::accept(listener);
    Writer::written.acquire();
    char buffer[65536];
    ssize_t n = 0;
    while ((n = ::recvfrom(sock.fd(), buffer, sizeof buffer, 0, nullptr,
                           nullptr)) > 0) {
      received += static_cast<std::size_t>(n);
    }
  });
  reactor.run();
  peer.join();
  EXPECT_EQ(received, std::size_t{80} << 20);
  EXPECT_LE(Writer::allocated, growths(80 << 20));
}

// Writes much, and measures the memory when the peer reports that it has
// received all of it.
struct Sender final : reactor::Protocol {
  explicit Sender(reactor::Reactor& r)
      : reactor(r) {}
  void connection_made() override { transport().write(much); }
  void data_received(std::string_view) override { look(); }
  // The reactor may not have noticed yet that its buffer is empty.
  void look() {
    if (!reactor.writers().empty()) {
      reactor.call_later(0ms, [this] { look(); });
      return;
    }
    later = bytes;
    reactor.stop();
  }
  reactor::Reactor& reactor;
  static inline const std::string much = std::string(64 << 20, '.');
  static inline std::size_t later;
};

TEST_P(Memory, SentBytesAreNotKept) {
  connect<Sender>();
  std::thread peer([&] {
    const net::Socket sock = rig::accept(listener);
    std::vector<char> buffer(Sender::much.size());
    if (::recvfrom(sock.fd(), buffer.data(), buffer.size(), MSG_WAITALL,
                   nullptr, nullptr) > 0) {
      std::vector<char>().swap(buffer);
      send_bytes(sock);
    }
  });
  const std::size_t before = bytes;
  reactor.run();
  peer.join();
  EXPECT_LT(Sender::later, before + 1000000);
}

// --- Idle connections --------------------------------------------------------

constexpr std::size_t connections = 400;

// Measures the memory one iteration after the last connection was made.
struct Idle final : reactor::Protocol {
  explicit Idle(reactor::Reactor& r)
      : reactor(r) {}
  void connection_made() override {
    if (++made < connections) return;
    reactor.call_later(1ms, [this] {
      later = bytes;
      reactor.stop();
    });
  }
  reactor::Reactor& reactor;
  static inline std::size_t made;
  static inline std::size_t later;
};

void expect_cheap(std::size_t before) {
  EXPECT_EQ(Idle::made, connections);
  EXPECT_LE((Idle::later - before) / connections, std::size_t{1024});
}

TEST_P(Memory, AnIdleClientNeedsAtMostOneKiB) {
  Idle::made = 0;
  const auto to = net::local_address(listener);
  const auto factory = factory_of<Idle>(reactor);
  const std::size_t before = bytes;
  for (std::size_t i = 0; i < connections; ++i) {
    reactor.connect_tcp(to.host, to.port, factory);
  }
  reactor.run();
  expect_cheap(before);
}

TEST_P(Memory, AnIdleAcceptedConnectionNeedsAtMostOneKiB) {
  Idle::made = 0;
  const auto port = reactor.listen_tcp(loopback, factory_of<Idle>(reactor));
  std::vector<net::Socket> peers;
  for (std::size_t i = 0; i < connections; ++i) {
    peers.push_back(net::connect(port->host()));
  }
  const std::size_t before = bytes;
  reactor.run();
  expect_cheap(before);
}

// --- Completed calls ---------------------------------------------------------

TEST_P(Memory, CompletedCallsFreeTheirMemory) {
  constexpr int calls = 100000;
  const std::size_t before = bytes;
  for (int i = 0; i < calls; ++i) {
    auto call = reactor.call_later(0ms, [] {});
    if (i % 2 == 1) call.cancel();
  }
  EXPECT_GT(bytes, before + calls);
  std::size_t after = 0;
  reactor.call_later(0ms, [&] {
    // Not a delayed call, which would need memory.
    reactor.call_from_thread([&] {
      after = bytes;
      reactor.stop();
    });
  });
  reactor.run();
  EXPECT_LT(after, before + calls);
}

// While there is another call, for which the queue keeps its memory.
TEST_P(Memory, CallsCancelledWhenTheyAreDueFreeTheirMemory) {
  constexpr int iterations = 5000;
  auto other = reactor.call_later(1h, [] {});
  reactor::DelayedCall victim;
  int left = iterations;
  std::function<void()> iteration = [&] {
    if (--left == 0) return reactor.stop();
    reactor.call_later(0ms, [&] {
      victim.cancel();
      iteration();
    });
    victim = reactor.call_later(0ms, [] { ADD_FAILURE(); });
  };
  iteration();
  const std::size_t before = bytes;
  reactor.run();
  EXPECT_LT(bytes, before + 8 * iterations);
}

TEST_P(Memory, CancelledCallsFreeTheirMemory) {
  constexpr int calls = 100000;
  const auto cancel_many = [&] {
    for (int i = 0; i < calls; ++i) {
      reactor.call_later(1h, [] {}).cancel();
    }
  };
  const std::size_t before = bytes;
  std::size_t after = 0;
  const auto look = [&] {
    after = bytes;
    reactor.stop();
  };
  cancel_many();
  reactor.call_later(0ms, [&] {
    reactor.call_later(0ms, [&] {
      cancel_many();  // the memory of the first ones is freed already
      reactor.call_later(0ms, [&] { reactor.call_from_thread(look); });
    });
  });
  reactor.run();
  EXPECT_LT(after, before + calls);
}

// Some calls are always pending, so the queue never frees all of its memory.
TEST_P(Memory, CallsNeedMemoryOnlyForThosePendingAtOnce) {
  for (int i = 0; i < 20; ++i) {
    reactor.call_later(1h, [] {});
  }
  const auto cancel = [&](int calls, reactor::Clock::duration delay) {
    while (calls-- > 0) {
      reactor.call_later(delay, [] {}).cancel();
    }
  };
  int iterations = 0;
  std::size_t before = 0;
  std::size_t after = 0;
  std::function<void()> again = [&] {
    ++iterations;
    if (iterations == 1000) before = bytes;
    if (iterations == 10000) {
      after = bytes;
      return reactor.stop();
    }
    cancel(1, 0s);  // found when it would be the next one
    if (iterations % 2 == 0) cancel(30, 2h);  // found because there are many
    reactor.call_later(0s, again);
  };
  reactor.call_later(0s, again);
  reactor.run();
  EXPECT_LT(after, before + 65536);
}

}  // namespace
