// A poem in a file, to be served.                          Python: open(file)
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "net/socket.h"

namespace cli {

// Owns the open file, and holds only a buffer of it in memory.
class Poem {
 public:
  // Opens a regular file; the poem is its text, `repeat` times. Throws
  // std::runtime_error: "cannot read poem.txt: No such file or directory".
  Poem(const std::string& path, std::size_t repeat);

  // In bytes, when it was opened; bytes added to the file later do not count.
  std::size_t size() const { return size_; }

  // The bytes from position `from`: at least one, at most `max_size` (not 0),
  // and valid until the next call. Throws std::runtime_error, also if the file
  // has become shorter.
  std::string_view read(std::size_t from, std::size_t max_size);

 private:
  std::string path_;
  net::Socket file_;  // owns a descriptor of any kind
  std::size_t file_size_ = 0;
  std::size_t size_ = 0;
  std::array<char, 65536> buffer_{};
};

}  // namespace cli
