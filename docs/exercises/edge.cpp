// Waits for a line of poetry, edge-triggered.              Exercise of Part 3
//
// This program hangs. The whole line has arrived, but a part of it is never
// read.

#include <sys/epoll.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

#include <fmt/core.h>

#include "cli/options.h"
#include "cli/process.h"
#include "net/socket.h"

constexpr std::string_view sent = "Four bobbins speak, and forty wait.\n";

int checked(int result, const char* call) {
  if (result < 0) net::throw_last_error(call);
  return result;
}

// Returns whether there was something to read.
bool read_some(const net::Socket& sock, std::string& line) {
  char buffer[20];
  const ssize_t n = ::recv(sock.fd(), buffer, sizeof buffer, MSG_DONTWAIT);
  if (n <= 0) return false;
  line.append(buffer, static_cast<std::size_t>(n));
  fmt::print("{} of {} bytes\n", line.size(), sent.size());
  return true;
}

int main(int argc, char** argv) {
  cli::init_process(cli::OnSignal::end);
  cli::parse_no_args(argc, argv,
                     "Waits for a line with an edge-triggered epoll.");
  int ends[2];
  checked(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
  const net::Socket ours(ends[0]);
  const net::Socket theirs(ends[1]);
  const net::Socket epoll(checked(::epoll_create1(0), "epoll_create1"));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  checked(::epoll_ctl(epoll.fd(), EPOLL_CTL_ADD, ours.fd(), &event),
          "epoll_ctl");
  if (::send(theirs.fd(), sent.data(), sent.size(), 0) < 0) {
    net::throw_last_error("send");
  }

  std::string line;
  while (line.size() < sent.size()) {
    checked(::epoll_wait(epoll.fd(), &event, 1, -1), "epoll_wait");
    read_some(ours, line);
  }
  fmt::print("{}", line);
}
