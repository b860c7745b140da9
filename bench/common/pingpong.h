// Ping-pong: 64 bytes there, the same 64 back, over many connections.
//
// `pingpong server C` echoes until C connections have ended.
// `pingpong client HOST PORT C M` opens C connections and sends M messages in
// all: the next one on a connection when the answer to the last one is there.
#pragma once

#include <array>
#include <cstdio>
#include <string_view>

#include "common/bench.h"

namespace bench {

constexpr std::size_t ping_size = 64;

class PongServer {
 public:
  explicit PongServer(const char* count)
      : count_(number(count, 1, 1'000'000)) {}

  void serving(int port) {
    announce(port);
    cpu_ = cpu_seconds();
  }
  void echoed(std::size_t bytes) { bytes_ += static_cast<long>(bytes); }

  // A connection has ended. Returns whether it was the last one.
  bool gone() { return ++gone_ == count_; }

  int report() const {
    std::printf("pingpong-server c=%ld bytes=%ld cpu_s=%.6f rss_kb=%ld\n",
                count_, bytes_, cpu_seconds() - cpu_, peak_memory_kb());
    return 0;
  }

 private:
  long count_;
  long gone_ = 0;
  long bytes_ = 0;
  double cpu_ = 0;
};

class PingClient {
 public:
  explicit PingClient(char** words)
      : host_(words[0]),
        port_(port_number(words[1])),
        count_(number(words[2], 1, 1'000'000)),
        each_(number(words[3], count_, 1'000'000'000) / count_) {
    message_.fill('p');
  }

  const char* host() const { return host_; }
  int port() const { return port_; }
  std::size_t size() const { return static_cast<std::size_t>(count_); }
  std::string_view message() const {
    return {message_.data(), message_.size()};
  }

  // A connection is established. Returns whether all are: then send on each.
  bool connected() {
    if (++connected_ < count_) return false;
    span_.start();
    return true;
  }

  // A whole answer has come on a connection, its answer number `answers`.
  // Returns whether to send again; if not, close the connection.
  bool again(long answers) {
    ++answers_;
    if (answers < each_) return true;
    if (++finished_ == count_) span_.stop();
    return false;
  }
  bool over() const { return finished_ == count_; }

  int report() const {
    const double answers = static_cast<double>(answers_);
    std::printf(
        "pingpong c=%ld messages=%ld wall_s=%.6f cpu_s=%.6f msg_per_s=%.0f "
        "cpu_us_per_msg=%.3f rss_kb=%ld\n",
        count_, answers_, span_.wall(), span_.cpu(), answers / span_.wall(),
        span_.cpu() * 1e6 / answers, peak_memory_kb());
    return answers_ == each_ * count_ ? 0 : 1;
  }

 private:
  const char* host_;
  int port_;
  long count_;
  long each_;
  long connected_ = 0;
  long finished_ = 0;
  long answers_ = 0;
  std::array<char, ping_size> message_;
  Span span_;
};

// Runs the server or the client; main() is otherwise the same for all peers.
template <typename Serve, typename Ask>
int pingpong(int argc, char** argv, Serve serve, Ask ask) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "server" && argc == 3) {
    PongServer server(argv[2]);
    return serve(server);
  }
  if (mode == "client" && argc == 6) {
    PingClient client(argv + 2);
    return ask(client);
  }
  usage("pingpong server C | client HOST PORT C M");
}

}  // namespace bench
