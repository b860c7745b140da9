#include "support/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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

// --- Words -------------------------------------------------------------------

void eventually(const std::string& what, const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("waited in vain for " + what);
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

// Nothing of ours is inherited by accident.
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

// A terminal that passes on what it is given.
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

// Of two entries with one name, a program may take either.
std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> environment = command.environment;
  for (char** entry = environ; *entry; ++entry) {
    const std::string ours = *entry;
    const std::string name = ours.substr(0, ours.find('=') + 1);
    const bool replaced = std::any_of(
        command.environment.begin(), command.environment.end(),
        [&](const std::string& theirs) { return theirs.starts_with(name); });
    if (!replaced && name != "SPDLOG_LEVEL=") environment.push_back(ours);
  }
  return environment;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) {
    result.push_back(word.data());
  }
  result.push_back(nullptr);
  return result;
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) {
    ::signal(number, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Between fork() and exec(): there may be threads, so system calls only.
[[noreturn]] void become(const Command& command,
                         const int (&streams)[3],
                         char* const* words,
                         char* const* environment) {
  constexpr uid_t nobody = 65534;
  reset_signals();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int i = 0; i < 3; ++i) {
    ::dup2(streams[i], i);
  }
  ::close_range(3, ~0U, 0);

  bool good = true;
  if (command.descriptors) {
    const rlimit limit{*command.descriptors, *command.descriptors};
    good = ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
  }
  for (int i = 0; i < command.inherited && good; ++i) {
    good = ::dup(STDIN_FILENO) >= 0;
  }
  if (command.as_nobody) {
    good = good && ::setgid(nobody) == 0 && ::setuid(nobody) == 0;
  }
  if (good) ::execve(words[0], words, environment);
  ::_exit(126);
}

}  // namespace

void Process::start() {
  auto words = command_.words;
  auto environment = environment_of(command_);
  const auto word_pointers = pointers(words);
  const auto environment_pointers = pointers(environment);

  Pipe input;
  Pipe out = command_.terminal ? make_terminal() : Pipe();
  Pipe err;
  if (!command_.output.empty()) {
    out.writer = net::Socket(
        ::open(command_.output.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    check(out.writer.fd() >= 0, command_.output);
  }
  check(::write(input.writer.fd(), command_.input.data(),
                command_.input.size()) ==
            static_cast<ssize_t>(command_.input.size()),
        "write");
  if (command_.input_ends) input.writer.close();
  // More than 2 is what become() moves from there.
  const int streams[] = {::fcntl(input.reader.fd(), F_DUPFD_CLOEXEC, 3),
                         ::fcntl(out.writer.fd(), F_DUPFD_CLOEXEC, 3),
                         ::fcntl(err.writer.fd(), F_DUPFD_CLOEXEC, 3)};
  if (command_.lines_wanted == 0) {
    out.reader.close();
    reader_has_left_ = true;
  }

  pid_ = ::fork();
  if (pid_ == 0) {
    become(command_, streams, word_pointers.data(),
           environment_pointers.data());
  }
  for (const int fd : streams) {
    ::close(fd);
  }
  check(pid_ > 0, "fork");
  end_ = net::Socket(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  check(end_.fd() >= 0, "pidfd_open");
  input_ = std::move(input.writer);
  out_ = std::move(out.reader);
  err_ = std::move(err.reader);
}

// --- The thread that reads ---------------------------------------------------

// Whether there was anything.
bool Process::read_some(net::Socket& from, std::string& to) {
  char buffer[65536];
  const ssize_t n = ::read(from.fd(), buffer, sizeof buffer);
  if (n <= 0) {
    from.close();
    return false;
  }
  const std::lock_guard lock(mutex_);
  to.append(buffer, static_cast<std::size_t>(n));
  return true;
}

// Only counted for a reader that cares.
std::size_t Process::lines_seen() const {
  if (command_.lines_wanted == Command().lines_wanted) return 0;
  return static_cast<std::size_t>(
      std::count(out_text_.begin(), out_text_.end(), '\n'));
}

void Process::read_all() {
  const auto ready = [](const pollfd& fd) { return fd.revents != 0; };
  for (;;) {
    pollfd fds[] = {
        {out_.fd(), POLLIN, 0}, {err_.fd(), POLLIN, 0}, {end_.fd(), POLLIN, 0}};
    if (::poll(fds, std::size(fds), -1) < 0) continue;

    if (ready(fds[0])) read_some(out_, out_text_);
    if (ready(fds[1])) read_some(err_, err_text_);
    if (lines_seen() >= command_.lines_wanted) {
      out_.close();
      reader_has_left_ = true;
    }

    // It is over when it has ended and nothing it said is left.
    if (ready(fds[2]) && !ready(fds[0]) && !ready(fds[1])) break;
  }
  const std::lock_guard lock(mutex_);
  int status = 0;
  ::waitpid(pid_, &status, 0);
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

// --- What is asked meanwhile -------------------------------------------------

bool Process::ended() const {
  const std::lock_guard lock(mutex_);
  return status_.has_value();
}

void Process::signal(int number) {
  const std::lock_guard lock(mutex_);
  if (!status_) ::kill(pid_, number);
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
