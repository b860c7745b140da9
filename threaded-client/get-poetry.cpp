// The threaded Get Poetry Now! client.                        Part 1, Figure 2
//
// All poems at once: each has a thread, which waits for its server only.

#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <future>
#include <stop_token>
#include <string>
#include <vector>

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

  // The thread waits here, in recv(), for as long as the server likes.
  do {
    n = ::recv(sock.fd(), buffer, sizeof buffer, 0);
    if (n > 0) poem.append(buffer, static_cast<std::size_t>(n));
  } while (poem.size() <= max_bytes && (n > 0 || net::must_retry(n)));
  auto reason = n < 0 ? net::last_error() : std::error_code();
  // A poem without an end must not fill the memory.
  if (n > 0) reason = make_error_code(std::errc::message_size);
  return reason;
}

// Runs in each thread, which has its own task and shares nothing.
void run(cli::Task& task, std::stop_token stop) {
  fmt::print("Task {}: get poetry from: {}\n", task.num,
             to_string(task.address));
  const auto began = cli::Clock::now();
  try {
    const net::Socket sock = net::connect(task.address);
    // Called when main() requests the stop, or now if it has: ends the recv().
    const std::stop_callback on_stop(stop,
                                     [&] { ::shutdown(sock.fd(), SHUT_RDWR); });
    std::string poem;
    auto reason = get_poetry(sock, task.max_bytes, poem);
    if (stop.stop_requested()) reason = make_error_code(std::errc::interrupted);
    const auto time = cli::Clock::now() - began;
    task.finished(poem.size(), reason);
    fmt::print("Task {}: got {} bytes of poetry from {} in {}{}\n", task.num,
               poem.size(), to_string(task.address), cli::to_string(time),
               task.mark());
  } catch (const std::system_error& error) {
    task.failed(error.code());
  }
}

int main(int argc, char** argv) try {
  const auto options = cli::parse_args(argc, argv, "threaded edition");
  const auto start = cli::Clock::now();
  cli::Tasks tasks(options);
  std::stop_source stop;
  std::vector<std::future<void>> threads;

  for (cli::Task& task : tasks) {
    threads.push_back(
        std::async(std::launch::async, run, std::ref(task), stop.get_token()));
  }

  for (auto& thread : threads) {
    // Ctrl-C interrupts one thread, and not always this one: look regularly.
    while (thread.wait_for(std::chrono::milliseconds(100)) !=
           std::future_status::ready) {
      if (cli::interrupted()) stop.request_stop();
    }
    thread.get();
  }

  const auto elapsed = cli::Clock::now() - start;
  fmt::print("Got {} poems in {}\n", tasks.count(), cli::to_string(elapsed));
  return tasks.exit_status();
} catch (const std::exception& error) {
  return cli::report(error);
}
