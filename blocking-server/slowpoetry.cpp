// The Slow Poetry Server, blocking edition.                            Part 2
//
// A few bytes at a time, to one client at a time: later clients wait in the
// queue.

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <thread>

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include "cli/connection.h"
#include "cli/elapsed.h"
#include "cli/poem.h"
#include "cli/print.h"
#include "cli/server_options.h"
#include "cli/tasks.h"
#include "net/socket.h"

using namespace std::chrono_literals;

// Sends the bytes from `sent` to `end`, and does not return before the system
// has taken all of them.
std::error_code send_bytes(const net::Socket& sock,
                           cli::Poem& poem,
                           std::size_t& sent,
                           std::size_t end) {
  while (sent < end) {
    const std::string_view bytes = poem.read(sent, end - sent);
    const int more = bytes.size() < end - sent ? MSG_MORE : 0;

    // The program waits here for a client that does not read.
    const ssize_t n =
        ::send(sock.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | more);
    if (n < 0 && errno != EINTR) return net::last_error();
    if (n > 0) sent += static_cast<std::size_t>(n);
  }
  return {};
}

// Sends some poetry slowly down the socket.
void send_poetry(const net::Socket& sock, const cli::ServerOptions& options) {
  cli::Poem poem(options.poetry_file, options.repeat);
  const bool fails = options.fail_after && *options.fail_after <= poem.size();
  const std::size_t end = fails ? *options.fail_after : poem.size();
  std::size_t sent = 0;
  auto due = cli::Clock::now();

  while (sent < end) {
    const std::size_t n = std::min(options.num_bytes, end - sent);
    if (!options.quiet) fmt::print("Sending {} bytes\n", n);
    if (const auto error = send_bytes(sock, poem, sent, sent + n)) {
      const bool late = error == std::errc::operation_would_block;
      spdlog::warn("client {} after {} of {} bytes",
                   late ? "took nothing for too long" : "went away", sent,
                   poem.size());
      return;
    }

    // The pause begins when the chunk was due, or each would be a bit too long;
    // but a client that kept us waiting is not sent everything at once.
    due += options.delay;
    const auto now = cli::Clock::now();
    if (due < now) due = now + options.delay;
    std::this_thread::sleep_until(due);
  }
  spdlog::debug("sent {} of {} bytes", sent, poem.size());
  cli::end_connection(sock, fails ? options.fail : "close");
}

void serve(const net::Socket& listener, const cli::ServerOptions& options) {
  for (;;) {
    const net::Socket sock(::accept(listener.fd(), nullptr, nullptr));
    if (net::must_retry(sock.fd())) continue;
    if (sock.fd() < 0) {
      spdlog::warn("accept: {}", net::last_error().message());
      std::this_thread::sleep_for(1s);
      continue;
    }

    if (!options.quiet) {
      fmt::print("Somebody at {} wants poetry!\n",
                 to_string(net::peer_address(sock)));
    }
    try {
      send_poetry(sock, options);
    } catch (const std::exception& error) {
      spdlog::error("{}", error.what());
    }
    if (options.once) return;
  }
}

int main(int argc, char** argv) try {
  const auto options = cli::parse_server_args(argc, argv);
  const net::Socket listener = net::listen(options.address);
  cli::set_up_connections(listener, options);
  fmt::print("Serving {} on port {}.\n", cli::one_line(options.poetry_file),
             net::local_address(listener).port);
  serve(listener, options);
} catch (const std::exception& error) {
  return cli::report(error);
}
