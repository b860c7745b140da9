// The cost of the tracer: the same calls, untraced and traced in turn.

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "compare/run/child_process.h"
#include "compare/trace/recorder.h"
#include "net/socket.h"

namespace {

constexpr int calls = 20000;
constexpr int rounds = 7;

// In ns of processor time, so that other programs do not count. The medians are
// compared.
using Times = std::map<std::string, std::vector<double>>;

// --- The calls ---------------------------------------------------------------

struct Pair {
  net::Socket listener;
  net::Socket client;
  net::Socket server;
};

Pair connect_pair() {
  Pair pair;
  pair.listener = net::listen({"127.0.0.1", 0});
  pair.client = net::connect(net::local_address(pair.listener));
  pair.server = net::Socket(::accept(pair.listener.fd(), nullptr, nullptr));
  return pair;
}

void check(ssize_t result) {
  if (result < 0) net::throw_last_error("a call failed");
}

double now() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 +
         static_cast<double>(time.tv_nsec);
}

void time_calls(const std::string& name,
                int times,
                const std::function<void()>& call) {
  const double start = now();
  for (int i = 0; i < times; ++i) call();
  std::printf("%s %.1f\n", name.c_str(), (now() - start) / times);
}

// Prints the time of each kind of call.
void run_calls() {
  const Pair pair = connect_pair();
  const int from = pair.server.fd();
  const int to = pair.client.fd();
  std::vector<char> data(65536);

  for (const std::size_t size : {10, 1024, 65536}) {
    time_calls("send-recv-" + std::to_string(size), calls, [&] {
      check(::send(from, data.data(), size, 0));
      check(::recv(to, data.data(), size, 0));
    });
  }
  time_calls("recv-none", calls,
             [&] { ::recv(to, data.data(), 10, MSG_DONTWAIT); });

  check(::send(from, data.data(), 10, 0));
  pollfd one{to, POLLIN, 0};
  time_calls("poll", calls, [&] { check(::poll(&one, 1, 0)); });
  time_calls("select", calls, [&] {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(to, &set);
    timeval none{};
    check(::select(to + 1, &set, nullptr, nullptr, &none));
  });
  const net::Socket epoll(::epoll_create1(0));
  epoll_event event{EPOLLIN, {}};
  check(::epoll_ctl(epoll.fd(), EPOLL_CTL_ADD, to, &event));
  time_calls("epoll_wait", calls,
             [&] { check(::epoll_wait(epoll.fd(), &event, 1, 0)); });

  std::array<int, 2> pipe{};
  check(::pipe(pipe.data()));
  time_calls("pipe", calls, [&] {
    check(::write(pipe[1], data.data(), 10));
    check(::read(pipe[0], data.data(), 10));
  });
}

// --- Running them ------------------------------------------------------------

void run_child(const std::vector<std::string>& environment, Times& times) {
  poetry_compare::ChildProcess child({.words = {"/proc/self/exe", "--child"},
                                      .environment = environment,
                                      .output = poetry_compare::to_pipe,
                                      .errors = STDERR_FILENO});
  std::string text;
  while (child.output() >= 0) {
    pollfd readable{child.output(), POLLIN, 0};
    if (::poll(&readable, 1, -1) > 0) child.read_output(text);
  }
  if (child.wait().status() != 0) throw std::runtime_error("the calls failed");
  std::istringstream lines(text);
  std::string call;
  for (double time = 0; lines >> call >> time;) times[call].push_back(time);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

// The number of traced calls in one timed repetition.
double traced_calls(const std::string& name) {
  return name.starts_with("send-recv") || name == "pipe" ? 2 : 1;
}

// The tracer is built in compare/, beside this program's directory.
std::filesystem::path library() {
  const auto bench = std::filesystem::read_symlink("/proc/self/exe");
  return bench.parent_path().parent_path() / "compare/libpoetry-tracer.so";
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc > 1 && argv[1] == std::string_view("--child")) {
    run_calls();
    return EXIT_SUCCESS;
  }
  Times untraced;
  Times traced;
  for (int i = 0; i < rounds; ++i) {
    run_child({}, untraced);
    const poetry_compare::Recorder recorder(library());
    run_child(recorder.environment(), traced);
  }
  std::printf("%-16s %12s %12s %16s\n", "", "untraced", "traced",
              "per traced call");
  for (const auto& [name, times] : untraced) {
    const double before = median(times);
    const double after = median(traced[name]);
    std::printf("%-16s %9.0f ns %9.0f ns %13.0f ns\n", name.c_str(), before,
                after, (after - before) / traced_calls(name));
  }
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  std::fprintf(stderr, "tracer-cost: %s\n", error.what());
  return EXIT_FAILURE;
}
