// A program whose calls are recorded: recorded WHAT.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace reactor {
namespace {

// Stands for the library.
void call(void (*callback)()) try {
  callback();
} catch (const std::runtime_error&) {
}

void receive() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_NONBLOCK) < 0) return;
  char byte = 0;
  [[maybe_unused]] const auto size = ::read(ends[0], &byte, 1);
}

}  // namespace
}  // namespace reactor

namespace {

class Tried {
 public:
  static void hello() { reactor::receive(); }
};

void elsewhere() {}

void fall() {
  throw std::runtime_error("I fall down.");
}

void in_a_thread() {
  std::thread(elsewhere).join();
}

// The child makes its calls after those of its parent.
void in_a_child() {
  int ends[2] = {-1, -1};
  if (::pipe(ends) < 0) return;
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    ::close(ends[1]);
    [[maybe_unused]] const auto size = ::read(ends[0], &byte, 1);
    Tried::hello();
    ::_exit(0);
  }
  elsewhere();
  ::close(ends[1]);
  ::waitpid(child, nullptr, 0);
}

void killed() {
  elsewhere();
  std::raise(SIGKILL);
}

void deep(int depth) {
  if (depth > 0) deep(depth - 1);
  elsewhere();
}

}  // namespace

int main(int, char** argv) {
  const std::string_view what = argv[1];
  if (what == "hello") reactor::call(Tried::hello);
  if (what == "fall") reactor::call(fall);
  if (what == "thread") in_a_thread();
  if (what == "child") in_a_child();
  if (what == "killed") killed();
  if (what == "deep") deep(5000);
  reactor::call([] { elsewhere(); });
}
