#include "compare/run/program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>

#include "cli/print.h"
#include "compare/run/child_reaper.h"

namespace poetry_compare {
namespace {

constexpr std::size_t most_words = 4096;
constexpr int tick_ms = 100;

struct Pipe {
  net::Socket read;
  net::Socket write;
};

Pipe make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) < 0) net::throw_last_error("pipe");
  return {net::Socket(fds[0]), net::Socket(fds[1])};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

// What somebody gives by the name of a variable of ours counts.
std::vector<std::string> make_environment(
    const std::vector<std::string>& given) {
  std::vector<std::string> all = given;
  for (char** variable = environ; *variable; ++variable) {
    const std::string text = *variable;
    const auto name = text.substr(0, text.find('=') + 1);
    const bool is_given =
        std::any_of(given.begin(), given.end(),
                    [&](auto& other) { return other.starts_with(name); });
    if (!is_given) all.push_back(text);
  }
  return all;
}

void become(char** words, char** environment, int out, int err) {
  // Whatever becomes of us, it does not go on.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpgid(0, 0);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(out < 0 ? nothing : out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    std::signal(signal, SIG_DFL);
  }
  ::execvpe(words[0], words, environment);
}

int status_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::int64_t microseconds(const timeval& time) {
  return time.tv_sec * 1'000'000 + time.tv_usec;
}

std::string last_line(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  const auto begin = text.find_last_of("\r\n");
  if (begin != text.npos) text.erase(0, begin + 1);
  if (text.size() > 200) text = text.substr(0, 200) + "...";
  std::replace(text.begin(), text.end(), '\t', ' ');
  return cli::escape(text);
}

}  // namespace

std::int64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Process::Process(const std::vector<std::string>& words,
                 const std::vector<std::string>& environment,
                 bool keep_output) {
  auto variables = make_environment(environment);
  auto arguments = words;
  const auto environment_pointers = pointers(variables);
  const auto argument_pointers = pointers(arguments);
  Pipe output = keep_output ? make_pipe() : Pipe{};
  Pipe errors = make_pipe();
  Pipe failure = make_pipe();

  begin_ = now();
  pid_ = ::fork();
  if (pid_ < 0) net::throw_last_error("fork");
  if (pid_ == 0) {
    become(const_cast<char**>(argument_pointers.data()),
           const_cast<char**>(environment_pointers.data()), output.write.fd(),
           errors.write.fd());
    const int error = errno;
    if (::write(failure.write.fd(), &error, sizeof error) < 0) ::_exit(126);
    ::_exit(127);
  }
  own(pid_);
  ::setpgid(pid_, pid_);
  exit_ = net::Socket(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  const auto give_up = [this](int error, const char* what) {
    stop();
    net::throw_error(error, what);
  };
  if (exit_.fd() < 0) give_up(errno, "pidfd_open");
  output_ = std::move(output.read);
  errors_ = std::move(errors.read);
  ::fcntl(errors_.fd(), F_SETFL, O_NONBLOCK);

  // It is closed without a word when the program has started.
  failure.write.close();
  int error = 0;
  if (::read(failure.read.fd(), &error, sizeof error) > 0) {
    give_up(error, "cannot start");
  }
}

Process::~Process() {
  if (pid_ > 0) stop();
}

// Whether it has ended. Hears its errors meanwhile, or it would wait for us.
bool Process::poll_once(int milliseconds) {
  std::array<pollfd, 2> fds{
      {{exit_.fd(), POLLIN, 0}, {errors_.fd(), POLLIN, 0}}};
  if (::poll(fds.data(), fds.size(), milliseconds) < 0) return false;
  if (fds[1].revents != 0) hear_errors();
  return fds[0].revents != 0;
}

void Process::hear_errors() {
  std::array<char, 65536> buffer{};
  const ssize_t n = ::read(errors_.fd(), buffer.data(), buffer.size());
  if (n == 0) errors_.close();
  if (n <= 0) return;
  words_.append(buffer.data(), static_cast<std::size_t>(n));
  if (words_.size() > most_words) words_.erase(0, words_.size() - most_words);
}

std::optional<std::string> Process::read_line(double seconds) {
  const auto deadline = begin_ + static_cast<std::int64_t>(seconds * 1e9);
  while (now() < deadline) {
    check_interrupted();
    pollfd readable{output_.fd(), POLLIN, 0};
    if (::poll(&readable, 1, tick_ms) <= 0) continue;
    char c = 0;
    if (::read(output_.fd(), &c, 1) <= 0) return std::nullopt;
    if (c == '\n') return std::exchange(line_, {});
    line_ += c;
  }
  return std::nullopt;
}

Ending Process::wait(double seconds, const std::function<void()>& tick) {
  std::int64_t next = begin_;
  while (!poll_once(tick_ms)) {
    check_interrupted();
    const auto time = now();
    if (static_cast<double>(time - begin_) > seconds * 1e9) return reap(true);
    if (time < next) continue;
    next = time + tick_ms * 1'000'000L;
    tick();
  }
  return reap(false);
}

Ending Process::stop() {
  return reap(false);
}

Ending Process::reap(bool timed_out) {
  Ending ending;
  ending.end = now();
  ending.timed_out = timed_out;
  // As long as nobody has waited for it, no other group has its number.
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
  int status = 0;
  rusage usage{};
  while (::wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  disown(std::exchange(pid_, -1));
  kill_orphans();
  ending.status = status_of(status);
  ending.cpu = microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
  hear_errors();
  ending.last_words = last_line(words_);
  return ending;
}

}  // namespace poetry_compare
