// A checksum of a stream of bytes. It does not depend on how the stream was cut
// into reads or writes.
//
// The traced program computes it while it runs, so it is fast: about as fast as
// memory is read. It finds errors; it does not prevent forgery.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace poetry_compare {

// Fletcher's: the sum of all words, and the sum of these sums, which knows in
// what order they came. Eight words stand side by side, in pairs as processors
// add them, and have sums of their own. A new one is all zeros, so that a table
// of them costs no memory until used.
class Checksum {
 public:
  void add(const char* data, std::size_t size) {
    const std::size_t had = size_ % block_size;
    size_ += size;
    if (had > 0) {
      const std::size_t more = std::min(size, block_size - had);
      std::memcpy(tail_ + had, data, more);
      if (had + more < block_size) return;
      add_blocks(tail_, 1);
      std::memset(tail_, 0, block_size);
      data += more;
      size -= more;
    }
    const std::size_t blocks = size / block_size;
    add_blocks(data, blocks);
    data += blocks * block_size;
    size %= block_size;
    if (size > 0) std::memcpy(tail_, data, size);
  }

  // Never 0: in a trace that stands for "not known".
  std::uint64_t value() const {
    Checksum all = *this;
    all.add_blocks(tail_, 1);
    std::uint64_t value = size_;
    for (std::size_t i = 0; i < pairs; ++i) {
      for (std::size_t j = 0; j < 2; ++j) {
        value = mix(mix(value, all.sums_[i][j]), all.sums_of_sums_[i][j]);
      }
    }
    return value == 0 ? 1 : value;
  }

 private:
  static constexpr std::size_t pairs = 4;
  static constexpr std::size_t block_size = pairs * 16;
  using Pair [[gnu::vector_size(16)]] = std::uint64_t;
  using Sums = Pair[pairs];

  // From the last block to the first: the end of what was just sent or received
  // is what the fastest cache still has. Going backwards, the sum of the sums
  // has each block once, and once more for each block before it.
  void add_blocks(const char* data, std::size_t n) {
    Sums sums = {};
    Sums sums_of_sums = {};
    for (const char* block = data + n * block_size; block != data;) {
      block -= block_size;
      for (std::size_t i = 0; i < pairs; ++i) {
        Pair words;
        std::memcpy(&words, block + i * sizeof words, sizeof words);
        sums[i] += words;
        sums_of_sums[i] += sums[i];
      }
    }
    for (std::size_t i = 0; i < pairs; ++i) {
      sums_of_sums_[i] += n * sums_[i] + (n + 1) * sums[i] - sums_of_sums[i];
      sums_[i] += sums[i];
    }
  }

  static std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    const std::uint64_t product = (hash ^ value) * 0x9e3779b97f4a7c15U;
    return product ^ (product >> 32U);
  }

  Sums sums_ = {};
  Sums sums_of_sums_ = {};
  std::uint64_t size_ = 0;
  char tail_[block_size] = {};  // what is left over, filled up with zeros
};

}  // namespace poetry_compare
