// The function that the program would have called without the tracer.
#pragma once

#include <dlfcn.h>

#include <atomic>
#include <cerrno>
#include <type_traits>

namespace tracer {

// Looked up at the first call. Threads that look at the same time find the same
// function.
template <typename Function>
class Next {
 public:
  constexpr explicit Next(const char* name)
      : name_(name) {}

  template <typename... Arguments>
  auto operator()(Arguments... arguments)
      -> decltype(static_cast<Function*>(nullptr)(arguments...)) {
    Function* function = function_.load(std::memory_order_relaxed);
    if (!function) {
      function = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name_));
      if (!function) {
        errno = ENOSYS;
        return failure<decltype(function(arguments...))>();
      }
      function_.store(function, std::memory_order_relaxed);
    }
    return function(arguments...);
  }

 private:
  template <typename Result>
  static Result failure() {
    if constexpr (std::is_integral_v<Result>) return -1;
    if constexpr (std::is_pointer_v<Result>) return nullptr;
  }

  const char* name_;
  std::atomic<Function*> function_ = nullptr;
};

// The program must not see what the tracer's own calls do to errno.
class KeepErrno {
 public:
  KeepErrno() = default;
  KeepErrno(const KeepErrno&) = delete;
  KeepErrno& operator=(const KeepErrno&) = delete;
  ~KeepErrno() { errno = error_; }

 private:
  int error_ = errno;
};

}  // namespace tracer

// The program calls these in place of the C library's.
#define INTERPOSED extern "C" __attribute__((visibility("default")))
