// A checksum of a stream of bytes, however the stream was cut.
//
// The traced program computes it while it runs, so it costs next to nothing:
// some GB/s. It finds what went wrong, it does not keep anybody from forging.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace compare {

// Four words side by side, each in a hash of its own: the processor works on
// all of them at once. A new one is all zeros, so that a table of them costs no
// memory until used.
class Checksum {
 public:
  void add(const char* data, std::size_t size) {
    const std::size_t had = size_ % sizeof tail_;
    size_ += size;
    if (had > 0) {
      const std::size_t more = std::min(size, sizeof tail_ - had);
      std::memcpy(tail_ + had, data, more);
      if (had + more < sizeof tail_) return;
      add_words(tail_);
      std::memset(tail_, 0, sizeof tail_);
      data += more;
      size -= more;
    }
    for (; size >= sizeof tail_; data += sizeof tail_, size -= sizeof tail_) {
      add_words(data);
    }
    if (size > 0) std::memcpy(tail_, data, size);
  }

  // Never 0: in a trace that stands for "not known".
  std::uint64_t value() const {
    Checksum all = *this;
    all.add_words(tail_);
    std::uint64_t value = size_;
    for (const std::uint64_t hash : all.hashes_) value = mix(value, hash);
    return value == 0 ? 1 : value;
  }

 private:
  static constexpr std::size_t words = 4;

  void add_words(const char* data) {
    for (std::size_t i = 0; i < words; ++i) {
      std::uint64_t word = 0;
      std::memcpy(&word, data + i * sizeof word, sizeof word);
      hashes_[i] = mix(hashes_[i], word);
    }
  }

  static std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    const std::uint64_t product = (hash ^ value) * 0x9e3779b97f4a7c15U;
    return product ^ (product >> 32U);
  }

  std::uint64_t hashes_[words] = {};
  std::uint64_t size_ = 0;
  char tail_[words * 8] = {};  // what is left over, filled up with zeros
};

}  // namespace compare
