// The Slow Poetry Server, blocking edition.                            Part 2
//
// A few bytes at a time, to one client at a time: the others wait in the queue.

#include <sys/socket.h>

#include <cerrno>
#include <string_view>
#include <thread>

#include <fmt/core.h>

#include "cli/connection.h"
#include "cli/delivery.h"
#include "cli/print.h"
#include "cli/server_options.h"
#include "cli/tasks.h"
#include "net/socket.h"

// Sends some poetry slowly.
void send_poetry(const net::Socket& sock, cli::Delivery poem) {
  for (;;) {
    const std::string_view bytes = poem.next();
    if (bytes.empty()) return cli::end_connection(sock, poem.ending());
    // The program waits here for a client that does not read.
    const auto n = ::send(sock.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return poem.failed(net::last_error());
    poem.sent(static_cast<std::size_t>(n));
    std::this_thread::sleep_for(poem.pause());
  }
}

int main(int argc, char** argv) try {
  const auto options = cli::parse_server_args(argc, argv, "blocking edition");
  const net::Socket listener = net::listen(options.addresses.front());
  cli::set_up_connections(listener.fd(), options);
  fmt::print("Serving {} on port {}.\n", cli::one_line(options.poetry_file),
             net::local_address(listener).port);
  for (;;) {
    const net::Socket sock(::accept(listener.fd(), nullptr, nullptr));
    if (sock.fd() < 0) {
      cli::accept_failed();
      continue;
    }
    send_poetry(sock, {options, net::peer_address(sock)});
    if (options.once) return 0;
  }
} catch (const std::exception& error) {
  return cli::report(error);
}
