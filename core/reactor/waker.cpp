#include "reactor/waker.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

namespace reactor {
namespace {

using Handler = void (*)(int);
using InformedHandler = void (*)(int, siginfo_t*, void*);  // with SA_SIGINFO

// All that a signal handler can see: whom to wake, what came, and who was asked
// to handle it before us, in one way or the other.
struct Listener {
  std::atomic<int> event = -1;
  std::atomic<bool> came = false;
  std::atomic<Handler> previous = nullptr;
  std::atomic<InformedHandler> previous_informed = nullptr;
};

std::array<Listener, NSIG> listeners;

static_assert(std::atomic<int>::is_always_lock_free);
static_assert(std::atomic<bool>::is_always_lock_free);
static_assert(std::atomic<Handler>::is_always_lock_free);
static_assert(std::atomic<InformedHandler>::is_always_lock_free);

void wake(int event) {
  // If it cannot be written, it is full, and whoever waits is awake anyway.
  const eventfd_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(event, &one, sizeof one);
}

void on_signal(int signum, siginfo_t* info, void* context) {
  const int error = errno;
  Listener& listener = listeners[static_cast<std::size_t>(signum)];
  listener.came = true;
  wake(listener.event);
  if (const auto previous = listener.previous.load()) previous(signum);
  if (const auto previous = listener.previous_informed.load()) {
    previous(signum, info, context);
  }
  errno = error;
}

// Who is to be called on, unless that is nobody, or ourselves.
void remember(const struct sigaction& previous, Listener& listener) {
  listener.previous = nullptr;
  listener.previous_informed = nullptr;
  if (previous.sa_handler == SIG_DFL || previous.sa_handler == SIG_IGN) return;
  if ((previous.sa_flags & SA_SIGINFO) == 0) {
    listener.previous = previous.sa_handler;
  } else if (previous.sa_sigaction != &on_signal) {
    listener.previous_informed = previous.sa_sigaction;
  }
}

}  // namespace

Waker::Waker(std::function<void(const std::function<void()>&)> call)
    : call_(std::move(call)),
      event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (event_.fd() < 0) net::throw_last_error("eventfd");
}

Waker::~Waker() {
  restore_signals();
}

std::error_code Waker::do_read() {
  eventfd_t count = 0;
  [[maybe_unused]] const ssize_t n = ::read(fileno(), &count, sizeof count);
  call_signals();
  call_posted();
  return {};
}

// --- Threads -----------------------------------------------------------------

void Waker::call_from_thread(std::function<void()> callback) {
  const std::lock_guard lock(mutex_);
  posted_.push_back(std::move(callback));
  if (posted_.size() == 1) wake(fileno());
}

// What is posted meanwhile waits for the next round, so that nobody starves.
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
    found->second.callback = std::move(callback);
    return;
  }
  struct sigaction previous;
  if (::sigaction(signum, nullptr, &previous) < 0) {
    net::throw_last_error("sigaction");
  }
  Listener& listener = listeners[static_cast<std::size_t>(signum)];
  listener.came = false;
  listener.event = fileno();
  remember(previous, listener);

  // What waits in a callback goes on waiting; the reactor's own wait does not.
  struct sigaction action {};
  action.sa_sigaction = &on_signal;
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  if (::sigaction(signum, &action, nullptr) < 0) {
    net::throw_last_error("sigaction");
  }
  signals_[signum] = {std::move(callback), previous};
}

void Waker::restore_signals() {
  for (const auto& [signum, signal] : std::exchange(signals_, {})) {
    ::sigaction(signum, &signal.previous, nullptr);
    listeners[static_cast<std::size_t>(signum)].event = -1;
  }
}

void Waker::call_signals() {
  for (const auto& [signum, signal] : std::map(signals_)) {
    Listener& listener = listeners[static_cast<std::size_t>(signum)];
    if (listener.came.exchange(false)) call_(signal.callback);
  }
}

}  // namespace reactor
