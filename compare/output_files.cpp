#include "compare/output_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "cli/print.h"
#include "net/socket.h"

namespace poetry_compare {
namespace {

namespace fs = std::filesystem;

constexpr int usage_status = 2;

std::string cannot_write(const fs::path& path, const std::string& reason) {
  return fmt::format("cannot write {}: {}", cli::one_line(path.string()),
                     cli::one_line(reason));
}

[[noreturn]] void refuse(const fs::path& path, const std::string& reason) {
  throw std::runtime_error(cannot_write(path, reason));
}

[[noreturn]] void exit_with(const std::exception& refusal) {
  const auto line =
      fmt::format("{}: {}\n", cli::program_name(), refusal.what());
  std::fputs(line.c_str(), stderr);
  std::exit(usage_status);
}

void require_parent(const fs::path& path) {
  const fs::path parent = path.parent_path();
  std::error_code ignored;
  if (parent.empty() || fs::is_directory(parent, ignored)) return;
  refuse(path, "there is no directory " + parent.string());
}

// Opens the file for a moment. A FIFO is opened only once, by the function that
// writes it: its reader would take the end of this check for the end of the
// file.
void try_to_open(const fs::path& file) {
  require_parent(file);
  std::error_code ignored;
  if (fs::is_fifo(fs::status(file, ignored))) return;
  const net::Socket opened(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  if (opened.fd() < 0) refuse(file, net::last_error().message());
}

// Files that are made for the time of a check.
class MadeFiles {
 public:
  MadeFiles() = default;
  MadeFiles(const MadeFiles&) = delete;
  MadeFiles& operator=(const MadeFiles&) = delete;
  ~MadeFiles() {
    for (const fs::path& file : made_) ::unlink(file.c_str());
  }

  void make(const fs::path& file) {
    std::error_code ignored;
    const bool was_there = fs::exists(file, ignored);
    try_to_open(file);
    if (!was_there) made_.push_back(fs::canonical(file, ignored));
  }

 private:
  std::vector<fs::path> made_;
};

// Finds a file again under any of its names.
class FilesSeen {
 public:
  // The name under which the file was added before; empty: it was not. A device
  // such as /dev/null takes the output of any number of writers.
  std::string add(const std::string& name, const struct stat& status) {
    if (S_ISCHR(status.st_mode)) return {};
    const auto [seen, is_new] =
        names_.try_emplace({status.st_dev, status.st_ino}, name);
    return is_new ? std::string() : seen->second;
  }

  std::string add(const NamedFile& file) {
    struct stat status {};
    if (::stat(file.path.c_str(), &status) != 0) return {};
    return add(file.name, status);
  }

  void add_stdout() {
    struct stat status {};
    if (::fstat(STDOUT_FILENO, &status) != 0) return;
    if (S_ISREG(status.st_mode)) add("standard output", status);
  }

 private:
  std::map<std::pair<dev_t, ino_t>, std::string> names_;
};

}  // namespace

void require_writable(const std::vector<NamedFile>& outputs,
                      const std::vector<NamedFile>& inputs) try {
  MadeFiles made;
  FilesSeen seen;
  seen.add_stdout();
  for (const NamedFile& input : inputs) seen.add(input);
  for (const NamedFile& output : outputs) {
    made.make(output.path);
    const auto other = seen.add(output);
    if (other.empty()) continue;
    refuse(output.path,
           fmt::format("{} and {} are the same file", other, output.name));
  }
} catch (const std::runtime_error& refusal) {
  exit_with(refusal);
}

void require_directory(fs::path directory) try {
  if (!directory.has_filename()) directory = directory.parent_path();
  require_parent(directory);
  std::error_code error;
  fs::create_directory(directory, error);
  if (error) refuse(directory, error.message());
} catch (const std::runtime_error& refusal) {
  exit_with(refusal);
}

void write_file(const fs::path& file, const std::string& text) {
  const net::Socket opened(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  ssize_t n = opened.fd();
  for (std::string_view rest = text; n >= 0 && !rest.empty();) {
    n = ::write(opened.fd(), rest.data(), rest.size());
    if (n < 0 && errno == EINTR) n = 0;
    if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
  }
  if (n >= 0) return;
  refuse(file, net::last_error().message());
}

}  // namespace poetry_compare
