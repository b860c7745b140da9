// Runs callbacks. Their exceptions are logged and go no further.
#pragma once

#include <cxxabi.h>

#include <exception>
#include <system_error>
#include <type_traits>

#include "reactor/interfaces.h"

namespace reactor {

// Logs one line about `who`, which may be null: with spdlog's default logger if
// the program has set one, and otherwise with the logger "slowpoetry", which
// writes to stderr. Exceptions of the log are dropped.
void log_error(const FileDescriptor* who, const char* what) noexcept;
void log_warning(const FileDescriptor* who, const char* what) noexcept;

// Runs one callback of `who`, which may be null. An exception is logged and
// becomes Error::callback_failed: one bad callback must not end the loop, and
// with it all other connections.
template <typename Callback>
std::error_code guarded(const FileDescriptor* who, const Callback& callback) {
  try {
    if constexpr (std::is_void_v<decltype(callback())>) {
      callback();
      return {};
    } else {
      return callback();
    }
  } catch (const abi::__forced_unwind&) {
    throw;  // the thread is being cancelled
  } catch (const std::exception& error) {
    log_error(who, error.what());
  } catch (...) {
    log_error(who, nullptr);
  }
  return Error::callback_failed;
}

}  // namespace reactor
