#include "support/servers.h"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <regex>
#include <stdexcept>

#include <gtest/gtest.h>

namespace rig {

using namespace std::chrono_literals;

namespace {

void check(bool good, const char* what) {
  if (!good) throw std::system_error(errno, std::generic_category(), what);
}

// An address on loopback, as the system calls take it.
struct Loopback {
  explicit Loopback(int family, std::uint16_t port = 0) {
    if (family == AF_INET) {
      const auto ipv4 = reinterpret_cast<sockaddr_in*>(&storage);
      ipv4->sin_port = htons(port);
      ipv4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      size = sizeof *ipv4;
    } else {
      const auto ipv6 = reinterpret_cast<sockaddr_in6*>(&storage);
      ipv6->sin6_port = htons(port);
      ipv6->sin6_addr = in6addr_loopback;
      size = sizeof *ipv6;
    }
    storage.ss_family = static_cast<sa_family_t>(family);
  }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }

  sockaddr_storage storage{};
  socklen_t size = 0;
};

net::Socket make_socket(int family) {
  net::Socket sock(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  check(sock.fd() >= 0, "socket");
  return sock;
}

net::Socket bind_to(int family, std::uint16_t port = 0) {
  net::Socket sock = make_socket(family);
  Loopback address(family, port);
  check(::bind(sock.fd(), address.get(), address.size) == 0, "bind");
  return sock;
}

net::Socket connect_to(int family, std::uint16_t port) {
  net::Socket sock = make_socket(family);
  Loopback address(family, port);
  check(::connect(sock.fd(), address.get(), address.size) == 0, "connect");
  return sock;
}

// The port is at the same offset in both families.
std::uint16_t port_of(const net::Socket& sock) {
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  check(::getsockname(sock.fd(), reinterpret_cast<sockaddr*>(&address),
                      &size) == 0,
        "getsockname");
  return ntohs(address.sin6_port);
}

// How many bytes the other end of an IPv4 connection has not yet read. The
// other end is on this machine, too, and the kernel lists it.
std::size_t unread_by_peer(int fd) {
  sockaddr_in ours{};
  sockaddr_in theirs{};
  socklen_t size = sizeof ours;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&ours), &size);
  ::getpeername(fd, reinterpret_cast<sockaddr*>(&theirs), &size);
  for (const std::string& line : lines(contents("/proc/net/tcp"))) {
    unsigned local = 0;
    unsigned remote = 0;
    unsigned long unread = 0;
    const int read =
        std::sscanf(line.c_str(), " %*d: %*x:%x %*x:%x %*x %*x:%lx", &local,
                    &remote, &unread);
    if (read == 3 && local == ntohs(theirs.sin_port) &&
        remote == ntohs(ours.sin_port)) {
      return unread;
    }
  }
  return 0;
}

void reset_on_close(int fd) {
  const linger at_once{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::string on_loopback(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

std::vector<std::string> command_line(const std::string& file,
                                      std::vector<std::string> options,
                                      const std::vector<std::string>& command) {
  options.insert(options.begin(), command.begin(), command.end());
  options.push_back(file);
  return options;
}

}  // namespace

// --- Poems -------------------------------------------------------------------

PoemFile::PoemFile(const std::string& poem)
    : path_(testing::TempDir() + "poem-XXXXXX") {
  const net::Socket file(::mkstemp(path_.data()));
  check(file.fd() >= 0, "mkstemp");
  check(::write(file.fd(), poem.data(), poem.size()) ==
            static_cast<ssize_t>(poem.size()),
        "write");
}

PoemFile::~PoemFile() {
  ::unlink(path_.c_str());
}

std::string long_poem(std::size_t size) {
  std::string poem;
  poem.reserve(size + 64);
  for (std::size_t line = 0; poem.size() < size; ++line) {
    poem += std::to_string(line) + " and so it goes on and on and on and on\n";
  }
  poem.resize(size);
  return poem;
}

std::string binary_poem() {
  std::string poem;
  for (int i = 0; i < 1024; ++i) {
    poem += static_cast<char>(i * 7 + i / 256);
  }
  return poem;
}

// --- Our server --------------------------------------------------------------

PoetryServer::PoetryServer(const std::string& file,
                           std::vector<std::string> options,
                           const std::vector<std::string>& command)
    : process_({.words = command_line(file, std::move(options), command)}) {
  static const std::regex serving("^Serving .* on port (\\d+)\\.\n");
  std::smatch match;
  std::string out;
  eventually("the server to listen", [&] {
    if (process_.ended()) {
      throw std::runtime_error("no server: " + process_.err());
    }
    out = process_.out();
    return std::regex_search(out, match, serving);
  });
  port_ = static_cast<std::uint16_t>(std::stoi(match[1]));
}

std::string PoetryServer::address(const std::string& host) const {
  return host + ':' + std::to_string(port_);
}

// --- Visit -------------------------------------------------------------------

void Visit::wait_for(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!closing_ && !holds() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(500us);
  }
}

void Visit::wait_for(const Gate& gate) {
  wait_for([&] { return gate.is_open(); });
}

void Visit::push(std::string_view bytes) {
  while (!bytes.empty() && !gone_) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    gone_ = n < 0;
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void Visit::send(std::string_view bytes) {
  push(bytes);
  wait_for([&] {
    int left = 0;
    return ::ioctl(fd_, SIOCOUTQ, &left) < 0 || left == 0;
  });
}

void Visit::wait_until_read() {
  wait_for([&] { return unread_by_peer(fd_) == 0; });
}

void Visit::stall() {
  char ignored[4096];
  while (::recv(fd_, ignored, sizeof ignored, 0) > 0) {
  }
}

void Visit::finish() {
  ::shutdown(fd_, SHUT_WR);
  stall();
}

void Visit::reset() {
  reset_on_close(fd_);
}

// --- Behaviours --------------------------------------------------------------

Behaviour serves(std::string poem) {
  return [poem = std::move(poem)](Visit& visit) {
    visit.send(poem);
    visit.finish();
  };
}

Behaviour serves_byte_by_byte(std::string poem) {
  return [poem = std::move(poem)](Visit& visit) {
    for (const char& byte : poem) {
      visit.push({&byte, 1});
    }
    visit.finish();
  };
}

Behaviour resets_after(std::size_t bytes, const std::atomic<pid_t>& client) {
  return [bytes, &client](Visit& visit) {
    visit.wait_for([&] { return client != 0 && is_asleep(client); });
    visit.send(long_poem(bytes));
    visit.reset();
  };
}

Behaviour stays_silent() {
  return [](Visit& visit) { visit.stall(); };
}

Behaviour sends_and_stalls(std::string poem) {
  return [poem = std::move(poem)](Visit& visit) {
    visit.send(poem);
    visit.stall();
  };
}

Behaviour never_ends() {
  return [poem = long_poem(65536)](Visit& visit) {
    while (!visit.over()) {
      visit.push(poem);
    }
  };
}

// --- Server ------------------------------------------------------------------

Server::Server(Behaviour behaviour, int family)
    : behaviour_(std::move(behaviour)),
      family_(family),
      listener_(bind_to(family)),
      port_(port_of(listener_)) {
  check(::listen(listener_.fd(), SOMAXCONN) == 0, "listen");
  thread_ = std::thread([this] { serve_all(); });
}

Server::~Server() {
  closing_ = true;
  ::shutdown(listener_.fd(), SHUT_RDWR);
  {
    const std::lock_guard lock(mutex_);
    ::shutdown(client_.fd(), SHUT_RDWR);
  }
  thread_.join();
}

std::string Server::address() const {
  return family_ == AF_INET ? on_loopback(port_)
                            : "[::1]:" + std::to_string(port_);
}

void Server::wait_for_visits(int count) const {
  eventually(std::to_string(count) + " clients",
             [&] { return visits_ >= count; });
}

void Server::wait_for_served(int count) const {
  eventually(std::to_string(count) + " clients served",
             [&] { return served_ >= count; });
}

// The destructor shuts the listener down, and accept4() fails.
void Server::serve_all() {
  for (;;) {
    net::Socket sock(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (sock.fd() < 0) return;
    const int fd = sock.fd();
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    {
      const std::lock_guard lock(mutex_);
      client_ = std::move(sock);
      if (closing_) return;
    }
    ++visits_;

    Visit visit(fd, closing_);
    behaviour_(visit);
    const std::lock_guard lock(mutex_);
    client_.close();
    ++served_;
  }
}

// --- Ports that do not answer ------------------------------------------------

RefusingPort::RefusingPort()
    : sock_(bind_to(AF_INET)),
      port_(port_of(sock_)) {}

std::string RefusingPort::address() const {
  return on_loopback(port_);
}

// A queue of length zero holds one connection.
FullBacklog::FullBacklog(int family, std::uint16_t port)
    : listener_(bind_to(family, port)),
      port_(port_of(listener_)) {
  check(::listen(listener_.fd(), 0) == 0, "listen");
  first_ = connect_to(family, port_);
}

void FullBacklog::serve(std::string_view poem) {
  const net::Socket first(::accept(listener_.fd(), nullptr, nullptr));
  const net::Socket client(::accept(listener_.fd(), nullptr, nullptr));
  const std::atomic<bool> closing = false;
  Visit visit(client.fd(), closing);
  visit.send(poem);
  visit.finish();
}

std::string FullBacklog::address() const {
  return on_loopback(port_);
}

// --- Caller ------------------------------------------------------------------

Caller::Caller(std::uint16_t port, int family)
    : sock_(connect_to(family, port)) {
  const timeval limit{patience.count(), 0};
  ::setsockopt(sock_.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(sock_.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

void Caller::send(std::string_view bytes) {
  check(::send(sock_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()),
        "send");
}

std::string Caller::read(std::size_t bytes) {
  std::string text;
  char buffer[65536];
  while (text.size() < bytes) {
    const auto wanted = std::min(bytes - text.size(), sizeof buffer);
    const ssize_t n = ::recv(sock_.fd(), buffer, wanted, 0);
    if (n < 0) error_ = net::last_error();
    if (n <= 0) break;
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return text;
}

std::string Caller::read_all() {
  return read(std::numeric_limits<std::size_t>::max());
}

bool Caller::has_news() const {
  pollfd fd{sock_.fd(), POLLIN, 0};
  return ::poll(&fd, 1, 0) > 0;
}

std::uint16_t Caller::local_port() const {
  return port_of(sock_);
}

void Caller::reset() {
  reset_on_close(sock_.fd());
  sock_.close();
}

}  // namespace rig
