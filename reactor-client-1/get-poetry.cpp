// The reactor Get Poetry Now! client, version 1.0.                     Part 4
//
// The loop is gone: it is the reactor's now, and the reactor calls us.

#include <sys/socket.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "cli/elapsed.h"
#include "cli/options.h"
#include "cli/tasks.h"
#include "net/socket.h"
#include "reactor/error.h"
#include "reactor/reactor.h"

class PoetrySocket final : public reactor::ReadDescriptor {
 public:
  PoetrySocket(cli::Task& task, reactor::Reactor& reactor)
      : task_(task),
        sock_(net::connect(task.address, task.time_left())),
        reactor_(reactor) {
    sock_.set_blocking(false);
  }

  int fileno() const override { return sock_.fd(); }

  // Reads what there is; never waits for more.
  std::error_code do_read() override {
    const std::size_t had = poem_.size();
    char buffer[1024];
    ssize_t n = 0;

    do {
      n = ::recv(fileno(), buffer, sizeof buffer, 0);
      if (n > 0) poem_.append(buffer, static_cast<std::size_t>(n));
    } while (poem_.size() <= task_.max_bytes && (n > 0 || net::must_retry(n)));
    auto reason = n < 0 ? net::last_error() : std::error_code();
    // A poem without an end must not fill the memory.
    if (n > 0) reason = make_error_code(std::errc::message_size);

    if (poem_.size() > had) {
      fmt::print("Task {}: got {} bytes of poetry from {}\n", task_.num,
                 poem_.size() - had, to_string(task_.address));
    }

    // A blocking socket would have kept us waiting here.
    if (reason == std::errc::operation_would_block) return {};

    if (!reason) fmt::print("Task {} finished\n", task_.num);
    return reason ? reason : reactor::Error::connection_done;
  }

  void connection_lost(std::error_code reason) override {
    if (reason == reactor::Error::connection_done) reason.clear();
    task_.finished(poem_.size(), reason);
    sock_.close();
    // The last socket stops the reactor.
    if (reactor_.readers().empty() && reactor_.running()) reactor_.stop();
  }

  // Called by main() at the end, in the order of the command line.
  void report() const {
    fmt::print("Task {}: {} bytes of poetry{}\n", task_.num, poem_.size(),
               task_.mark());
  }

 private:
  cli::Task& task_;
  net::Socket sock_;
  std::string poem_;
  reactor::Reactor& reactor_;
};

int main(int argc, char** argv) try {
  const auto options = cli::parse_args(argc, argv, "reactor version 1.0",
                                       reactor::poller_names());
  const auto start = cli::Clock::now();
  cli::Tasks tasks(options);
  reactor::Reactor reactor(reactor::make_poller(options.reactor));
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  // All tasks began together, so one call is enough.
  if (options.timeout) {
    reactor.call_later(*options.timeout, [&] { reactor.stop(); });
  }
  std::vector<std::shared_ptr<PoetrySocket>> sockets;

  for (cli::Task& task : tasks) {
    try {
      sockets.push_back(std::make_shared<PoetrySocket>(task, reactor));
      reactor.add_reader(sockets.back());
    } catch (const std::system_error& error) {
      task.failed(error.code());
    }
  }

  if (!reactor.readers().empty()) reactor.run();

  const auto elapsed = cli::Clock::now() - start;
  for (const auto& sock : sockets) {
    sock->report();
  }
  fmt::print("Got {} poems in {}\n", tasks.count(), cli::to_string(elapsed));
  return tasks.exit_status();
} catch (const std::exception& error) {
  return cli::report(error);
}
