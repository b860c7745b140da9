// A poem in a file, to be served.                          Python: open(file)
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace cli {

// Only a buffer of the file is in memory. All poems of one file share that and
// a descriptor.
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
  class File;

  std::shared_ptr<File> file_;
  std::size_t size_;
};

}  // namespace cli
