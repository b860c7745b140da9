// The sagas: a few very long poems, as fast as they can come.
//
// `saga keep|discard BYTES HOST PORT...`: one poem of BYTES from each port, all
// at once. A kept saga is checked, byte by byte, when the clock has stopped.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "common/bench.h"

namespace bench {

// A saga repeats itself after a prime number of bytes.
constexpr std::size_t saga_period = 65521;

inline std::string saga_text(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t k = i % saga_period;
    text[i] = static_cast<char>('a' + (k * 31 + k / 251) % 26);
  }
  return text;
}

class Saga {
 public:
  Saga(int argc, char** argv) {
    const std::string_view mode = argc > 1 ? argv[1] : "";
    if (argc < 5 || (mode != "keep" && mode != "discard")) {
      usage("saga keep|discard BYTES HOST PORT...");
    }
    keep_ = mode == "keep";
    size_ = number(argv[2], 0, 100'000'000'000);
    host_ = argv[3];
    for (int i = 4; i < argc; ++i) ports_.push_back(port_number(argv[i]));
  }

  bool keep() const { return keep_; }
  const char* host() const { return host_; }
  const std::vector<int>& ports() const { return ports_; }

  // To be called before the first connection is attempted.
  void start() { span_.start(); }

  void got(std::size_t bytes) {
    bytes_ += static_cast<long>(bytes);
    ++reads_;
  }

  // A saga has ended. Returns whether it was the last one.
  bool done() {
    if (++finished_ < count()) return false;
    span_.stop();
    peak_kb_ = peak_memory_kb();
    return true;
  }

  // For each saga that was kept, when the last one has ended.
  void check(std::string_view saga) {
    static const std::string period = saga_text(saga_period);
    bool same = saga.size() == static_cast<std::size_t>(size_);
    for (std::size_t i = 0; same && i < saga.size(); i += saga_period) {
      const auto part = saga.substr(i, saga_period);
      same = part == std::string_view(period).substr(0, part.size());
    }
    if (same) ++good_;
  }

  int report() const {
    const bool ok = bytes_ == size_ * count() && (!keep_ || good_ == count());
    std::printf(
        "saga mode=%s bytes=%ld reads=%ld ok=%d wall_s=%.6f cpu_s=%.6f "
        "sys_s=%.6f mb_per_s=%.1f rss_kb=%ld\n",
        keep_ ? "keep" : "discard", bytes_, reads_, ok ? 1 : 0, span_.wall(),
        span_.cpu(), span_.system(),
        static_cast<double>(bytes_) / 1e6 / span_.wall(), peak_kb_);
    return ok ? 0 : 1;
  }

 private:
  long count() const { return static_cast<long>(ports_.size()); }

  bool keep_;
  long size_;
  const char* host_;
  std::vector<int> ports_;
  long bytes_ = 0;
  long reads_ = 0;
  long finished_ = 0;
  long good_ = 0;
  long peak_kb_ = 0;
  Span span_;
};

}  // namespace bench
