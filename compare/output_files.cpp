#include "compare/output_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fmt/core.h>

#include "cli/print.h"
#include "net/socket.h"

namespace poetry_compare {
namespace {

namespace fs = std::filesystem;

constexpr int usage_status = 2;

[[noreturn]] void refuse(const fs::path& path, const std::string& reason) {
  const auto line =
      fmt::format("{}: cannot write {}: {}\n", program_invocation_short_name,
                  cli::escape(path.string()), cli::escape(reason));
  std::fputs(line.c_str(), stderr);
  std::exit(usage_status);
}

void require_parent(const fs::path& path) {
  const fs::path parent = path.parent_path();
  std::error_code ignored;
  if (parent.empty() || fs::is_directory(parent, ignored)) return;
  refuse(path, "there is no directory " + parent.string());
}

}  // namespace

// A FIFO is opened only once, by the function that writes it: its reader would
// take the end of this check for the end of the file.
void require_writable(const fs::path& file) {
  require_parent(file);
  std::error_code ignored;
  const auto status = fs::symlink_status(file, ignored);
  if (fs::is_fifo(fs::status(file, ignored))) return;
  const net::Socket opened(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  if (opened.fd() < 0) refuse(file, net::last_error().message());
  if (!fs::exists(status)) ::unlink(file.c_str());
}

void require_directory(fs::path directory) {
  if (!directory.has_filename()) directory = directory.parent_path();
  require_parent(directory);
  std::error_code error;
  fs::create_directory(directory, error);
  if (error) refuse(directory, error.message());
}

}  // namespace poetry_compare
