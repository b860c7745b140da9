#include "support/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace rig {

using namespace std::chrono_literals;
using poetry_compare::ChildProcess;

// --- Texts and files
// -------------------------------------------------------------------

void eventually(const std::string& what, const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("timed out waiting for " + what);
    }
    std::this_thread::sleep_for(1ms);
  }
}

std::string program(const std::string& name) {
  return std::string(PROGRAMS_DIR) + '/' + name;
}

std::string poem_path(const std::string& name) {
  return std::string(POETRY_DIR) + '/' + name + ".txt";
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string tool(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream directories(path ? path : "/usr/bin:/bin");
  for (std::string directory; std::getline(directories, directory, ':');) {
    const std::string file = directory + '/' + name;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return "";
}

bool has_ipv6() {
  static const bool has = [] {
    const net::Socket sock(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 loopback{};
    loopback.sin6_family = AF_INET6;
    loopback.sin6_addr = in6addr_loopback;
    return ::bind(sock.fd(), reinterpret_cast<sockaddr*>(&loopback),
                  sizeof loopback) == 0;
  }();
  return has;
}

std::string masked(const std::string& text) {
  static const std::regex time("\\bin \\d+:\\d\\d:\\d\\d\\.\\d{6}");
  return std::regex_replace(text, time, "in TIME");
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    result.push_back(line);
  }
  return result;
}

namespace {

// "State:\tS (sleeping)" is the field "State".
std::string field(pid_t pid, const std::string& name) {
  for (const std::string& line :
       lines(contents("/proc/" + std::to_string(pid) + "/status"))) {
    if (line.starts_with(name + ":\t")) return line.substr(name.size() + 2);
  }
  return "";
}

}  // namespace

bool is_asleep(pid_t pid) {
  return field(pid, "State").starts_with("S");
}

// --- The start ---------------------------------------------------------------

namespace {

void check(bool good, const std::string& what) {
  if (!good) throw std::runtime_error(what + ": " + std::strerror(errno));
}

struct Pipe {
  Pipe() {
    int fds[2];
    check(::pipe2(fds, O_CLOEXEC) == 0, "pipe2");
    reader = net::Socket(fds[0]);
    writer = net::Socket(fds[1]);
  }
  net::Socket reader;
  net::Socket writer;
};

// A terminal that changes no byte.
Pipe make_terminal() {
  Pipe ends;
  termios raw{};
  ::cfmakeraw(&raw);
  int reader = -1;
  int writer = -1;
  check(::openpty(&reader, &writer, nullptr, &raw, nullptr) == 0, "openpty");
  ends.reader = net::Socket(reader);
  ends.writer = net::Socket(writer);
  return ends;
}

}  // namespace

bool has_terminals() try {
  make_terminal();
  return true;
} catch (const std::exception&) {
  return false;
}

namespace {

// The level of our own log is not the program's.
std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> environment = command.environment;
  const bool has_level = std::any_of(
      environment.begin(), environment.end(),
      [](const auto& entry) { return entry.starts_with("SPDLOG_LEVEL="); });
  if (!has_level) environment.push_back("SPDLOG_LEVEL=");
  return environment;
}

// Runs in the child, see ChildCommand::prepare. It closes the pipe that would
// report a failing exec(), too: then the status is 126.
int restrict(const Command& command) {
  constexpr uid_t nobody = 65534;
  ::close_range(3, ~0U, 0);
  if (command.descriptors) {
    const rlimit limit{*command.descriptors, *command.descriptors};
    if (::setrlimit(RLIMIT_NOFILE, &limit) < 0) return errno;
  }
  for (int i = 0; i < command.inherited; ++i) {
    if (::dup(STDIN_FILENO) < 0) return errno;
  }
  if (!command.as_nobody) return 0;
  return ::setgid(nobody) == 0 && ::setuid(nobody) == 0 ? 0 : errno;
}

Pipe open_output(const Command& command) {
  Pipe ends = command.terminal ? make_terminal() : Pipe();
  if (command.output.empty()) return ends;
  ends.writer = net::Socket(
      ::open(command.output.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  check(ends.writer.fd() >= 0, command.output);
  return ends;
}

}  // namespace

void Process::start() {
  Pipe input;
  Pipe out = open_output(command_);
  check(::write(input.writer.fd(), command_.input.data(),
                command_.input.size()) ==
            static_cast<ssize_t>(command_.input.size()),
        "write");
  if (command_.input_ends) input.writer.close();
  if (command_.lines_wanted == 0) {
    out.reader.close();
    reader_has_left_ = true;
  }
  child_ = std::make_unique<ChildProcess>(poetry_compare::ChildCommand{
      .words = command_.words,
      .environment = environment_of(command_),
      .input = input.reader.fd(),
      .output = out.writer.fd(),
      .errors = poetry_compare::to_pipe,
      .prepare = [this] { return restrict(command_); }});
  pid_ = child_->pid();
  input_ = std::move(input.writer);
  out_ = std::move(out.reader);
}

// --- The thread that reads ---------------------------------------------------

void Process::read_out() {
  char buffer[65536];
  const ssize_t n = ::read(out_.fd(), buffer, sizeof buffer);
  if (n <= 0) return out_.close();
  const std::lock_guard lock(mutex_);
  out_text_.append(buffer, static_cast<std::size_t>(n));
}

void Process::read_err() {
  const std::lock_guard lock(mutex_);
  child_->read_errors(err_text_);
}

// 0 for a reader that reads everything.
std::size_t Process::lines_seen() const {
  if (command_.lines_wanted == Command().lines_wanted) return 0;
  return static_cast<std::size_t>(
      std::count(out_text_.begin(), out_text_.end(), '\n'));
}

void Process::read_all() {
  const auto ready = [](const pollfd& fd) { return fd.revents != 0; };
  for (;;) {
    pollfd fds[] = {{out_.fd(), POLLIN, 0},
                    {child_->errors(), POLLIN, 0},
                    {child_->ended(), POLLIN, 0}};
    if (::poll(fds, std::size(fds), -1) < 0) continue;

    if (ready(fds[0])) read_out();
    if (ready(fds[1])) read_err();
    if (lines_seen() >= command_.lines_wanted) {
      out_.close();
      reader_has_left_ = true;
    }

    // It is over when the program has ended and nothing is left to read.
    if (ready(fds[2]) && !ready(fds[0]) && !ready(fds[1])) break;
  }
  const std::lock_guard lock(mutex_);
  const int status = child_->wait().wait_status;
  status_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

Process::Process(Command command)
    : command_(std::move(command)) {
  start();
  thread_ = std::thread([this] { read_all(); });
}

Process::~Process() {
  signal(SIGKILL);
  thread_.join();
}

// --- While the program runs --------------------------------------------------

bool Process::ended() const {
  const std::lock_guard lock(mutex_);
  return status_.has_value();
}

void Process::signal(int number) {
  const std::lock_guard lock(mutex_);
  if (!status_) child_->signal(number);
}

std::string Process::out() const {
  const std::lock_guard lock(mutex_);
  return out_text_;
}

std::string Process::err() const {
  const std::lock_guard lock(mutex_);
  return err_text_;
}

void Process::wait_for_out(const std::string& text) const {
  eventually("'" + text + "' on stdout",
             [&] { return out().find(text) != std::string::npos; });
}

void Process::wait_for_err(const std::string& text) const {
  eventually("'" + text + "' on stderr",
             [&] { return err().find(text) != std::string::npos; });
}

Outcome Process::wait() const {
  try {
    eventually("the end", [&] { return ended(); });
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(error.what() + (" of " + command_.words[0]) +
                             "\nstdout: " + out().substr(0, 2000) +
                             "\nstderr: " + err().substr(0, 2000));
  }
  const std::lock_guard lock(mutex_);
  return {out_text_, err_text_, *status_};
}

void Process::wait_until_it_catches(int signal) const {
  eventually("signal " + std::to_string(signal) + " being caught", [&] {
    const std::string caught = field(pid_, "SigCgt");
    if (caught.empty()) return false;
    return (std::stoull(caught, nullptr, 16) >> (signal - 1) & 1) != 0;
  });
}

void Process::wait_until_it_sleeps() const {
  eventually("it to sleep", [&] { return is_asleep(pid_); });
}

long Process::sleeps() const {
  const std::string count = field(pid_, "voluntary_ctxt_switches");
  return count.empty() ? -1 : std::stol(count);
}

long Process::memory() const {
  const std::string size = field(pid_, "VmRSS");
  return size.empty() ? -1 : std::stol(size);
}

std::vector<std::string> Process::descriptors() const {
  const std::string path = "/proc/" + std::to_string(pid_) + "/fd";
  std::vector<std::string> result;
  DIR* const directory = ::opendir(path.c_str());
  while (const dirent* entry = directory ? ::readdir(directory) : nullptr) {
    char target[256];
    const ssize_t n =
        ::readlink((path + '/' + entry->d_name).c_str(), target, sizeof target);
    if (n > 0) result.emplace_back(target, static_cast<std::size_t>(n));
  }
  if (directory) ::closedir(directory);
  return result;
}

Outcome run(Command command) {
  return Process(std::move(command)).wait();
}

}  // namespace rig
