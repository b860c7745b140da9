// Attempts that fail before there is a peer: too few descriptors, a connection
// to itself, spurious events.

#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tcp/tcp_client.h"

using namespace rig;
using reactor::Error;

namespace {

class ConnectFailures : public TcpClientTest {};

FOR_EVERY_POLLER(ConnectFailures);

TEST_P(ConnectFailures, D14_AMissingDescriptorIsAConnectionFailure) {
  const net::Address poems = serve("poem");
  std::vector<std::shared_ptr<Client>> clients;
  max_descriptors = no_descriptors;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_shared<Client>());
    reactor.connect_tcp(i % 2 ? "poems.test" : "127.0.0.1", poems.port,
                        clients.back());
  }
  steps.when([&] {
    return std::all_of(clients.begin(), clients.end(),
                       [](const auto& one) { return one->failures == 1; });
  });
  steps.after(5);
  steps.run();
  for (const auto& one : clients) {
    EXPECT_EQ(one->reason, std::errc::too_many_files_open);
    EXPECT_EQ(one->outcomes(), 1);
  }
}

TEST_P(ConnectFailures, L01_AnUnwatchableDescriptorIsAConnectionFailure) {
  const bool is_select = GetParam() == std::string("select");
  const ManyDescriptors limit(2 * FD_SETSIZE);
  std::vector<net::Socket> taken;
  do {
    taken.emplace_back(::dup(0));
  } while (taken.back().fd() >= 0 && taken.back().fd() < FD_SETSIZE - 1);
  ASSERT_EQ(taken.back().fd(), FD_SETSIZE - 1);
  connect(closed_address());
  run_until_over();
  EXPECT_EQ(client->reason,
            is_select ? make_error_code(Error::descriptor_too_large)
                      : make_error_code(std::errc::connection_refused));
}

// Enters a network namespace in which a connection can come from one port only.
bool have_one_port(std::uint16_t port) {
  if (::unshare(CLONE_NEWNET) < 0 &&
      ::unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
    return false;
  }
  const net::Socket sock(::socket(AF_INET, SOCK_DGRAM, 0));
  ifreq loopback{};
  std::strcpy(loopback.ifr_name, "lo");
  loopback.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(sock.fd(), SIOCSIFFLAGS, &loopback) < 0) return false;
  std::FILE* const range =
      std::fopen("/proc/sys/net/ipv4/ip_local_port_range", "w");
  if (!range) return false;
  std::fprintf(range, "%d %d\n", port, port);
  return std::fclose(range) == 0;
}

[[noreturn]] void connect_to_oneself(const std::string& poller) {
  if (!have_one_port(40000)) std::_Exit(77);
  const auto client = std::make_shared<Client>();
  SteppedReactor steps(reactor::make_poller(poller));
  steps.reactor.connect_tcp("127.0.0.1", 40000, client);
  steps.when([&] { return client->outcomes() == 1; });
  steps.run();
  const bool right = client->failures == 1 && client->empty() &&
                     client->reason == std::errc::connection_refused;
  std::_Exit(right ? 0 : 1);
}

TEST_P(ConnectFailures, D15_AConnectionToItselfIsRefused) {
  int status = 0;
  const auto keep = [&](int exit_status) {
    status = WEXITSTATUS(exit_status);
    return true;
  };
  EXPECT_EXIT(connect_to_oneself(GetParam()), keep, "");
  if (status == 77) GTEST_SKIP() << "may not have a network of its own";
  EXPECT_EQ(status, 0);
}

[[noreturn]] void wait_for_oneself() {
  if (!have_one_port(40000)) std::_Exit(77);
  const auto why = code_thrown_by([] { net::connect({"0.0.0.0", 40000}); });
  std::_Exit(why == std::errc::connection_refused ? 0 : 1);
}

// The blocking connect() refuses it, too.
TEST(BlockingConnect, D15_AConnectionToItselfIsRefused) {
  int status = 0;
  const auto keep = [&](int exit_status) {
    status = WEXITSTATUS(exit_status);
    return true;
  };
  EXPECT_EXIT(wait_for_oneself(), keep, "");
  if (status == 77) GTEST_SKIP() << "may not have a network of its own";
  EXPECT_EQ(status, 0);
}

// --- Spurious events ---------------------------------------------------------

// Reports each watched writer as writable.
class EagerPoller final : public reactor::Poller {
 public:
  void watch(int fd, reactor::Events events) override {
    std::erase(writers_, fd);
    if (events.write) writers_.push_back(fd);
  }
  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds>) override {
    ready_.clear();
    for (const int fd : writers_) {
      ready_.push_back({fd, {false, true}});
    }
    return ready_;
  }

 private:
  std::vector<int> writers_;
  std::vector<Ready> ready_;
};

TEST(SpuriousEvents, D04_ASpuriousEventDoesNotConnect) {
  const Watchdog watchdog;
  const FullQueue full;
  const auto client = std::make_shared<Client>();
  SteppedReactor steps(std::make_unique<EagerPoller>());
  steps.reactor.connect_tcp(full.address.host, full.address.port, client);
  steps.when([&] { return client->starts == 1; });
  steps.after(10, [&] {
    EXPECT_TRUE(client->empty());
    EXPECT_EQ(client->outcomes(), 0);
    EXPECT_EQ(steps.reactor.writers().size(), 1u);
  });
  steps.run();
  EXPECT_EQ(client->reason, Error::connection_lost);
}

TEST(SpuriousEvents, D04_ARealEventConnects) {
  const Watchdog watchdog;
  const net::Socket listener = net::listen(loopback);
  const auto to = net::local_address(listener);
  const auto client = std::make_shared<Client>();
  SteppedReactor steps(std::make_unique<EagerPoller>());
  steps.reactor.connect_tcp(to.host, to.port, client);
  steps.when([&] { return client->made(); });
  steps.run();
  EXPECT_EQ(client->losses, 1);
}

}  // namespace
