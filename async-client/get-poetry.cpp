// The asynchronous Get Poetry Now! client.                             Part 2
//
// All poems at once: one loop waits for all servers, and reads what has
// arrived.

#include <sys/select.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "cli/elapsed.h"
#include "cli/options.h"
#include "cli/tasks.h"
#include "net/socket.h"

class PoetrySocket {
 public:
  explicit PoetrySocket(cli::Task& task)
      : task_(task),
        sock_(net::connect(task.address)) {
    sock_.set_blocking(false);
    if (fileno() >= FD_SETSIZE) net::throw_error(EMFILE, "select");
  }

  int fileno() const { return sock_.fd(); }

  // Reads what there is; never waits for more.
  void do_read() {
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
    if (reason == std::errc::operation_would_block) return;

    if (!reason) fmt::print("Task {} finished\n", task_.num);
    task_.finished(poem_.size(), reason);
    sock_.close();
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
};

// Reads from each socket that is ready, until all poems are over.
void get_poetry(const std::vector<std::shared_ptr<PoetrySocket>>& sockets) {
  while (!cli::interrupted()) {
    fd_set readable;
    FD_ZERO(&readable);
    int last = -1;
    for (const auto& sock : sockets) {
      const int fd = sock->fileno();
      if (fd >= 0) FD_SET(fd, &readable);
      if (fd > last) last = fd;
    }
    if (last < 0) return;
    // The only place where the program waits.
    if (::select(last + 1, &readable, nullptr, nullptr, nullptr) < 0) {
      if (errno == EINTR) continue;
      net::throw_last_error("select");
    }
    for (const auto& sock : sockets) {
      const int fd = sock->fileno();
      if (fd >= 0 && FD_ISSET(fd, &readable)) sock->do_read();
    }
  }
}

int main(int argc, char** argv) try {
  const auto options = cli::parse_args(argc, argv, "asynchronous edition");
  const auto start = cli::Clock::now();
  cli::Tasks tasks(options);
  std::vector<std::shared_ptr<PoetrySocket>> sockets;

  for (cli::Task& task : tasks) {
    try {
      sockets.push_back(std::make_shared<PoetrySocket>(task));
    } catch (const std::system_error& error) {
      task.failed(error.code());
    }
  }

  get_poetry(sockets);

  const auto elapsed = cli::Clock::now() - start;
  for (const auto& sock : sockets) {
    sock->report();
  }
  fmt::print("Got {} poems in {}\n", tasks.count(), cli::to_string(elapsed));
  return tasks.exit_status();
} catch (const std::exception& error) {
  return cli::report(error);
}
