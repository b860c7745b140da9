#include "compare/trace/writer.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "compare/trace/json.h"

namespace poetry_compare {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file,
                       std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}", file.string(), what));
}

void append_header(std::string& out, const Trace& trace) {
  const auto put = std::back_inserter(out);
  fmt::format_to(put, R"({}"version":{},"program":)", trace_magic,
                 trace_version);
  json::append_string(out, trace.program);
  out += R"(,"arguments":[)";
  for (const std::string& argument : trace.arguments) {
    if (&argument != &trace.arguments.front()) out += ',';
    json::append_string(out, argument);
  }
  fmt::format_to(put, R"(],"pid":{},"clock":"CLOCK_MONOTONIC","host":)",
                 trace.pid);
  json::append_string(out, trace.host);
  fmt::format_to(put,
                 R"(,"events":{}}})"
                 "\n",
                 trace.events.size());
}

// What has the value that a reader assumes anyway is left out.
void append_event(std::string& out, const Event& event) {
  const auto put = std::back_inserter(out);
  fmt::format_to(put,
                 R"({{"time":{},"duration":{},"pid":{},"thread":{},"call":)",
                 event.time, event.duration, event.pid, event.thread);
  json::append_string(out, event.call);
  if (event.fd >= 0) fmt::format_to(put, R"(,"fd":{})", event.fd);
  if (event.local != 0) fmt::format_to(put, R"(,"local":{})", event.local);
  if (event.peer != 0) fmt::format_to(put, R"(,"peer":{})", event.peer);
  fmt::format_to(put, R"(,"result":{})", event.result);
  if (event.error != 0) fmt::format_to(put, R"(,"error":{})", event.error);
  if (event.queued >= 0) fmt::format_to(put, R"(,"queued":{})", event.queued);
  if (event.checksum != 0) {
    // As text: not every reader of JSON has integers of 64 bits.
    fmt::format_to(put, R"(,"checksum":"{:016x}")", event.checksum);
  }
  out += "}\n";
}

}  // namespace

std::string to_json_lines(const Trace& trace) {
  std::string text;
  text.reserve(256 + trace.events.size() * 200);
  append_header(text, trace);
  for (const Event& event : trace.events) {
    append_event(text, event);
  }
  return text;
}

void write_trace(const Trace& trace, const std::filesystem::path& path) {
  const std::string text = to_json_lines(trace);
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (!file) fail(path, std::strerror(errno));
  const bool written =
      std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int error = errno;
  const bool closed = std::fclose(file) == 0;
  if (!written || !closed) fail(path, std::strerror(written ? errno : error));
}

}  // namespace poetry_compare
