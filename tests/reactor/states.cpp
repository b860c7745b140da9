#include "reactor/states.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "support/rig.h"

namespace rig {
namespace {

constexpr int flags = O_CLOEXEC | O_NONBLOCK;

using States = std::vector<State>;

void add(States& states, const std::string& name, int fd) {
  EXPECT_GE(fd, 0) << name;
  states.push_back({name, net::Socket(fd), {}});
}

// --- Files -------------------------------------------------------------------

void add_files(States& states) {
  const auto add_file = [&](const char* path, int mode) {
    add(states, path, ::open(path, mode | flags));
  };
  add(states, "file", ::memfd_create("file", MFD_CLOEXEC));
  add_file("/proc/self/status", O_RDONLY);
  add_file("/proc/self/mounts", O_RDONLY);
  add_file("/dev/null", O_RDWR);
  add_file("/dev/full", O_WRONLY);
  add_file("/", O_RDONLY | O_DIRECTORY);
  add_file("/", O_PATH);
  add(states, "idle timer", ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
  add(states, "idle event", ::eventfd(0, EFD_NONBLOCK));
  add(states, "full event", ::eventfd(0, EFD_NONBLOCK));
  ::eventfd_write(states.back().sock.fd(), 0xfffffffffffffffe);
}

// --- Connected sockets -------------------------------------------------------

constexpr int neither = -1;
constexpr int ways[] = {neither, SHUT_RD, SHUT_WR, SHUT_RDWR};

std::string name_of(int how) {
  const char* const names[] = {"open", "SHUT_RD", "SHUT_WR", "SHUT_RDWR"};
  return names[how + 1];
}

// Both ends, each of them open or shut down.
template <typename MakePair>
void add_shut_pairs(States& states,
                    const std::string& kind,
                    MakePair make_pair) {
  for (const int ours : ways) {
    for (const int theirs : ways) {
      auto [sock, other] = make_pair();
      if (ours != neither) ::shutdown(sock.fd(), ours);
      if (theirs != neither) ::shutdown(other.fd(), theirs);
      const std::string name =
          kind + ' ' + name_of(ours) + ", other " + name_of(theirs);
      states.push_back({name, std::move(sock), std::move(other)});
    }
  }
}

template <typename MakePair>
void add_pairs(States& states, const std::string& kind, MakePair make_pair) {
  add_shut_pairs(states, kind, make_pair);
  const auto add_after = [&](const std::string& name, auto change) {
    auto [sock, other] = make_pair();
    change(other);
    states.push_back({kind + ' ' + name, std::move(sock), std::move(other)});
  };
  const auto urge = [](const net::Socket& other) {
    ::send(other.fd(), "x", 1, MSG_OOB);
  };
  add_after("data", [](auto& other) { send_bytes(other); });
  add_after("urgent", urge);
  add_after("urgent, data", [&](auto& other) { urge(other), urge(other); });
  add_after("urgent, end",
            [&](auto& other) { urge(other), ::shutdown(other.fd(), SHUT_WR); });
  add_after("closed", [](auto& other) { other.close(); });
  add_after("reset", [](auto& other) { reset(other); });
}

std::pair<net::Socket, net::Socket> make_local_pair() {
  Pair pair;
  return {std::move(pair.sock), std::move(pair.other)};
}

std::pair<net::Socket, net::Socket> make_tcp_pair() {
  TcpPair pair(true);
  return {std::move(pair.sock), std::move(pair.other)};
}

template <typename MakePair>
auto filled(MakePair make_pair) {
  return [make_pair] {
    auto pair = make_pair();
    fill(pair.first);
    return pair;
  };
}

// --- Other sockets -----------------------------------------------------------

void add_listeners(States& states) {
  for (const char* const name : {"listening", "shut down", "with a client"}) {
    net::Socket listener = net::listen({"127.0.0.1", 0});
    listener.set_blocking(false);
    states.push_back({std::string("listener ") + name, {}, {}});
    if (name == std::string("shut down")) ::shutdown(listener.fd(), SHUT_RDWR);
    if (name == std::string("with a client")) {
      states.back().other = net::connect(net::local_address(listener));
    }
    states.back().sock = std::move(listener);
  }
}

void add_connecting(States& states) {
  net::Socket listener = net::listen({"127.0.0.1", 0});
  const net::Address address = net::local_address(listener);
  std::error_code error;
  net::Socket shut = net::start_connect(address, error);
  ::shutdown(shut.fd(), SHUT_RDWR);
  states.push_back({"connecting, shut", std::move(shut), {}});
  listener.close();
  states.push_back({"refused", net::start_connect(address, error), {}});
  constexpr int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
  add(states, "fresh TCP", ::socket(AF_INET, type, 0));
  add(states, "fresh local", ::socket(AF_UNIX, type, 0));
}

// The first datagram is answered with an error.
void add_datagrams(States& states) {
  sockaddr_in closed{};
  closed.sin_family = AF_INET;
  closed.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  closed.sin_port = htons(1);
  for (const int how : ways) {
    const int fd =
        ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    add(states, "datagram " + name_of(how), fd);
    ::connect(fd, reinterpret_cast<const sockaddr*>(&closed), sizeof closed);
    ::send(fd, "x", 1, 0);
    if (how != neither) ::shutdown(fd, how);
  }
}

// --- Pipes and terminals -----------------------------------------------------

void add_pipes(States& states) {
  for (const bool is_open : {true, false}) {
    for (const std::string name : {"pipe's exit", "pipe", "full pipe"}) {
      int ends[2];
      EXPECT_EQ(::pipe2(ends, flags), 0);
      net::Socket in(ends[1]);
      net::Socket out(ends[0]);
      if (name == "full pipe") fill_file(in);
      if (name == "pipe's exit") std::swap(in, out);
      if (!is_open) out.close();
      states.push_back({name + (is_open ? "" : ", other closed"), std::move(in),
                        std::move(out)});
    }
  }
}

void add_terminals(States& states) {
  for (const bool is_open : {true, false}) {
    for (const std::string name : {"", "full "}) {
      for (const std::string side : {"controller", "terminal"}) {
        Terminal pair;
        if (side == "terminal") std::swap(pair.controller, pair.terminal);
        if (name == "full ") fill_file(pair.controller);
        if (!is_open) pair.terminal.close();
        states.push_back({name + side + (is_open ? "" : ", other closed"),
                          std::move(pair.controller),
                          std::move(pair.terminal)});
      }
    }
  }
}

}  // namespace

Terminal::Terminal()
    : controller(::posix_openpt(O_RDWR | O_NOCTTY | flags)) {
  EXPECT_EQ(::grantpt(controller.fd()), 0);
  EXPECT_EQ(::unlockpt(controller.fd()), 0);
  const char* const name = ::ptsname(controller.fd());
  terminal = net::Socket(::open(name, O_RDWR | O_NOCTTY | flags));
  termios mode;
  EXPECT_EQ(::tcgetattr(terminal.fd(), &mode), 0);
  ::cfmakeraw(&mode);
  EXPECT_EQ(::tcsetattr(terminal.fd(), TCSANOW, &mode), 0);
}

void fill_file(const net::Socket& file) {
  for (const std::string& bytes : {std::string(4096, '.'), std::string(".")}) {
    while (::write(file.fd(), bytes.data(), bytes.size()) > 0) {
    }
  }
}

std::vector<State> all_states() {
  States states;
  add_files(states);
  add_pairs(states, "local", &make_local_pair);
  add_pairs(states, "full local", filled(&make_local_pair));
  add_pairs(states, "TCP", &make_tcp_pair);
  add_pairs(states, "full TCP", filled(&make_tcp_pair));
  add_listeners(states);
  add_connecting(states);
  add_datagrams(states);
  add_pipes(states);
  add_terminals(states);
  return states;
}

}  // namespace rig
