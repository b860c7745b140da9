#include "compare/run/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "compare/run/become.h"

namespace poetry_compare {
namespace {

using std::chrono::milliseconds;

struct Pipe {
  net::Socket reader;
  net::Socket writer;
};

// Above 2, where connect_streams() does not overwrite it.
net::Socket duplicate_above_streams(const net::Socket& original) {
  net::Socket duplicate(::fcntl(original.fd(), F_DUPFD_CLOEXEC, 3));
  if (duplicate.fd() < 0) net::throw_last_error("fcntl");
  return duplicate;
}

// The child inherits neither end: it gets a duplicate of the writer.
Pipe make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) < 0) net::throw_last_error("pipe");
  Pipe low{net::Socket(fds[0]), net::Socket(fds[1])};
  return {duplicate_above_streams(low.reader),
          duplicate_above_streams(low.writer)};
}

std::vector<std::string> merge_environment(
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

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

// Calls a system call again as long as a signal interrupts it.
template <typename Call>
auto retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

// A descriptor for a stream of the child. Owned if it was made for the child.
struct Writer {
  int fd;
  net::Socket owned;
};

Writer open_stream(int stream, net::Socket& reader) {
  if (stream != to_pipe) return {stream, {}};
  Pipe pipe = make_pipe();
  reader = std::move(pipe.reader);
  ::fcntl(reader.fd(), F_SETFL, O_NONBLOCK);
  const int fd = pipe.writer.fd();
  return {fd, std::move(pipe.writer)};
}

void read_some(net::Socket& pipe, std::string& text) {
  std::array<char, 65536> buffer;
  const ssize_t n =
      retry([&] { return ::read(pipe.fd(), buffer.data(), buffer.size()); });
  if (n > 0) text.append(buffer.data(), static_cast<std::size_t>(n));
  if (n == 0 || (n < 0 && errno != EAGAIN)) pipe.close();
}

}  // namespace

// --- ChildExit ---------------------------------------------------------------

int ChildExit::status() const {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status)
                                  : WEXITSTATUS(wait_status);
}

std::chrono::microseconds ChildExit::cpu() const {
  std::chrono::microseconds sum{};
  for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
    sum += std::chrono::seconds(time.tv_sec) +
           std::chrono::microseconds(time.tv_usec);
  }
  return sum;
}

// --- ChildProcess ------------------------------------------------------------

// The object is complete before start(): if that throws, the destructor ends
// the child.
ChildProcess::ChildProcess(const ChildCommand& command)
    : ChildProcess() {
  start(command);
}

void ChildProcess::start(const ChildCommand& command) {
  auto words = command.words;
  auto environment = merge_environment(command.environment);
  const auto word_pointers = pointers(words);
  const auto environment_pointers = pointers(environment);
  const Writer output = open_stream(command.output, output_);
  const Writer errors = open_stream(command.errors, errors_);
  Pipe failure = make_pipe();

  has_group_ = command.isolated;
  pid_ = ::fork();
  if (pid_ < 0) net::throw_last_error("fork");
  if (pid_ == 0) {
    become(command, {command.input, output.fd, errors.fd}, word_pointers.data(),
           environment_pointers.data(), failure.writer.fd());
  }
  failure.writer.close();
  watch(failure.reader);
}

// Here and in the child: whichever comes first, the group exists from then on.
void ChildProcess::watch(const net::Socket& failure) {
  if (has_group_) ::setpgid(pid_, pid_);
  ended_ = net::Socket(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (ended_.fd() < 0) net::throw_last_error("pidfd_open");
  // exec() closes the pipe, which is empty then.
  int error = 0;
  const ssize_t n =
      retry([&] { return ::read(failure.fd(), &error, sizeof error); });
  if (n > 0) net::throw_error(error, "cannot start");
}

void ChildProcess::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

// Until the child has been waited for, no other group has its number.
void ChildProcess::signal_group(int number) {
  ::kill(has_group_ ? -pid_ : pid_, number);
}

bool ChildProcess::ends_within(milliseconds timeout) const {
  pollfd fd{ended_.fd(), POLLIN, 0};
  return ::poll(&fd, 1, static_cast<int>(timeout.count())) > 0;
}

ChildExit ChildProcess::wait() {
  siginfo_t ignored;
  retry([&] {
    return ::waitid(P_PID, static_cast<id_t>(pid_), &ignored,
                    WEXITED | WNOWAIT);
  });
  if (has_group_) signal_group(SIGKILL);
  ChildExit exit;
  retry([&] { return ::wait4(pid_, &exit.wait_status, 0, &exit.usage); });
  pid_ = -1;
  return exit;
}

ChildExit ChildProcess::stop(milliseconds grace) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + grace;
  if (grace.count() > 0) signal_group(SIGTERM);
  bool ended = ends_within({});
  for (auto now = Clock::now(); !ended && now < deadline; now = Clock::now()) {
    ended = ends_within(std::chrono::ceil<milliseconds>(deadline - now));
  }
  signal_group(SIGKILL);
  signal(SIGKILL);  // if it has left its group
  return wait();
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) stop();
}

void ChildProcess::read_output(std::string& text) {
  read_some(output_, text);
}

void ChildProcess::read_errors(std::string& text) {
  read_some(errors_, text);
}

}  // namespace poetry_compare
