// The memory of an idle connection, and of a poem that is too large.
#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <thread>

#include <fmt/core.h>

#include "net/socket.h"
#include "reactor/reactor.h"
#include "soak/kinds.h"
#include "soak/processes.h"
#include "soak/soak.h"

namespace soak {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t allowed_bytes = 1024;

// By this process. The kernel's share of a connection is not included.
std::size_t allocated() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

class Idle final : public reactor::Protocol {
 public:
  explicit Idle(const std::function<void()>& on_made)
      : on_made_(on_made) {}
  void connection_made() override { on_made_(); }

 private:
  const std::function<void()>& on_made_;
};

// The bytes that each connection allocates. `start` begins to connect.
std::size_t cost_of(
    std::size_t connections,
    const std::function<void(reactor::Reactor&,
                             std::shared_ptr<reactor::ClientFactory>)>& start) {
  reactor::Reactor reactor;
  std::size_t made = 0;
  std::size_t after = 0;
  const std::function<void()> on_made = [&] {
    if (++made < connections) return;
    // Later, when the reactor has destroyed what it no longer needs.
    reactor.call_later(100ms, [&] {
      after = allocated();
      reactor.stop();
    });
  };
  const auto factory =
      make_factory([&] { return std::make_unique<Idle>(on_made); });
  const std::size_t before = allocated();
  start(reactor, factory);
  reactor.run();
  return (after - before) / connections;
}

bool is_cheap(const std::string& what,
              std::size_t connections,
              std::size_t bytes) {
  fmt::print("{:<34}{:>12}{:>12}\n",
             fmt::format("{}: bytes each, of {}", what, connections),
             allowed_bytes, bytes);
  return bytes <= allowed_bytes;
}

// --- Poems that are too large ------------------------------------------------

class Endless final : public reactor::Protocol {
 public:
  explicit Endless(reactor::Reactor& reactor)
      : reactor_(reactor) {}
  void connection_made() override { go_on(); }
  void connection_lost(std::error_code) override { next_.cancel(); }

 private:
  void go_on() {
    static const std::string chunk = many_poems(65536);
    transport().write(chunk);
    next_ = reactor_.call_later(1ms, [this] { go_on(); });
  }

  reactor::Reactor& reactor_;
  reactor::DelayedCall next_;
};

// The maximum memory of a client, in KiB, that gives up because of --max-bytes.
// 0 if its exit status is not 1.
std::size_t kib_of(const std::string& client, std::size_t max_bytes_of_poem) {
  reactor::Reactor reactor;
  const auto port = reactor.listen_tcp(
      {"127.0.0.1", 0},
      make_factory([&] { return std::make_unique<Endless>(reactor); }));
  ChildProcess process(
      {.words = {program(client + "/get-poetry"),
                 "--max-bytes=" + std::to_string(max_bytes_of_poem),
                 std::to_string(port->host().port)}});
  poetry_compare::ChildExit exit;
  std::thread waiter([&] {
    exit = process.wait();
    reactor.call_from_thread([&] { reactor.stop(); });
  });
  reactor.run();
  waiter.join();
  if (exit.status() != 1) return 0;
  return static_cast<std::size_t>(exit.usage.ru_maxrss);
}

}  // namespace

int run_idle_clients(const std::vector<std::string>& words) {
  std::size_t connections = std::stoul(words.at(0));
  std::uint16_t port = 0;
  std::cin >> port;
  std::vector<net::Socket> socks;
  while (connections-- > 0) {
    socks.push_back(net::connect({"127.0.0.1", port}));
  }
  for (;;) ::pause();
}

int run_idle_server(const std::vector<std::string>&) {
  const net::Socket listener = net::listen({"127.0.0.1", 0});
  fmt::print("{}\n", net::local_address(listener).port);
  std::vector<net::Socket> socks;
  for (;;) {
    socks.emplace_back(
        ::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
  }
}

bool rest(std::size_t connections) {
  std::size_t at_port = 0;
  {
    const Pipe pipe;
    auto command = part_of_soak({"idle-clients", std::to_string(connections)});
    command.input = pipe.reader.fd();
    const ChildProcess clients(command);
    at_port = cost_of(connections, [&](auto& reactor, auto factory) {
      const auto port = reactor.listen_tcp({"127.0.0.1", 0}, factory);
      write_line(pipe.writer, std::to_string(port->host().port));
    });
  }
  ChildProcess server(part_of_soak({"idle-server"}));
  const auto port = read_port(server);
  const std::size_t at_client =
      cost_of(connections, [&](auto& reactor, auto factory) {
        for (std::size_t i = 0; i < connections; ++i) {
          reactor.connect_tcp("127.0.0.1", port, factory);
        }
      });

  const bool port_is_cheap = is_cheap("port", connections, at_port);
  const bool client_is_cheap = is_cheap("client", connections, at_client);
  Checks checks;
  if (!port_is_cheap || !client_is_cheap) {
    checks.fail("an idle connection needs too much memory");
  }
  return checks.passed();
}

// A string that grows is in memory twice for a moment.
bool too_large(std::size_t max_bytes_of_poem) {
  Checks checks;
  for (const char* client : {"blocking-client", "async-client",
                             "reactor-client-1", "reactor-client-2"}) {
    const std::size_t minimum = kib_of(client, 0);
    const std::size_t most = kib_of(client, max_bytes_of_poem);
    const std::size_t allowed = minimum + 2 * max_bytes_of_poem / 1024 + 1024;
    fmt::print("{:<34}{:>12}{:>12}\n", fmt::format("{}: KiB", client), allowed,
               most);
    if (minimum == 0 || most == 0) {
      checks.fail(std::string(client) + " did not fail as it should have");
    } else if (most > allowed) {
      checks.fail(std::string(client) + " needs more memory than that");
    }
  }
  return checks.passed();
}

}  // namespace soak
