#include "compare/run/become.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>

namespace poetry_compare {
namespace {

void isolate() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpgid(0, 0);
  for (int number = 1; number < NSIG; ++number) {
    std::signal(number, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// A stream whose source is closed is closed in the child, too.
void connect_streams(std::array<int, 3> streams) {
  // First to numbers above 2, because a source may itself be 0, 1 or 2.
  for (int& stream : streams) {
    const int source =
        stream == to_null ? ::open("/dev/null", O_RDWR | O_CLOEXEC) : stream;
    stream = ::fcntl(source, F_DUPFD_CLOEXEC, 3);
  }
  for (int i = 0; i < 3; ++i) {
    const int source = streams[static_cast<std::size_t>(i)];
    if (source < 0 || ::dup2(source, i) < 0) ::close(i);
  }
}

// Returns only if that fails: the errno.
int execute(const ChildCommand& command,
            const std::array<int, 3>& streams,
            char* const* words,
            char* const* environment) {
  if (command.isolated) isolate();
  connect_streams(streams);
  const int error = command.prepare ? command.prepare() : 0;
  if (error != 0) return error;
  ::execvpe(words[0], words, environment);
  return errno;
}

}  // namespace

void become(const ChildCommand& command,
            const std::array<int, 3>& streams,
            char* const* words,
            char* const* environment,
            int failure) {
  const int error = execute(command, streams, words, environment);
  const bool reported = ::write(failure, &error, sizeof error) > 0;
  ::_exit(reported ? 127 : 126);
}

}  // namespace poetry_compare
