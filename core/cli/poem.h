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
  // Opens a regular file; the poem is its text, `repeat` times. A file of /proc
  // or /sys, whose size the system does not know, is read now, to its end.
  // Throws std::runtime_error: "cannot read poem.txt: No such file or
  // directory".
  Poem(const std::string& path, std::size_t repeat);

  // In bytes, when it was opened; bytes added to the file later do not count.
  std::size_t size() const { return size_; }

  // The bytes from position `from`: at least one, at most `max_size` (not 0),
  // and valid until the next call. Throws std::runtime_error, also if the file
  // has become shorter.
  std::string_view read(std::size_t from, std::size_t max_size);

 private:
  std::size_t fill_buffer(std::size_t from, std::size_t max_size);
  bool is_size_true();
  void read_text();

  std::string path_;
  net::Socket file_;  // owns a descriptor of any kind
  std::size_t file_size_ = 0;
  std::string text_;  // of a file whose size the system does not know
  std::size_t size_ = 0;
  std::array<char, 65536> buffer_{};
};

}  // namespace cli
