// A directory for the time of a run; a later run removes that of a killed one.
#pragma once

#include <filesystem>
#include <string>

#include "net/socket.h"

namespace poetry_compare {

// A file system in memory, where a system has one.
inline constexpr auto memory_place = "/dev/shm";

// Where TMPDIR says, or else /tmp.
std::filesystem::path temporary_place();

// Makes a directory with a name of its own, "poetry-NAME-XXXXXX", which the
// destructor removes. As long as this object exists, it holds the lock of a
// file in the directory. A killed program holds no lock, so a later one knows
// that the directory is abandoned.
class TemporaryDirectory {
 public:
  // Throws std::runtime_error: one line that names the place, and TMPDIR.
  explicit TemporaryDirectory(
      const std::string& name,
      const std::filesystem::path& parent = temporary_place());
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  net::Socket lock_;  // a net::Socket owns any descriptor
};

// Removes the directories of this user's killed programs from `parent`. Does
// not touch a directory without such a file, nor one whose lock is held.
void remove_abandoned_directories(const std::filesystem::path& parent);

// The same in both places above.
void remove_abandoned_directories();

}  // namespace poetry_compare
