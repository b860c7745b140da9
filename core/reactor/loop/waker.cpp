#include "reactor/loop/waker.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

#include "reactor/guard.h"

namespace reactor {
namespace {

// All that a signal handler can see of one signal.
struct Listener {
  std::atomic<int> event = -1;  // the eventfd that wakes the reactor
  std::atomic<bool> came = false;
  // The handler before this one, which is still called. Set before `event`.
  struct sigaction previous = {};
};

std::array<Listener, NSIG> listeners;

Listener& listener_for(int signum) {
  return listeners[static_cast<std::size_t>(signum)];
}

static_assert(std::atomic<int>::is_always_lock_free);
static_assert(std::atomic<bool>::is_always_lock_free);

void wake(int event) {
  // This fails only if the counter is full, and then the reactor wakes up
  // anyway.
  const eventfd_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(event, &one, sizeof one);
}

// Set the flag before the wake-up: the reactor may look before write() returns.
void on_signal(int signum, siginfo_t* info, void* context) {
  const int error = errno;
  Listener& listener = listener_for(signum);
  listener.came = true;
  wake(listener.event);
  const struct sigaction& previous = listener.previous;
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    if (previous.sa_sigaction != &on_signal) {
      previous.sa_sigaction(signum, info, context);
    }
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signum);
  }
  errno = error;
}

}  // namespace

Waker::Waker(std::function<void(const std::function<void()>&)> call)
    : call_(std::move(call)),
      event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (event_.fd() < 0) net::throw_last_error("eventfd");
}

std::error_code Waker::do_read() {
  eventfd_t count = 0;
  const ssize_t n = ::read(fileno(), &count, sizeof count);
  const bool is_empty = n < 0 && (errno == EWOULDBLOCK || errno == EINTR);
  const bool is_open = is_empty || n == sizeof count;
  call_signals();
  call_posted();
  return is_open ? std::error_code() : Error::descriptor_closed;
}

// If the program has closed the eventfd by mistake, the reactor goes on without
// signals and calls from threads.
void Waker::connection_lost(std::error_code reason) {
  log_error(this, ("cannot be woken up: " + reason.message()).c_str());
}

// --- Threads -----------------------------------------------------------------

void Waker::call_from_thread(std::function<void()> callback) {
  const std::lock_guard lock(mutex_);
  posted_.push_back(std::move(callback));
  if (posted_.size() == 1) wake(fileno());
}

// Calls that are added meanwhile wait for the next iteration, so that they do
// not starve the descriptors.
void Waker::call_posted() {
  std::vector<std::function<void()>> calls;
  {
    const std::lock_guard lock(mutex_);
    calls.swap(posted_);
  }
  for (const auto& callback : calls) {
    call_(callback);
  }
}

// --- Signals -----------------------------------------------------------------

void Waker::call_on_signal(int signum, std::function<void()> callback) {
  if (const auto found = signals_.find(signum); found != signals_.end()) {
    found->second = std::move(callback);
    return;
  }
  struct sigaction previous;
  if (::sigaction(signum, nullptr, &previous) < 0) {
    net::throw_last_error("sigaction");
  }
  Listener& listener = listener_for(signum);
  listener.came = false;
  listener.previous = previous;
  listener.event = fileno();

  // SA_RESTART: a callback that waits in a system call goes on waiting. The
  // reactor's own wait is interrupted all the same.
  struct sigaction action {};
  action.sa_sigaction = &on_signal;
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  if (::sigaction(signum, &action, nullptr) < 0) {
    net::throw_last_error("sigaction");
  }
  signals_[signum] = std::move(callback);
}

void Waker::restore_signals() {
  for (const auto& [signum, callback] : std::exchange(signals_, {})) {
    Listener& listener = listener_for(signum);
    ::sigaction(signum, &listener.previous, nullptr);
    listener.event = -1;
  }
}

// Call a copy: the callback may replace itself. Clear the flag first: the
// callback may raise its signal again.
void Waker::call_signals() {
  for (const auto& [signum, callback] : signals_) {
    if (!listener_for(signum).came.exchange(false)) continue;
    call_(std::function<void()>(callback));
  }
}

}  // namespace reactor
