// The ring: N pairs of sockets, and a byte that goes from one to the next.
//
// `ring N A W`: N pairs, A bytes on their way at once, W writes in all. An
// event is one read and one write; everything else is the loop.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "common/bench.h"

namespace bench {

class Ring {
 public:
  Ring(int argc, char** argv) {
    if (argc != 4) usage("ring N A W");
    active_ = static_cast<std::size_t>(number(argv[2], 1, 1'000'000));
    total_ = number(argv[3], static_cast<long>(active_), 1'000'000'000);
    pairs_.resize(static_cast<std::size_t>(number(argv[1], 1, 1'000'000)));
    for (Pair& pair : pairs_) {
      int fds[2];
      if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) < 0) {
        fail_last("socketpair");
      }
      pair.reader = fds[0];
      pair.writer = fds[1];
    }
  }

  std::size_t size() const { return pairs_.size(); }
  int fd(std::size_t i) const { return pairs_[i].reader; }

  // Puts the bytes in, once all pairs are watched.
  void start() {
    span_.start();
    for (std::size_t k = 0; k < active_; ++k) write(k * size() / active_);
  }

  // Pair i is readable: passes its byte on. Returns whether it was the last.
  bool readable(std::size_t i) {
    char byte;
    if (::read(fd(i), &byte, 1) != 1) fail_last("read");
    return passed(i);
  }

  // The same, after the byte has been read.
  bool passed(std::size_t i) {
    ++reads_;
    ++pairs_[i].hits;
    if (writes_ < total_) write(i + 1 == size() ? 0 : i + 1);
    if (reads_ < total_) return false;
    span_.stop();
    return true;
  }

  int report() const {
    const auto by_hits = [](const Pair& a, const Pair& b) {
      return a.hits < b.hits;
    };
    const auto [least, most] =
        std::minmax_element(pairs_.begin(), pairs_.end(), by_hits);
    const double events = static_cast<double>(reads_);
    std::printf(
        "ring n=%zu active=%zu writes=%ld reads=%ld hits=%ld..%ld wall_s=%.6f "
        "cpu_s=%.6f ns_per_event=%.1f cpu_ns_per_event=%.1f rss_kb=%ld\n",
        size(), active_, writes_, reads_, least->hits, most->hits, span_.wall(),
        span_.cpu(), span_.wall() * 1e9 / events, span_.cpu() * 1e9 / events,
        peak_memory_kb());
    return reads_ == total_ && writes_ == total_ ? 0 : 1;
  }

 private:
  struct Pair {
    int reader = -1;
    int writer = -1;
    long hits = 0;
  };

  void write(std::size_t i) {
    if (::write(pairs_[i].writer, "x", 1) != 1) fail_last("write");
    ++writes_;
  }

  std::vector<Pair> pairs_;
  std::size_t active_;
  long total_;
  long reads_ = 0;
  long writes_ = 0;
  Span span_;
};

}  // namespace bench
