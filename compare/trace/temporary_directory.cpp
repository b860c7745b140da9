#include "compare/trace/temporary_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <fmt/core.h>

namespace poetry_compare {
namespace {

namespace fs = std::filesystem;

constexpr auto prefix = "poetry-";
constexpr auto lock_name = ".slowpoetry-lock";

fs::path make_directory(const std::string& name, const fs::path& parent) {
  std::string path = fs::absolute(parent) / (prefix + name + "-XXXXXX");
  if (::mkdtemp(path.data())) return path;
  throw std::runtime_error(
      fmt::format("cannot make a temporary directory in {}: {}; set "
                  "TMPDIR to another directory",
                  parent.string(), std::generic_category().message(errno)));
}

// The file gets its name when it is locked: remove_abandoned_directories() in
// another process never finds it unlocked. Without a lock, as in file systems
// that have none, no other program removes the directory.
net::Socket make_lock(const fs::path& directory) {
  const auto unlocked = directory / (std::string(lock_name) + ".new");
  net::Socket lock(
      ::open(unlocked.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (lock.fd() < 0 || ::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0) return {};
  ::rename(unlocked.c_str(), (directory / lock_name).c_str());
  return lock;
}

bool is_ours(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && status.st_uid == ::geteuid();
}

// Follows no link, which another user may have made.
bool is_abandoned(const fs::path& path) {
  const net::Socket directory(
      ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (directory.fd() < 0 || !is_ours(directory.fd())) return false;
  const net::Socket lock(
      ::openat(directory.fd(), lock_name,
               O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  return lock.fd() >= 0 && is_ours(lock.fd()) &&
         ::flock(lock.fd(), LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

fs::path temporary_place() {
  const char* const given = std::getenv("TMPDIR");
  return given && *given ? given : "/tmp";
}

TemporaryDirectory::TemporaryDirectory(const std::string& name,
                                       const fs::path& parent)
    : path_(make_directory(name, parent)),
      lock_(make_lock(path_)) {}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void remove_abandoned_directories(const fs::path& parent) {
  std::error_code ignored;
  std::vector<fs::path> found;
  fs::directory_iterator entry(parent, ignored);
  for (; entry != fs::directory_iterator(); entry.increment(ignored)) {
    const fs::path& path = entry->path();
    const bool is_named = path.filename().string().starts_with(prefix);
    if (is_named && is_abandoned(path)) found.push_back(path);
  }
  for (const auto& path : found) fs::remove_all(path, ignored);
}

void remove_abandoned_directories() {
  remove_abandoned_directories(temporary_place());
  remove_abandoned_directories(memory_place);
}

}  // namespace poetry_compare
