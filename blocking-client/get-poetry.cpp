// The blocking Get Poetry Now! client.                                 Part 2
//
// One poem after the other: while it waits for a server, it does nothing else.

#include <sys/socket.h>

#include <string>

#include <fmt/core.h>

#include "cli/elapsed.h"
#include "cli/options.h"
#include "cli/tasks.h"
#include "net/socket.h"

// Fetches one poem, and does not return before it is over.
std::error_code get_poetry(const net::Socket& sock,
                           std::size_t max_bytes,
                           std::string& poem) {
  char buffer[1024];
  ssize_t n = 0;

  // The program waits here, in recv(), for as long as the server likes.
  do {
    n = ::recv(sock.fd(), buffer, sizeof buffer, 0);
    if (n > 0) poem.append(buffer, static_cast<std::size_t>(n));
  } while (poem.size() <= max_bytes && (n > 0 || net::must_retry(n)));
  auto reason = n < 0 ? net::last_error() : std::error_code();
  // A poem without an end must not fill the memory.
  if (n > 0) reason = make_error_code(std::errc::message_size);
  return reason;
}

int main(int argc, char** argv) try {
  const auto options = cli::parse_args(argc, argv, "blocking edition");
  const auto start = cli::Clock::now();
  cli::Tasks tasks(options);

  for (cli::Task& task : tasks) {
    fmt::print("Task {}: get poetry from: {}\n", task.num,
               to_string(task.address));
    const auto began = cli::Clock::now();
    try {
      const net::Socket sock = net::connect(task.address);
      std::string poem;
      const auto reason = get_poetry(sock, task.max_bytes, poem);
      const auto time = cli::Clock::now() - began;
      task.finished(poem.size(), reason);
      fmt::print("Task {}: got {} bytes of poetry from {} in {}{}\n", task.num,
                 poem.size(), to_string(task.address), cli::to_string(time),
                 task.mark());
    } catch (const std::system_error& error) {
      task.failed(error.code());
    }
    if (cli::interrupted()) break;
  }

  const auto elapsed = cli::Clock::now() - start;
  fmt::print("Got {} poems in {}\n", tasks.count(), cli::to_string(elapsed));
  return tasks.exit_status();
} catch (const std::exception& error) {
  return cli::report(error);
}
