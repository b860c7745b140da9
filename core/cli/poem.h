// A poem in a file, to be served.                          Python: open(file)
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "net/socket.h"

namespace cli {

// Owns the open file; it holds no more of the poem than the next few bytes.
class Poem {
 public:
  // Opens a regular file, whose text is the poem, `repeat` times over. Throws
  // std::runtime_error: "cannot read poem.txt: No such file or directory".
  Poem(const std::string& path, std::size_t repeat);

  // In bytes, as of now; those that are added to the file later do not count.
  std::size_t size() const { return size_; }

  // The bytes from there on: at least one, at most `most` (which is not 0), and
  // valid until the next call. Throws std::runtime_error, also if the file has
  // become shorter.
  std::string_view read(std::size_t from, std::size_t most);

 private:
  std::string path_;
  net::Socket file_;  // which owns any descriptor
  std::size_t file_size_ = 0;
  std::size_t size_ = 0;
  std::array<char, 65536> buffer_{};
};

}  // namespace cli
