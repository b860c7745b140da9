#include "reactor/guard.h"

#include <spdlog/spdlog.h>

namespace reactor {
namespace {

void log(spdlog::level::level_enum level,
         const FileDescriptor* who,
         const char* what) noexcept try {
  spdlog::log(level, "[{}] {}", who ? who->log_prefix() : "-",
              what ? what : "unknown exception");
} catch (...) {
  // There is no other place to report it.
}

}  // namespace

void log_error(const FileDescriptor* who, const char* what) noexcept {
  log(spdlog::level::err, who, what);
}

void log_warning(const FileDescriptor* who, const char* what) noexcept {
  log(spdlog::level::warn, who, what);
}

}  // namespace reactor
