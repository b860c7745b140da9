// How much memory a stream costs: no more than its bytes, however it is cut.

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#include "support/tcp.h"

// --- An allocator that counts, and a network that cuts -----------------------

namespace {

std::atomic<int> allocations = 0;
std::size_t most_received = 0;  // at once; 0: as much as there is

}  // namespace

// Not to be inlined: the compiler knows new and free() for no couple.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

// Stands before the system's: the library knows no other.
extern "C" ssize_t recv(int fd, void* data, size_t size, int flags) {
  if (most_received > 0) size = std::min(size, most_received);
  return ::recvfrom(fd, data, size, flags, nullptr, nullptr);
}

namespace {

using namespace rig;

// Keeps what it gets, as the clients do; talks first, if it has something.
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

template <typename P>
struct Factory final : reactor::ClientFactory {
  explicit Factory(reactor::Reactor& r)
      : reactor(r) {}
  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address&) override {
    return std::make_unique<P>(reactor);
  }
  reactor::Reactor& reactor;
};

class Memory : public testing::TestWithParam<const char*> {
 protected:
  Memory() { most_received = 0; }

  template <typename P>
  void connect() {
    const auto to = net::local_address(listener);
    reactor.connect_tcp(to.host, to.port,
                        std::make_shared<Factory<P>>(reactor));
  }

  Watchdog watchdog{60s};
  const net::Socket listener = net::listen(anywhere);
  reactor::Reactor reactor{reactor::make_poller(GetParam())};
};

FOR_EVERY_POLLER(Memory);

// So often a string grows until it has so many bytes, and a few times more.
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

TEST_P(Memory, M02_ReceivingALongPoemAllocatesAsSeldomAsTheStringGrows) {
  constexpr std::size_t size = 64 << 20;
  connect<Reader>();
  std::thread server([&] { serve(listener, size); });
  reactor.run();
  server.join();
  expect_linear(size);
}

TEST_P(Memory, M02_ReceivingItByteByByteDoesNotAllocateMore) {
  constexpr std::size_t size = 50000;
  most_received = 1;
  connect<Reader>();
  std::thread server([&] { serve(listener, size); });
  reactor.run();
  server.join();
  expect_linear(size);
  EXPECT_EQ(Reader::last_pieces, size);
}

// What the system does not take is kept; and the peer reads later.
struct Writer final : reactor::Protocol {
  explicit Writer(reactor::Reactor& r)
      : reactor(r) {}
  void connection_made() override {
    static const std::string much(16 << 20, '.');
    transport().write(much);  // so that everything from now on has to wait
    const int before = allocations;
    for (std::size_t i = 0; i < 8 << 20; ++i) {
      transport().write("x");
    }
    for (std::size_t i = 0; i < 56 << 20; i += much.size() / 256) {
      transport().write({much.data(), much.size() / 256});
    }
    allocated = allocations - before;
    transport().lose_connection();
  }
  void connection_lost(std::error_code) override { reactor.stop(); }
  reactor::Reactor& reactor;
  static inline int allocated = 0;
};

TEST_P(Memory, M02_WritingByteByByteAllocatesAsSeldomAsTheBufferGrows) {
  connect<Writer>();
  std::size_t received = 0;
  std::thread peer([&] {
    const net::Socket sock = rig::accept(listener);
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

}  // namespace
