#include "support/rig.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <mutex>

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

namespace rig {

// --- Watchdog ----------------------------------------------------------------

namespace {

void on_alarm(int) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::fprintf(stderr, "%s.%s hangs\n", test ? test->test_suite_name() : "?",
               test ? test->name() : "?");
  std::_Exit(1);
}

}  // namespace

Watchdog::Watchdog(std::chrono::seconds limit) {
  std::signal(SIGALRM, &on_alarm);
  ::alarm(static_cast<unsigned>(limit.count()));
}

Watchdog::~Watchdog() {
  ::alarm(0);
}

// --- Pollers -----------------------------------------------------------------

CountingPoller::~CountingPoller() {
  EXPECT_TRUE(stats_->empty == 0 || stats_->expects_empty)
      << "woken for nothing: " << stats_->empty;
}

void CountingPoller::watch(int fd, reactor::Events events) {
  poller_->watch(fd, events);
  watched_[fd] = events;
}

std::span<const reactor::Poller::Ready> CountingPoller::wait(
    std::optional<std::chrono::milliseconds> timeout) {
  ++stats_->waits;
  stats_->timeouts.push_back(timeout);
  const auto start = std::chrono::steady_clock::now();
  const auto ready = poller_->wait(timeout);
  const auto took = std::chrono::steady_clock::now() - start;
  if (!ready.empty()) ++stats_->wakeups;
  const bool is_early = ready.empty() && (!timeout || took < *timeout);
  const bool is_asked = std::all_of(
      ready.begin(), ready.end(), [this](auto& r) { return is_asked_for(r); });
  if (is_early || !is_asked) ++stats_->empty;
  return ready;
}

bool CountingPoller::is_asked_for(const Ready& ready) const {
  const auto found = watched_.find(ready.fd);
  if (found == watched_.end()) return false;
  const reactor::Events now = ready.events;
  const reactor::Events asked = found->second;
  return (now.read || now.write) && (asked.read || !now.read) &&
         (asked.write || !now.write);
}

std::span<const reactor::Poller::Ready> ScriptedPoller::wait(
    std::optional<std::chrono::milliseconds> timeout) {
  script_->timeouts.push_back(timeout);
  script_->on_wait();
  batch_.clear();
  if (!script_->batches.empty()) {
    batch_ = std::move(script_->batches.front());
    script_->batches.erase(script_->batches.begin());
  }
  return batch_;
}

// --- Descriptors and logs ----------------------------------------------------

Pair::Pair() {
  int fds[2];
  EXPECT_EQ(
      ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds),
      0);
  sock = net::Socket(fds[0]);
  other = net::Socket(fds[1]);
}

TcpPair::TcpPair(bool tiny) {
  const net::Socket listener = net::listen({"127.0.0.1", 0});
  sock = net::connect(net::local_address(listener));
  other = net::Socket(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
  for (net::Socket* const end : {&sock, &other}) {
    end->set_blocking(false);
    const int size = 1;
    if (!tiny) continue;
    ::setsockopt(end->fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    ::setsockopt(end->fd(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
}

void reset(net::Socket& sock) {
  const linger now{1, 0};
  ::setsockopt(sock.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  sock.close();
}

void fill(const net::Socket& sock) {
  const std::string much(4096, '.');
  while (::send(sock.fd(), much.data(), much.size(), MSG_NOSIGNAL) > 0) {
  }
}

net::Socket duplicate(const net::Socket& sock, int least) {
  net::Socket another(::fcntl(sock.fd(), F_DUPFD_CLOEXEC, least));
  EXPECT_GE(another.fd(), least);
  return another;
}

ManyDescriptors::ManyDescriptors(rlim_t wanted) {
  ::getrlimit(RLIMIT_NOFILE, &before_);
  const rlimit more{std::min(wanted, before_.rlim_max), before_.rlim_max};
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &more), 0);
}

ManyDescriptors::~ManyDescriptors() {
  ::setrlimit(RLIMIT_NOFILE, &before_);
}

std::shared_ptr<Probe> make_probe() {
  Pair pair;
  auto probe = std::make_shared<Probe>(std::move(pair.sock));
  probe->other = std::move(pair.other);
  return probe;
}

std::shared_ptr<Probe> make_readable_probe() {
  auto probe = make_probe();
  send_bytes(probe->other);
  return probe;
}

namespace {

class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  LineSink(std::shared_ptr<std::vector<std::string>> lines,
           std::function<void()> on_line)
      : lines_(std::move(lines)),
        on_line_(std::move(on_line)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    lines_->emplace_back(message.payload.data(), message.payload.size());
    on_line_();
  }
  void flush_() override {}

  const std::shared_ptr<std::vector<std::string>> lines_;
  const std::function<void()> on_line_;
};

}  // namespace

LogCapture::LogCapture(std::function<void()> on_line)
    : lines_(std::make_shared<std::vector<std::string>>()) {
  auto& sinks = spdlog::default_logger()->sinks();
  restore_ = [&sinks, before = sinks] { sinks = before; };
  sinks = {std::make_shared<LineSink>(lines_, std::move(on_line))};
}

LogCapture::~LogCapture() {
  restore_();
}

void send_bytes(const net::Socket& sock, std::string_view what) {
  EXPECT_EQ(::send(sock.fd(), what.data(), what.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(what.size()));
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const directory = ::opendir("/proc/self/fd");
  while (::readdir(directory)) {
    ++count;
  }
  ::closedir(directory);
  return count;
}

std::vector<int> wakers() {
  std::vector<int> fds;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry, gone);
    if (target.string().find("[eventfd]") == std::string::npos) continue;
    fds.push_back(std::stoi(entry.path().filename().string()));
  }
  return fds;
}

void fill_wakers() {
  for (const int fd : wakers()) {
    EXPECT_EQ(::eventfd_write(fd, 0xfffffffffffffffe), 0);
  }
}

// --- The reactor -------------------------------------------------------------

// A call that is due in each iteration keeps the reactor from waiting.
void ReactorTest::run_iterations(int n) {
  std::function<void()> next = [&] {
    if (n-- == 0) {
      reactor.stop();
    } else {
      reactor.call_later(0s, next);
    }
  };
  reactor.call_later(0s, next);
  reactor.run();
}

void ReactorTest::after(int iterations, std::function<void()> call) {
  reactor.call_later(0s, [this, iterations, call = std::move(call)] {
    iterations == 0 ? call() : after(iterations - 1, call);
  });
}

void ScriptedTest::run_iterations(int n, std::function<void(int)> on_wait) {
  script->on_wait = [this, n, on_wait, iteration = 0]() mutable {
    if (++iteration == n) reactor.stop();
    on_wait(iteration);
  };
  reactor.run();
}

}  // namespace rig
