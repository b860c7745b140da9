#include "cli/poem.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "cli/print.h"

namespace cli {
namespace {

// Of a file whose size the system does not know: it is held in memory.
constexpr std::size_t max_text = 16 * 1024 * 1024;

[[noreturn]] void throw_unreadable(const std::string& path,
                                   const std::string& reason) {
  throw std::runtime_error("cannot read " + one_line(path) + ": " + reason);
}

// O_NONBLOCK: opening a FIFO would wait.
int open_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) throw_unreadable(path, std::strerror(errno));
  return fd;
}

std::size_t checked_size(const std::string& path, int fd) {
  struct stat status;
  if (::fstat(fd, &status) < 0) throw_unreadable(path, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) throw_unreadable(path, std::strerror(EISDIR));
  if (!S_ISREG(status.st_mode)) throw_unreadable(path, "Not a regular file");
  return static_cast<std::size_t>(status.st_size);
}

// A product that is too large becomes the maximum: no client gets so far.
std::size_t saturated_product(std::size_t a, std::size_t b) {
  constexpr auto max = std::numeric_limits<std::size_t>::max();
  return a != 0 && b > max / a ? max : a * b;
}

}  // namespace

Poem::Poem(const std::string& path, std::size_t repeat)
    : path_(path),
      file_(open_file(path)),
      file_size_(checked_size(path, file_.fd())) {
  if (!is_size_true()) read_text();
  size_ = saturated_product(file_size_, repeat);
}

std::string_view Poem::read(std::size_t from, std::size_t max_size) {
  const std::size_t at = from % file_size_;
  if (!text_.empty()) return std::string_view(text_).substr(at, max_size);
  const std::size_t n = fill_buffer(at, std::min(max_size, file_size_ - at));
  if (n == 0) throw_unreadable(path_, "It has become shorter");
  return {buffer_.data(), n};
}

// Returns 0 at the end of the file.
std::size_t Poem::fill_buffer(std::size_t from, std::size_t max_size) {
  const std::size_t wanted = std::min(max_size, buffer_.size());
  ssize_t n = 0;
  do {
    n = ::pread(file_.fd(), buffer_.data(), wanted, static_cast<off_t>(from));
  } while (n < 0 && errno == EINTR);
  if (n < 0) throw_unreadable(path_, std::strerror(errno));
  return static_cast<std::size_t>(n);
}

// A file of /proc has the size 0, and one of /sys that of a page.
bool Poem::is_size_true() {
  if (file_size_ == 0) return fill_buffer(0, 1) == 0;
  return fill_buffer(file_size_ - 1, 1) == 1;
}

void Poem::read_text() {
  while (const std::size_t n = fill_buffer(text_.size(), buffer_.size())) {
    text_.append(buffer_.data(), n);
    if (text_.size() > max_text) throw_unreadable(path_, std::strerror(EFBIG));
  }
  file_size_ = text_.size();
}

}  // namespace cli
