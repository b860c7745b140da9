#include "reactor/guard.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace reactor {
namespace {

// spdlog's own default logger has no name, and writes to stdout.
bool is_set_by_program(const spdlog::logger& logger) {
  const auto& sinks = logger.sinks();
  return !logger.name().empty() || sinks.size() != 1 ||
         !dynamic_cast<spdlog::sinks::stdout_color_sink_mt*>(
             sinks.front().get());
}

std::shared_ptr<spdlog::logger> stderr_logger() try {
  const auto logger = spdlog::get("slowpoetry");
  return logger ? logger : spdlog::stderr_color_mt("slowpoetry");
} catch (const spdlog::spdlog_ex&) {
  return spdlog::get("slowpoetry");  // another thread has just made it
}

// The log does not go to stdout: only the program writes there.
std::shared_ptr<spdlog::logger> logger() {
  auto preferred = spdlog::default_logger();
  if (preferred && is_set_by_program(*preferred)) return preferred;
  return stderr_logger();
}

// Without a format string, which would compile much of fmt into each program.
void log(spdlog::level::level_enum level,
         const FileDescriptor* who,
         const char* what) noexcept try {
  const std::string prefix = who ? who->log_prefix() : "-";
  const std::string text = what ? what : "unknown exception";
  logger()->log(level, "[" + prefix + "] " + text);
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
