// Functions that wait and do not block.
//                                    twisted.internet.defer.inlineCallbacks
#pragma once

#include <coroutine>
#include <utility>

#include "reactor/interfaces.h"

namespace reactor {

// The return type of a function that uses co_await. The function begins at
// once. Where it has to wait, it is suspended, and its caller goes on. Later a
// callback of the reactor resumes it.
//
// This object owns the function's variables. Destroying it ends the function
// where it is suspended, and destroys the variables as at the end of a block:
// what it waits for is cancelled. A function must not destroy its own object.
//
// An exception that leaves the function is logged, like that of any callback.
// Then the function is done.
class [[nodiscard]] Coroutine {  // inlineCallbacks
 public:
  struct promise_type {
    Coroutine get_return_object() {
      return Coroutine(Handle::from_promise(*this));
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception();
  };

  Coroutine(Coroutine&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)) {}
  Coroutine& operator=(Coroutine other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Coroutine() {
    if (handle_) handle_.destroy();
  }

  // Whether it has returned, or an exception has left it.
  bool done() const { return !handle_ || handle_.done(); }

 private:
  using Handle = std::coroutine_handle<promise_type>;

  explicit Coroutine(Handle handle)
      : handle_(handle) {}

  Handle handle_;
};

// See sleep().
class [[nodiscard]] Sleep {
 public:
  Sleep(ReactorTime& time, Duration delay)
      : time_(time),
        delay_(delay) {}
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;
  ~Sleep() { call_.cancel(); }

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    call_ = time_.call_later(delay_, [waiter] { waiter.resume(); });
  }
  void await_resume() const {}

 private:
  ReactorTime& time_;
  const Duration delay_;
  DelayedCall call_;
};

// co_await sleep(reactor, 1s) waits for a second. Throws as call_later() does.
inline Sleep sleep(ReactorTime& time, Duration delay) {  // deferLater
  return {time, delay};
}

}  // namespace reactor
