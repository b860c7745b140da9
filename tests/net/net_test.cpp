// Sockets, without a reactor: listening, connecting and their addresses.

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "net/message.h"
#include "net/resolver.h"
#include "net/socket_address.h"
#include "support/tcp.h"

namespace {

using namespace std::string_literals;
using namespace std::chrono_literals;
using net::Address;
using rig::message_thrown_by;

// --- Listening and connecting ------------------------------------------------

class Net : public testing::Test {
 protected:
  rig::Watchdog watchdog{30s};
};

bool has_ipv6() {
  return message_thrown_by([] { net::listen({"::1", 0}); }).empty();
}

std::string number_of_lo() {
  return std::to_string(::if_nametoindex("lo"));
}

// "fe80::1234%eth0"; empty if there is none.
std::string link_local_address() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return "";
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(
      all, &::freeifaddrs);
  for (const ifaddrs* one = all; one; one = one->ifa_next) {
    const auto ipv6 = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr);
    if (!ipv6 || ipv6->sin6_family != AF_INET6 ||
        !IN6_IS_ADDR_LINKLOCAL(&ipv6->sin6_addr)) {
      continue;
    }
    char host[INET6_ADDRSTRLEN];
    ::inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof host);
    return host + "%"s + one->ifa_name;
  }
  return "";
}

void expect_talk(const net::Socket& listener, const Address& to) {
  const net::Socket client = net::connect(to);
  const net::Socket server = rig::accept(listener);
  EXPECT_EQ(net::peer_address(client).port, to.port);
  EXPECT_EQ(net::peer_address(client), net::local_address(server));
  EXPECT_EQ(net::peer_address(server), net::local_address(client));
  rig::send_bytes(client, "poem");
  EXPECT_EQ(rig::receive(server, 4), "poem");
}

TEST_F(Net, ListensAndConnectsOnIpv4) {
  const net::Socket listener = net::listen({"127.0.0.1", 0});
  const Address address = net::local_address(listener);
  EXPECT_EQ(address.host, "127.0.0.1");
  EXPECT_NE(address.port, 0);
  expect_talk(listener, address);
  EXPECT_THROW(net::connect({"127.0.0.2", address.port}), std::system_error);
}

TEST_F(Net, D13_ListensAndConnectsOnIpv6) {
  if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  const net::Socket listener = net::listen({"::1", 0});
  const Address address = net::local_address(listener);
  EXPECT_EQ(address.host, "::1");
  expect_talk(listener, address);
  expect_talk(listener, {"::1%lo", address.port});
}

TEST_F(Net, AnEmptyHostIsEveryInterface) {
  const net::Socket listener = net::listen({"", 0});
  const auto port = net::local_address(listener).port;
  expect_talk(listener, {"127.0.0.1", port});
  if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  expect_talk(listener, {"::1", port});
}

TEST_F(Net, AnIpv4PeerOfADualSocketIsReportedAsIpv4) {
  const net::Socket listener = net::listen({"", 0});
  const net::Socket client =
      net::connect({"127.0.0.1", net::local_address(listener).port});
  const net::Socket server = rig::accept(listener);
  EXPECT_EQ(net::peer_address(server), net::local_address(client));
}

TEST_F(Net, ANameListensOnIpv4AndConnects) {
  const net::Socket listener = net::listen({"localhost", 0});
  const Address address = net::local_address(listener);
  EXPECT_EQ(address.host, "127.0.0.1");
  expect_talk(listener, {"localhost", address.port});
}

TEST_F(Net, FailuresNameTheCallAndTheAddress) {
  const Address closed = rig::closed_address();
  EXPECT_EQ(
      message_thrown_by([&] { net::connect(closed); }),
      "Failed to connect to " + to_string(closed) + ": Connection refused");
  const std::string unknown = message_thrown_by([] {
    net::connect({"no.such.invalid", 1});
  });
  EXPECT_EQ(unknown.rfind("Failed to connect to no.such.invalid:1: ", 0), 0u)
      << unknown;

  const net::Socket listener = net::listen(rig::loopback);
  const Address taken = net::local_address(listener);
  EXPECT_EQ(
      message_thrown_by([&] { net::listen(taken); }),
      "cannot listen on " + to_string(taken) + ": Address already in use");
  EXPECT_EQ(message_thrown_by([] {
              net::listen({"203.0.113.1", 80});
            }),
            "cannot listen on 203.0.113.1:80: Cannot assign requested address");
  const std::string nowhere = message_thrown_by([] {
    net::listen({"no.such.invalid", 80});
  });
  EXPECT_EQ(nowhere.rfind("cannot listen on no.such.invalid:80: ", 0), 0u)
      << nowhere;
  EXPECT_EQ(message_thrown_by([&] {
              net::listen({"", taken.port});
            }),
            "cannot listen on :" + std::to_string(taken.port) +
                ": Address already in use");
}

TEST_F(Net, FailuresKeepTheirNumber) {
  try {
    net::connect(rig::closed_address());
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::connection_refused);
  }
}

TEST_F(Net, FailuresLeakNothing) {
  const auto before = rig::open_descriptors();
  const Address closed = rig::closed_address();
  const net::Socket listener = net::listen(rig::loopback);
  for (int i = 0; i < 100; ++i) {
    std::error_code error;
    EXPECT_THROW(net::connect(closed), std::system_error);
    EXPECT_THROW(net::listen(net::local_address(listener)), std::system_error);
    EXPECT_LT(net::start_connect({"255.255.255.255", 1}, error).fd(), 0);
    EXPECT_TRUE(error);
  }
  EXPECT_EQ(rig::open_descriptors(), before + 1);
}

TEST_F(Net, ConnectingToAFullQueueTimesOut) {
  const rig::FullQueue full;
  for (const auto timeout : {10ms, 0ms, -1ms}) {
    try {
      net::connect(full.address, timeout);
      FAIL();
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::timed_out);
      EXPECT_EQ(error.what(), "Failed to connect to " +
                                  to_string(full.address) +
                                  ": Connection timed out");
    }
  }
}

TEST_F(Net, ATimeoutIsForConnectingOnly) {
  const net::Socket listener = net::listen(rig::loopback);
  const net::Socket sock = net::connect(net::local_address(listener), 1h);
  timeval limit{1, 1};
  socklen_t size = sizeof limit;
  ::getsockopt(sock.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, &size);
  EXPECT_EQ(limit.tv_sec, 0);
  EXPECT_EQ(limit.tv_usec, 0);
  EXPECT_EQ(::fcntl(sock.fd(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(Net, APendingAttemptHasNoResult) {
  const rig::FullQueue full;
  std::error_code error;
  const net::Socket sock = net::start_connect(full.address, error);
  EXPECT_FALSE(error);
  EXPECT_EQ(net::connect_result(sock), std::errc::operation_in_progress);
  EXPECT_EQ(net::connect_result(sock), std::errc::operation_in_progress);
}

void wait_until_writable(const net::Socket& sock) {
  pollfd writable{sock.fd(), POLLOUT, 0};
  EXPECT_EQ(::poll(&writable, 1, 5000), 1);
}

TEST_F(Net, AnAttemptHasOneResult) {
  std::error_code error;
  const net::Socket listener = net::listen(rig::loopback);
  const net::Socket good =
      net::start_connect(net::local_address(listener), error);
  wait_until_writable(good);
  EXPECT_FALSE(net::connect_result(good));

  const net::Socket bad = net::start_connect(rig::closed_address(), error);
  wait_until_writable(bad);
  EXPECT_EQ(net::connect_result(bad), std::errc::connection_refused);
}

// Asking for the result keeps the reset, and the bytes before it.
TEST_F(Net, E10_AConnectionThatWasResetSinceIsConnected) {
  std::error_code error;
  const net::Socket listener = net::listen(rig::loopback);
  for (const bool is_talking : {true, false}) {
    const net::Socket sock =
        net::start_connect(net::local_address(listener), error);
    net::Socket peer = rig::accept(listener);
    if (is_talking) rig::send_bytes(peer, "poem");
    rig::reset(peer);
    wait_until_writable(sock);
    error = net::connect_result(sock);
    if (is_talking) {
      EXPECT_FALSE(error);
      EXPECT_EQ(rig::receive(sock, 4), "poem");
      EXPECT_EQ(rig::receive_all(sock).error, std::errc::connection_reset);
    } else {
      EXPECT_EQ(error, std::errc::connection_reset);
    }
  }
}

// The peer closed first, then its socket was reset.
TEST_F(Net, E10_AConnectionThatEndedAndWasResetIsConnected) {
  std::error_code error;
  const net::Socket listener = net::listen(rig::loopback);
  const net::Socket sock =
      net::start_connect(net::local_address(listener), error);
  net::Socket peer = rig::accept(listener);
  ::shutdown(peer.fd(), SHUT_WR);
  rig::reset(peer);
  EXPECT_EQ(net::peer_address(sock), (Address{"?", 0}));
  EXPECT_EQ(net::connect_result(sock), std::error_code());
}

TEST_F(Net, D15_AConnectionOfASocketToItselfIsRefused) {
  const net::Socket sock = rig::bound();
  sockaddr_in name{};
  socklen_t size = sizeof name;
  const auto itself = reinterpret_cast<sockaddr*>(&name);
  ::getsockname(sock.fd(), itself, &size);
  ASSERT_EQ(::connect(sock.fd(), itself, size), 0);
  EXPECT_EQ(net::connect_result(sock), std::errc::connection_refused);
}

// Two hosts may use the same port number.
TEST_F(Net, D15_TheSamePortOfAnotherAddressIsConnected) {
  const net::Socket listener = net::listen(rig::loopback);
  const net::Socket sock(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(net::local_address(listener).port);
  const auto literal = reinterpret_cast<const sockaddr*>(&name);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
  ASSERT_EQ(::bind(sock.fd(), literal, sizeof name), 0);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(sock.fd(), literal, sizeof name), 0);
  EXPECT_EQ(net::connect_result(sock), std::error_code());
}

// A link-local address needs an interface.
TEST_F(Net, D13_AZoneIsAnInterface) {
  const auto why = [](const char* host) {
    std::error_code error;
    net::start_connect({host, 1}, error);
    return error;
  };
  const std::error_code without = why("fe80::1");
  if (without != std::errc::invalid_argument) GTEST_SKIP() << without.message();
  EXPECT_NE(why("fe80::1%lo"), without);
  EXPECT_EQ(why("fe80::1%lo"), why(("fe80::1%" + number_of_lo()).c_str()));
  EXPECT_EQ(why("fe80::1%nosuch"), std::errc::no_such_device);
  EXPECT_EQ(why("::1%nosuch"), std::errc::no_such_device);
  EXPECT_EQ(why("::1%4294967296"), std::errc::no_such_device);
  EXPECT_EQ(why("::1%-1"), std::errc::no_such_device);
  EXPECT_EQ(message_thrown_by([] {
              net::listen({"::1%nosuch", 80});
            }),
            "cannot listen on [::1%nosuch]:80: No such device");
}

TEST_F(Net, D13_AnAddressIsPrintedWithItsZone) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"fe80::1%lo", "fe80::1%lo"},
      {"fe80::1%" + number_of_lo(), "fe80::1%lo"},
      {"ff02::1%lo", "ff02::1%lo"},
      {"fe80::1%987654321", "fe80::1%987654321"},
      {"fe80::1", "fe80::1"},
      {"fe80::1%0", "fe80::1"},
      {"::1", "::1"},
  };
  for (const auto& [typed, printed] : table) {
    std::error_code error;
    const auto address = net::to_socket_address({typed, 80}, error);
    EXPECT_FALSE(error) << typed;
    EXPECT_EQ(net::to_address(address), (Address{printed, 80})) << typed;
    const std::string text = to_string(net::to_address(address));
    const auto again = net::to_socket_address(net::parse_address(text), error);
    EXPECT_FALSE(error) << text;
    EXPECT_EQ(std::memcmp(&again.storage, &address.storage, address.size), 0)
        << text;
  }
}

TEST_F(Net, D13_LinkLocalEndsCanBeConnectedToAgain) {
  const std::string host = link_local_address();
  if (host.empty()) GTEST_SKIP() << "no link-local address here";
  const net::Socket listener = net::listen({host, 0});
  const Address address = net::local_address(listener);
  EXPECT_EQ(address.host, host);
  expect_talk(listener, address);
  const net::Socket client = net::connect(address);
  const net::Socket server = rig::accept(listener);
  EXPECT_EQ(net::peer_address(client), address);
  EXPECT_EQ(net::peer_address(server).host, host);
}

// --- State of a socket -------------------------------------------------------

TEST_F(Net, F07_EachSocketIsCloseOnExec) {
  const net::Socket listener = net::listen(rig::loopback);
  const Address address = net::local_address(listener);
  std::error_code error;
  const net::Socket blocking = net::connect(address);
  const net::Socket started = net::start_connect(address, error);
  for (const auto* sock : {&listener, &blocking, &started}) {
    EXPECT_NE(::fcntl(sock->fd(), F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_EQ(::fcntl(listener.fd(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(::fcntl(blocking.fd(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(started.fd(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(Net, BlockingCanBeSwitchedOffAndOn) {
  net::Socket sock = rig::bound();
  sock.set_blocking(false);
  sock.set_blocking(false);
  EXPECT_NE(::fcntl(sock.fd(), F_GETFL) & O_NONBLOCK, 0);
  sock.set_blocking(true);
  EXPECT_EQ(::fcntl(sock.fd(), F_GETFL) & O_NONBLOCK, 0);
  sock.close();
  EXPECT_THROW(sock.set_blocking(false), std::system_error);
}

TEST_F(Net, E16_AResetConnectionHasNoPeerAddress) {
  const net::Socket listener = net::listen(rig::loopback);
  net::Socket client = net::connect(net::local_address(listener));
  rig::reset(client);
  const net::Socket server = rig::accept(listener);
  EXPECT_EQ(net::peer_address(server), (Address{"?", 0}));
  EXPECT_EQ(net::local_address(server), net::local_address(listener));
}

TEST_F(Net, AClosedSocketHasNoAddress) {
  EXPECT_EQ(rig::code_thrown_by([] { net::local_address(net::Socket()); }),
            std::errc::bad_file_descriptor);
}

TEST_F(Net, ASocketIsMovedAndClosedOnce) {
  const auto before = rig::open_descriptors();
  net::Socket a = rig::bound();
  const int fd = a.fd();
  net::Socket b = std::move(a);
  EXPECT_EQ(a.fd(), -1);
  EXPECT_EQ(b.fd(), fd);
  b = rig::bound();
  EXPECT_EQ(rig::open_descriptors(), before + 1);
  b.close();
  b.close();
  EXPECT_EQ(b.fd(), -1);
  EXPECT_EQ(rig::open_descriptors(), before);
}

TEST_F(Net, TheReceiveBufferCanBeMadeSmall) {
  const net::Socket listener = net::listen(rig::loopback);
  net::set_default_rcvbuf(4096);
  const net::Socket sock = net::connect(net::local_address(listener));
  net::set_default_rcvbuf(0);
  int size = 0;
  socklen_t length = sizeof size;
  ::getsockopt(sock.fd(), SOL_SOCKET, SO_RCVBUF, &size, &length);
  EXPECT_EQ(size, 2 * 4096);  // see socket(7)
}

// --- A host without IPv6 -----------------------------------------------------

// Removes IPv6 from this process.
bool forbid_ipv6() {
  const auto load = [](std::size_t offset) {
    return sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                static_cast<std::uint32_t>(offset));
  };
  sock_filter code[] = {
      load(offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
      load(offsetof(seccomp_data, args)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{std::size(code), code};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

[[noreturn]] void live_without_ipv6() {
  if (!forbid_ipv6()) std::_Exit(77);
  const std::string wrong = message_thrown_by([] {
    const net::Socket listener = net::listen({"", 0});
    const auto port = net::local_address(listener).port;
    net::connect({"127.0.0.1", port});
    net::connect({"localhost", port});
    net::listen({"localhost", 0});
  });
  std::fputs(wrong.c_str(), stderr);
  std::_Exit(wrong.empty() ? 0 : 1);
}

TEST(NetDeathTest, D13_AHostWithoutIpv6StillListensAndConnects) {
  testing::FLAGS_gtest_death_test_style = "fast";
  EXPECT_EXIT(
      live_without_ipv6(),
      [](int status) {
        return WIFEXITED(status) &&
               (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
      },
      "");
}

}  // namespace
