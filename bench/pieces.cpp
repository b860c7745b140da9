// The cost of each piece of the core: a call, a timer, a change of the watched
// events. For Google Benchmark. A real reactor runs, and does a batch of the
// same thing in each of its iterations.
#include <sys/socket.h>

#include <benchmark/benchmark.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/socket.h"
#include "reactor/reactor.h"

namespace {

constexpr int batch = 64;

// A poller whose descriptors are always ready. It makes no system calls.
class AlwaysReady final : public reactor::Poller {
 public:
  void watch(int fd, reactor::Events events) override {
    std::erase_if(ready_, [fd](const Ready& ready) { return ready.fd == fd; });
    if (events.read && fd >= first) ready_.push_back({fd, {true, false}});
  }
  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds>) override {
    return ready_;
  }

  // Smaller numbers belong to the reactor itself.
  static constexpr int first = 1000;

 private:
  std::vector<Ready> ready_;
};

class Reader final : public reactor::ReadDescriptor {
 public:
  explicit Reader(
      int fd, std::function<void()> on_read = [] {})
      : fd_(fd),
        on_read_(std::move(on_read)) {}

  int fileno() const override { return fd_; }
  std::error_code do_read() override {
    on_read_();
    return {};
  }
  void connection_lost(std::error_code) override {}

 private:
  int fd_;
  std::function<void()> on_read_;
};

class Writer final : public reactor::ReadDescriptor,
                     public reactor::WriteDescriptor {
 public:
  explicit Writer(int fd)
      : fd_(fd) {}

  int fileno() const override { return fd_; }
  std::error_code do_read() override { return {}; }
  std::error_code do_write() override { return {}; }
  void connection_lost(std::error_code) override {}

 private:
  int fd_;
};

// Does it `batch` times in each iteration, as long as the benchmark wants.
void run_batches(benchmark::State& state,
                 reactor::Reactor& reactor,
                 int fd,
                 const std::function<void()>& once) {
  reactor.add_reader(std::make_shared<Reader>(fd, [&] {
    if (!reactor.running()) return;
    if (!state.KeepRunningBatch(batch)) return reactor.stop();
    for (int i = 0; i < batch; ++i) once();
  }));
  reactor.run();
}

// --- Calls and timers --------------------------------------------------------

// Counts each do_read(); so many descriptors are ready in each iteration.
void dispatch(benchmark::State& state) {
  reactor::Reactor reactor(std::make_unique<AlwaysReady>());
  for (int i = 0; i < state.range(0); ++i) {
    reactor.add_reader(std::make_shared<Reader>(AlwaysReady::first + i, [&] {
      if (reactor.running() && !state.KeepRunning()) reactor.stop();
    }));
  }
  reactor.run();
}
BENCHMARK(dispatch)->Arg(1)->Arg(batch);

// With so many other calls in the queue, which are due some other day.
void add_others(reactor::Reactor& reactor, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::chrono::seconds delay(86400 + i * 7919 % count);
    reactor.call_later(delay, [] {});
  }
}

void timer_cancel(benchmark::State& state) {
  reactor::Reactor reactor(std::make_unique<AlwaysReady>());
  add_others(reactor, state.range(0));
  run_batches(state, reactor, AlwaysReady::first, [&] {
    reactor.call_later(std::chrono::seconds(90000), [] {}).cancel();
  });
}
BENCHMARK(timer_cancel)->Arg(0)->Arg(1000)->Arg(100'000);

void timer_fire(benchmark::State& state) {
  reactor::Reactor reactor(std::make_unique<AlwaysReady>());
  add_others(reactor, state.range(0));
  run_batches(state, reactor, AlwaysReady::first,
              [&] { reactor.call_later(std::chrono::seconds(0), [] {}); });
}
BENCHMARK(timer_fire)->Arg(0)->Arg(1000)->Arg(100'000);

// --- Watched events ----------------------------------------------------------

struct Pair {
  Pair() {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) < 0) {
      net::throw_last_error("socketpair");
    }
    sock = net::Socket(fds[0]);
    other = net::Socket(fds[1]);
  }
  net::Socket sock;
  net::Socket other;
};

// `change` is measured with a real poller. A socket that always has something
// to read keeps the reactor running.
template <typename Change>
void watch(benchmark::State& state, const std::string& poller, Change change) {
  const Pair rounds;
  if (::send(rounds.other.fd(), "x", 1, 0) != 1) net::throw_last_error("send");
  const Pair changing;
  const auto descriptor = std::make_shared<Writer>(changing.sock.fd());
  reactor::Reactor reactor(reactor::make_poller(poller));
  change.begin(reactor, descriptor);
  run_batches(state, reactor, rounds.sock.fd(),
              [&] { change.once(reactor, descriptor); });
}

// Adds a reader and removes it: two system calls with epoll.
struct ComeAndGo {
  void begin(reactor::Reactor&, const std::shared_ptr<Writer>&) {}
  void once(reactor::Reactor& reactor, const std::shared_ptr<Writer>& writer) {
    reactor.add_reader(writer);
    reactor.remove_reader(*writer);
  }
};

// Adds a writer and removes it before the next wait: no system call.
struct WriteToo {
  void begin(reactor::Reactor& reactor, const std::shared_ptr<Writer>& writer) {
    reactor.add_reader(writer);
  }
  void once(reactor::Reactor& reactor, const std::shared_ptr<Writer>& writer) {
    reactor.add_writer(writer);
    reactor.remove_writer(*writer);
  }
};

void watch_reader(benchmark::State& state, const char* poller) {
  watch(state, poller, ComeAndGo());
}
BENCHMARK_CAPTURE(watch_reader, select, "select");
BENCHMARK_CAPTURE(watch_reader, poll, "poll");
BENCHMARK_CAPTURE(watch_reader, epoll, "epoll");

void watch_writer(benchmark::State& state, const char* poller) {
  watch(state, poller, WriteToo());
}
BENCHMARK_CAPTURE(watch_writer, select, "select");
BENCHMARK_CAPTURE(watch_writer, poll, "poll");
BENCHMARK_CAPTURE(watch_writer, epoll, "epoll");

}  // namespace

BENCHMARK_MAIN();
