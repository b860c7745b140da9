// The poems: one client receives many slow poems at once.
//
// `poems HOST PORT P SIZE`: P connections, and a poem of SIZE bytes over each.
// Every byte is checked.
#pragma once

#include <cstdio>
#include <string>

#include "common/bench.h"

namespace bench {

inline std::string poem_text(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    text[i] = static_cast<char>('a' + (i * 7 + i / 26) % 26);
  }
  return text;
}

class Poems {
 public:
  Poems(int argc, char** argv) {
    if (argc != 5) usage("poems HOST PORT P SIZE");
    host_ = argv[1];
    port_ = port_number(argv[2]);
    count_ = number(argv[3], 1, 1'000'000);
    const long size = number(argv[4], 0, 1'000'000'000);
    expected_ = poem_text(static_cast<std::size_t>(size));
  }

  const char* host() const { return host_; }
  int port() const { return port_; }
  std::size_t size() const { return static_cast<std::size_t>(count_); }

  // To be called before the first connection is attempted.
  void start() { span_.start(); }

  // A poem has ended, after so many reads. Returns whether it was the last one.
  bool done(const std::string& poem, long reads) {
    ++(poem == expected_ ? good_ : bad_);
    bytes_ += static_cast<long>(poem.size());
    reads_ += reads;
    if (good_ + bad_ < count_) return false;
    span_.stop();
    return true;
  }

  int report() const {
    std::printf(
        "poems p=%ld ok=%ld bad=%ld bytes=%ld reads=%ld wall_s=%.6f "
        "cpu_s=%.6f sys_s=%.6f us_per_poem=%.2f rss_kb=%ld\n",
        count_, good_, bad_, bytes_, reads_, span_.wall(), span_.cpu(),
        span_.system(), span_.cpu() * 1e6 / static_cast<double>(count_),
        peak_memory_kb());
    return good_ == count_ ? 0 : 1;
  }

 private:
  const char* host_;
  int port_;
  long count_;
  std::string expected_;
  long good_ = 0;
  long bad_ = 0;
  long bytes_ = 0;
  long reads_ = 0;
  Span span_;
};

}  // namespace bench
