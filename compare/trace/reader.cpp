#include "compare/trace/reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "compare/trace/json.h"

namespace poetry_compare {
namespace {

// How every trace begins.

[[noreturn]] void fail(const std::filesystem::path& file,
                       std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}", file.string(), what));
}

std::string contents(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) fail(path, std::strerror(errno));

  std::string text;
  std::array<char, 65536> buffer{};
  std::size_t n = 0;
  while ((n = std::fread(buffer.data(), 1, buffer.size(), file.get())) > 0) {
    text.append(buffer.data(), n);
  }
  if (std::ferror(file.get())) fail(path, std::strerror(errno));
  return text;
}

struct Header {
  int version = 0;
  std::size_t events = 0;  // how many the file had when it was whole
};

bool read_header(std::string_view line, Trace& trace, Header& header) {
  const auto read_argument = [&](std::string_view& rest) {
    return json::read_string(rest, trace.arguments.emplace_back());
  };
  return json::read_object(line, [&](const auto& key, auto& rest) {
    if (key == "version") return json::read_integer(rest, header.version);
    // What follows may mean anything.
    if (header.version > trace_version) return json::skip_value(rest);
    if (key == "program") return json::read_string(rest, trace.program);
    if (key == "arguments") return json::read_array(rest, read_argument);
    if (key == "pid") return json::read_integer(rest, trace.pid);
    if (key == "host") return json::read_string(rest, trace.host);
    if (key == "events") return json::read_integer(rest, header.events);
    return json::skip_value(rest);
  });
}

bool read_checksum(std::string_view& rest, std::uint64_t& checksum) {
  std::string text;
  if (!json::read_string(rest, text)) return false;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, checksum, 16);
  return result.ec == std::errc() && result.ptr == end;
}

bool read_event(std::string_view line, Event& event) {
  const bool read = json::read_object(line, [&](const auto& key, auto& rest) {
    if (key == "time") return json::read_integer(rest, event.time);
    if (key == "duration") return json::read_integer(rest, event.duration);
    if (key == "pid") return json::read_integer(rest, event.pid);
    if (key == "thread") return json::read_integer(rest, event.thread);
    if (key == "call") return json::read_string(rest, event.call);
    if (key == "fd") return json::read_integer(rest, event.fd);
    if (key == "local") return json::read_integer(rest, event.local);
    if (key == "peer") return json::read_integer(rest, event.peer);
    if (key == "result") return json::read_integer(rest, event.result);
    if (key == "error") return json::read_integer(rest, event.error);
    if (key == "queued") return json::read_integer(rest, event.queued);
    if (key == "checksum") return read_checksum(rest, event.checksum);
    return json::skip_value(rest);
  });
  return read && !event.call.empty() && event.duration >= 0;
}

std::string_view take_line(std::string_view& rest) {
  const auto size = std::min(rest.find('\n'), rest.size());
  const auto line = rest.substr(0, size);
  rest.remove_prefix(std::min(size + 1, rest.size()));
  return line;
}

void read_events(std::string_view rest,
                 const std::filesystem::path& file,
                 const Header& header,
                 Trace& trace) {
  // A header that lies must not cost memory.
  trace.events.reserve(std::min(header.events, rest.size() / 16));
  for (std::size_t num = 2; !rest.empty(); ++num) {
    Event event;
    if (!read_event(take_line(rest), event)) {
      const auto what = rest.empty() ? "is cut off" : "is no event";
      trace.complaint =
          fmt::format("{}: line {} {}: used the {} events before",
                      file.string(), num, what, trace.events.size());
      return;
    }
    trace.events.push_back(std::move(event));
  }
  if (trace.events.size() < header.events) {
    trace.complaint =
        fmt::format("{}: is cut off: has {} of {} events", file.string(),
                    trace.events.size(), header.events);
  }
}

}  // namespace

Trace read_trace(const std::filesystem::path& file) {
  const std::string text = contents(file);
  if (text.empty()) fail(file, "is empty, and no trace");

  const std::string_view start =
      std::string_view(text).substr(0, trace_magic.size());
  if (!trace_magic.starts_with(start)) fail(file, "is no trace");

  Trace trace;
  Header header;
  std::string_view rest = text;
  const bool whole = read_header(take_line(rest), trace, header);
  if (header.version > trace_version) {
    fail(file, fmt::format("is a trace of version {}, newer than {}",
                           header.version, trace_version));
  }
  if (!whole) {
    if (!rest.empty()) fail(file, "is no trace: its first line makes no sense");
    trace = {};
    trace.complaint = file.string() + ": is cut off: its header is not whole";
    return trace;
  }
  read_events(rest, file, header, trace);
  return trace;
}

}  // namespace poetry_compare
