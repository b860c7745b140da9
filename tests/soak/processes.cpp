#include "soak/processes.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace soak {

std::string program(const std::string& name) {
  return std::string(PROGRAMS_DIR) + '/' + name;
}

std::string poem_path() {
  return std::string(POETRY_DIR) + "/fascination.txt";
}

pid_t start(const std::vector<std::string>& words, int out, int err) {
  std::vector<char*> argv;
  for (const std::string& word : words) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  for (const auto& [to, from] : {std::pair(1, out), std::pair(2, err)}) {
    if (from >= 0) {
      ::posix_spawn_file_actions_adddup2(&actions, from, to);
    } else {
      ::posix_spawn_file_actions_addopen(&actions, to, "/dev/null", O_WRONLY,
                                         0);
    }
  }
  pid_t pid = -1;
  const int error =
      ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) net::throw_error(error, words.front());
  return pid;
}

Pipe::Pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) < 0) net::throw_last_error("pipe");
  reader = net::Socket(fds[0]);
  writer = net::Socket(fds[1]);
}

std::string read_all(const net::Socket& reader) {
  std::string all;
  char buffer[65536];
  ssize_t n = 0;
  while ((n = ::read(reader.fd(), buffer, sizeof buffer)) > 0) {
    all.append(buffer, static_cast<std::size_t>(n));
  }
  return all;
}

std::string read_line(const net::Socket& reader) {
  std::string line;
  char byte = 0;
  while (::read(reader.fd(), &byte, 1) == 1 && byte != '\n') {
    line += byte;
  }
  return line;
}

void write_line(const net::Socket& writer, const std::string& line) {
  const std::string bytes = line + '\n';
  if (::write(writer.fd(), bytes.data(), bytes.size()) < 0) {
    net::throw_last_error("write");
  }
}

Weight weigh(pid_t pid) {
  namespace fs = std::filesystem;
  const fs::path directory = "/proc/" + std::to_string(pid);
  Weight weight;
  for (const auto& entry : fs::directory_iterator(directory / "fd")) {
    weight.descriptors += entry.exists() || entry.is_symlink() ? 1 : 0;
  }
  std::ifstream status(directory / "status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) weight.kib = std::stoul(line.substr(6));
  }
  return weight;
}

Process::Process(const std::function<void()>& main)
    : pid_(::fork()) {
  if (pid_ < 0) net::throw_last_error("fork");
  if (pid_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    main();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "soak: %s\n", error.what());
  }
  ::_exit(1);
}

Process::~Process() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

SlowServer::SlowServer(std::vector<std::string> options)
    : process_(
          [&] {
            std::vector<std::string> words{
                program("blocking-server/slowpoetry"), "--quiet", "--delay=0",
                "--num-bytes=65536", "--send-timeout=0.2"};
            words.insert(words.end(), options.begin(), options.end());
            words.push_back(poem_path());
            return words;
          }(),
          pipe_.writer.fd()) {
  pipe_.writer.close();
  const std::string line = read_line(pipe_.reader);
  const auto space = line.rfind(' ');
  if (space == line.npos) throw std::runtime_error("slowpoetry did not start");
  port_ = static_cast<std::uint16_t>(std::stoul(line.substr(space + 1)));
}

std::size_t most_descriptors() {
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
