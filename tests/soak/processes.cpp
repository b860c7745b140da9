#include "soak/processes.h"
#include "net/socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace soak {

std::string program(const std::string& name) {
  return std::string(PROGRAMS_DIR) + '/' + name;
}

std::string poem_path() {
  return std::string(POETRY_DIR) + "/fascination.txt";
}

Pipe::Pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) < 0) net::throw_last_error("pipe");
  reader = net::Socket(fds[0]);
  writer = net::Socket(fds[1]);
}

namespace {

// Reads until `end` is there, or to the end of the output.
std::string read_until(ChildProcess& child, std::string_view end) {
  std::string text;
  while (child.output() >= 0 && !(!end.empty() && text.ends_with(end))) {
    pollfd fd{child.output(), POLLIN, 0};
    if (::poll(&fd, 1, -1) > 0) child.read_output(text);
  }
  return text;
}

}  // namespace

std::string read_all(ChildProcess& child) {
  return read_until(child, "");
}

std::string read_line(ChildProcess& child) {
  return read_until(child, "\n");
}

void write_line(const net::Socket& writer, const std::string& line) {
  const std::string bytes = line + '\n';
  if (::write(writer.fd(), bytes.data(), bytes.size()) < 0) {
    net::throw_last_error("write");
  }
}

Resources resources_of(pid_t pid) {
  namespace fs = std::filesystem;
  const fs::path directory = "/proc/" + std::to_string(pid);
  Resources resources;
  for (const auto& entry : fs::directory_iterator(directory / "fd")) {
    resources.descriptors += entry.exists() || entry.is_symlink() ? 1 : 0;
  }
  std::ifstream status(directory / "status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) resources.kib = std::stoul(line.substr(6));
  }
  return resources;
}

poetry_compare::ChildCommand part_of_soak(std::vector<std::string> words) {
  words.insert(words.begin(), "/proc/self/exe");
  return {.words = std::move(words),
          .output = poetry_compare::to_pipe,
          .errors = STDERR_FILENO};
}

std::uint16_t read_port(ChildProcess& child) try {
  const std::string line = read_line(child);
  const auto space = line.rfind(' ');
  return static_cast<std::uint16_t>(
      std::stoul(space == line.npos ? line : line.substr(space + 1)));
} catch (const std::logic_error&) {
  throw std::runtime_error("a server did not start");
}

namespace {

poetry_compare::ChildCommand server_command(
    const std::string& edition, const std::vector<std::string>& options) {
  std::vector<std::string> words{program(edition + "/slowpoetry"), "--quiet",
                                 "--delay=0", "--num-bytes=65536",
                                 "--send-timeout=0.2"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(poem_path());
  return {.words = std::move(words),
          .output = poetry_compare::to_pipe,
          .errors = STDERR_FILENO};
}

}  // namespace

SlowServer::SlowServer(const std::string& edition,
                       const std::vector<std::string>& options)
    : process_(server_command(edition, options)),
      port_(read_port(process_)) {}

std::size_t max_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

void limit_descriptors(std::size_t most) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(most, limit.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &limit) < 0)
    net::throw_last_error("setrlimit");
}

}  // namespace soak
