// A server of slow poems, for the benchmarks of clients.
//
// `poem_server SIZE PIECE DELAY_MS P`: sends P poems of SIZE bytes, one on each
// connection, PIECE bytes every DELAY_MS milliseconds.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>

#include "common/poems.h"

namespace {

constexpr int at_once = 256;

class Server {
 public:
  explicit Server(char** words)
      : text_(bench::poem_text(
            static_cast<std::size_t>(bench::number(words[0], 1, 100'000'000)))),
        piece_(
            static_cast<std::size_t>(bench::number(words[1], 1, 100'000'000))),
        delay_(static_cast<double>(bench::number(words[2], 0, 60'000)) / 1000),
        count_(bench::number(words[3], 1, 1'000'000)),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

  // Several sockets listen on one port, so that many clients can connect at
  // once.
  void listen() {
    int port = 0;
    for (int i = 0; i < 4; ++i) {
      const int fd = bench::listen(port, true);
      epoll_event event{EPOLLIN, {.fd = fd}};
      if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) < 0) {
        bench::fail_last("epoll_ctl");
      }
    }
    bench::announce(port);
  }

  void run() {
    while (finished_ < count_) {
      std::array<epoll_event, 4> ready;
      const int count = ::epoll_wait(epoll_, ready.data(),
                                     static_cast<int>(ready.size()), wait());
      for (int i = 0; i < count; ++i) {
        accept(ready[static_cast<std::size_t>(i)].data.fd);
      }
      send_what_is_due();
    }
  }

  void report() const {
    std::printf(
        "poem_server poems=%ld sends=%ld cpu_s=%.6f worst_late_ms=%.1f\n",
        finished_, sends_, bench::cpu_seconds(), latest_ * 1000);
  }

 private:
  struct Turn {
    double due;
    int fd;
    std::size_t sent;
  };

  int wait() const {
    if (turns_.empty()) return -1;
    const double left = turns_.front().due - bench::wall_seconds();
    return left <= 0 ? 0 : static_cast<int>(left * 1000) + 1;
  }

  void accept(int listener) {
    for (int i = 0; i < at_once; ++i) {
      const int fd =
          ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      turns_.push_back({bench::wall_seconds() + delay_, fd, 0});
    }
  }

  void send_what_is_due() {
    const double now = bench::wall_seconds();
    for (int i = 0; i < at_once; ++i) {
      if (turns_.empty() || turns_.front().due > now) return;
      const Turn turn = turns_.front();
      turns_.pop_front();
      latest_ = std::max(latest_, now - turn.due);
      send(turn);
    }
  }

  void send(Turn turn) {
    const std::size_t size = std::min(piece_, text_.size() - turn.sent);
    const ssize_t sent =
        ::send(turn.fd, text_.data() + turn.sent, size, MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(size)) bench::fail_last("send");
    ++sends_;
    turn.sent += size;
    if (turn.sent == text_.size()) {
      ::close(turn.fd);
      ++finished_;
    } else {
      turns_.push_back({turn.due + delay_, turn.fd, turn.sent});
    }
  }

  const std::string text_;
  const std::size_t piece_;
  const double delay_;
  const long count_;
  const int epoll_;
  std::deque<Turn> turns_;  // in the order they are due: all delays are equal
  long finished_ = 0;
  long sends_ = 0;
  double latest_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) bench::usage("poem_server SIZE PIECE DELAY_MS P");
  Server server(argv + 1);
  server.listen();
  server.run();
  server.report();
}
