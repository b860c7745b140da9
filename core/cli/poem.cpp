#include "cli/poem.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "cli/print.h"
#include "net/socket.h"

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

struct stat checked_status(const std::string& path, int fd) {
  struct stat status;
  if (::fstat(fd, &status) < 0) throw_unreadable(path, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) throw_unreadable(path, std::strerror(EISDIR));
  if (!S_ISREG(status.st_mode)) throw_unreadable(path, "Not a regular file");
  return status;
}

// A product that is too large becomes the maximum: no client gets so far.
std::size_t saturated_product(std::size_t a, std::size_t b) {
  constexpr auto max = std::numeric_limits<std::size_t>::max();
  return a != 0 && b > max / a ? max : a * b;
}

}  // namespace

class Poem::File {
 public:
  explicit File(const std::string& path)
      : path_(path),
        file_(open_file(path)),
        status_(checked_status(path, file_.fd())),
        size_(static_cast<std::size_t>(status_.st_size)) {
    if (!is_size_true()) read_text();
  }

  // The file that was opened last stays open: a server with many clients may
  // have no descriptor left.
  static std::shared_ptr<File> open(const std::string& path) {
    static std::shared_ptr<File> last;
    if (!last || !last->is_at(path)) last = std::make_shared<File>(path);
    return last;
  }

  std::size_t size() const { return size_; }

  std::string_view read(std::size_t from, std::size_t max_size) {
    if (!text_.empty()) return std::string_view(text_).substr(from, max_size);
    const std::size_t n = fill_buffer(from, max_size);
    if (n == 0) throw_unreadable(path_, "It has become shorter");
    return {buffer_.data(), n};
  }

 private:
  // Whether the path leads to this file, and its size is known and the same.
  bool is_at(const std::string& path) const {
    struct stat now;
    return path == path_ && text_.empty() && ::stat(path.c_str(), &now) == 0 &&
           now.st_dev == status_.st_dev && now.st_ino == status_.st_ino &&
           now.st_size == status_.st_size;
  }

  // Returns 0 at the end of the file.
  std::size_t fill_buffer(std::size_t from, std::size_t max_size) {
    const std::size_t size = std::min(max_size, buffer_.size());
    ssize_t n = 0;
    do {
      n = ::pread(file_.fd(), buffer_.data(), size, static_cast<off_t>(from));
    } while (n < 0 && errno == EINTR);
    if (n < 0) throw_unreadable(path_, std::strerror(errno));
    return static_cast<std::size_t>(n);
  }

  // A file of /proc has the size 0, and one of /sys that of a page.
  bool is_size_true() {
    if (size_ == 0) return fill_buffer(0, 1) == 0;
    return fill_buffer(size_ - 1, 1) == 1;
  }

  void read_text() {
    while (const auto n = fill_buffer(text_.size(), buffer_.size())) {
      text_.append(buffer_.data(), n);
      if (text_.size() > max_text) {
        throw_unreadable(path_, std::strerror(EFBIG));
      }
    }
    size_ = text_.size();
  }

  const std::string path_;
  const net::Socket file_;  // owns a descriptor of any kind
  const struct stat status_;
  std::size_t size_;
  std::string text_;  // of a file whose size the system does not know
  std::array<char, 65536> buffer_;
};

Poem::Poem(const std::string& path, std::size_t repeat)
    : file_(File::open(path)),
      size_(saturated_product(file_->size(), repeat)) {}

std::string_view Poem::read(std::size_t from, std::size_t max_size) {
  const std::size_t at = from % file_->size();
  return file_->read(at, std::min(max_size, file_->size() - at));
}

}  // namespace cli
