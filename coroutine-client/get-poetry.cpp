// The coroutine Get Poetry Now! client.                            Coroutines
//
// All poems at once, with the steps in the order of the blocking client. Where
// that client waits, this one returns to the reactor, and is resumed later.

#include <csignal>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "cli/elapsed.h"
#include "cli/options.h"
#include "cli/tasks.h"
#include "coroutine/stream.h"
#include "reactor/reactor.h"

// Fetches one poem, and returns to its caller when it has to wait.
reactor::Coroutine get_poetry(reactor::Reactor& reactor,
                              cli::Task& task,
                              std::size_t& left) {
  fmt::print("Task {}: get poetry from: {}\n", task.num,
             to_string(task.address));
  const auto began = cli::Clock::now();
  try {
    const auto limit = task.timeout.value_or(std::chrono::seconds(30));
    const auto sock = co_await reactor::connect(reactor, task.address, limit);
    std::string poem;
    std::error_code reason;
    try {
      // The coroutine waits here, in read(), for as long as the server likes.
      while (poem.size() <= task.max_bytes) {
        const auto bytes = co_await sock.read();
        if (bytes.empty()) break;
        poem += bytes;
      }
    } catch (const std::system_error& error) {
      reason = error.code();
    }
    // A poem without an end must not fill the memory.
    if (poem.size() > task.max_bytes) {
      reason = make_error_code(std::errc::message_size);
    }
    const auto time = cli::Clock::now() - began;
    task.finished(poem.size(), reason);
    fmt::print("Task {}: got {} bytes of poetry from {} in {}{}\n", task.num,
               poem.size(), to_string(task.address), cli::to_string(time),
               task.mark());
  } catch (const std::system_error& error) {
    task.failed(error.code());
  }
  if (--left == 0 && reactor.running()) reactor.stop();
}

int main(int argc, char** argv) try {
  const auto options =
      cli::parse_args(argc, argv, "coroutine edition", reactor::poller_names());
  const auto start = cli::Clock::now();
  cli::Tasks tasks(options);
  reactor::Reactor reactor(reactor::make_poller(options.reactor));
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  // All tasks began together, so one call is enough.
  if (options.timeout) {
    reactor.call_later(*options.timeout, [&] { reactor.stop(); });
  }
  std::vector<reactor::Coroutine> coroutines;
  std::size_t left = tasks.size();

  for (cli::Task& task : tasks) {
    coroutines.push_back(get_poetry(reactor, task, left));
  }
  reactor.run();

  const auto elapsed = cli::Clock::now() - start;
  fmt::print("Got {} poems in {}\n", tasks.count(), cli::to_string(elapsed));
  return tasks.exit_status();
} catch (const std::exception& error) {
  return cli::report(error);
}
