// A checksum of a stream of bytes, however the stream was cut.
//
// The traced program computes it while it runs, so it costs next to nothing:
// it is as fast as memory is read. It finds what went wrong, it does not keep
// anybody from forging.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace compare {

// Fletcher's: the sum of all words, and the sum of these sums, which knows in
// what order they came. Eight words side by side have sums of their own, and
// the processor adds them all at once. A new one is all zeros, so that a table
// of them costs no memory until used.
class Checksum {
 public:
  void add(const char* data, std::size_t size) {
    const std::size_t had = size_ % sizeof tail_;
    size_ += size;
    if (had > 0) {
      const std::size_t more = std::min(size, sizeof tail_ - had);
      std::memcpy(tail_ + had, data, more);
      if (had + more < sizeof tail_) return;
      sums_.add(tail_);
      std::memset(tail_, 0, sizeof tail_);
      data += more;
      size -= more;
    }
    Sums sums = sums_;
    for (; size >= sizeof tail_; data += sizeof tail_, size -= sizeof tail_) {
      // Reading across two lines of the cache is only slow if they are not there.
      __builtin_prefetch(data + 512);
      sums.add(data);
    }
    sums_ = sums;
    if (size > 0) std::memcpy(tail_, data, size);
  }

  // Never 0: in a trace that stands for "not known".
  std::uint64_t value() const {
    Sums all = sums_;
    all.add(tail_);
    std::uint64_t value = size_;
    for (std::size_t i = 0; i < words; ++i) {
      value = mix(mix(value, all.sums[i]), all.sums_of_sums[i]);
    }
    return value == 0 ? 1 : value;
  }

 private:
  static constexpr std::size_t words = 8;

  struct Sums {
    void add(const char* data) {
      for (std::size_t i = 0; i < words; ++i) {
        std::uint64_t word = 0;
        std::memcpy(&word, data + i * sizeof word, sizeof word);
        sums[i] += word;
        sums_of_sums[i] += sums[i];
      }
    }

    std::uint64_t sums[words] = {};
    std::uint64_t sums_of_sums[words] = {};
  };

  static std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    const std::uint64_t product = (hash ^ value) * 0x9e3779b97f4a7c15U;
    return product ^ (product >> 32U);
  }

  Sums sums_;
  std::uint64_t size_ = 0;
  char tail_[words * 8] = {};  // what is left over, filled up with zeros
};

}  // namespace compare
