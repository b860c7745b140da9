// The bytes that decide which operations are made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace fuzz {

class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> bytes)
      : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }

  // The decision of the next byte, and 0 when there is none left.
  std::size_t below(std::size_t end) {
    if (bytes_.empty()) return 0;
    const std::size_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte % end;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace fuzz
