#include "compare/trace/reader.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "compare/trace/event_reader.h"
#include "compare/trace/json_line.h"

namespace poetry_compare {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file,
                       std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}", file.string(), what));
}

// Whether the line that was read last is the last of the file.
bool is_over(std::ifstream& stream) {
  return stream.peek() == std::ifstream::traits_type::eof();
}

// The first line, which tells a trace from anything else.
std::string read_first_line(std::ifstream& stream,
                            const std::filesystem::path& file) {
  std::string line;
  if (!stream || (!std::getline(stream, line) && stream.bad())) {
    fail(file, std::strerror(errno));
  }
  if (line.empty() && is_over(stream)) fail(file, "is empty, and not a trace");
  const auto start = std::string_view(line).substr(0, trace_magic.size());
  if (!trace_magic.starts_with(start)) fail(file, "is not a trace");
  return line;
}

bool read_arguments(const nlohmann::ordered_json& header, Trace& trace) {
  const auto arguments = header.find("arguments");
  if (arguments == header.end()) return true;
  if (!arguments->is_array()) return false;
  for (const auto& argument : *arguments) {
    if (!argument.is_string()) return false;
    trace.arguments.push_back(argument.get<std::string>());
  }
  return true;
}

// Calls read_item() for each object in the member. False if there is anything
// else in it.
template <typename T>
bool read_list(const nlohmann::ordered_json& header,
               const char* key,
               bool (*read_item)(const nlohmann::ordered_json&, T&),
               std::vector<T>& items) {
  const auto list = header.find(key);
  if (list == header.end()) return true;
  if (!list->is_array()) return false;
  for (const auto& item : *list) {
    if (!item.is_object() || !read_item(item, items.emplace_back())) {
      return false;
    }
  }
  return true;
}

bool read_module(const nlohmann::ordered_json& item, Module& module) {
  return read(item, "path", module.path) &&
         read(item, "build_id", module.build_id) &&
         read(item, "size", module.size) &&
         read(item, "modified", module.modified);
}

bool read_site(const nlohmann::ordered_json& item, Site& site) {
  return read(item, "module", site.module) &&
         read(item, "address", site.address);
}

// False if the line makes no sense. `events` is how many events the file had
// when it was whole.
bool read_header(const std::string& line,
                 const std::filesystem::path& file,
                 Trace& trace,
                 std::size_t& events) {
  const auto header = parse_line(line);
  int version = 0;
  if (header.is_null() || !read(header, "version", version)) return false;
  if (version > trace_version) {
    fail(file, fmt::format("was written by version {}, newer than {}", version,
                           trace_version));
  }
  return read(header, "program", trace.program) &&
         read_arguments(header, trace) && read(header, "pid", trace.pid) &&
         read(header, "host", trace.host) &&
         read(header, "unseen", trace.unseen) &&
         read_list(header, "modules", read_module, trace.modules) &&
         read_list(header, "sites", read_site, trace.sites) &&
         read(header, "events", events);
}

void read_events(std::ifstream& stream,
                 const std::filesystem::path& file,
                 std::size_t events,
                 Trace& trace) {
  std::string line;
  for (std::size_t number = 2; std::getline(stream, line); ++number) {
    Event event;
    if (!read_event(line, event)) {
      trace.complaint = fmt::format(
          "{}: line {} {}: used the {} events before it", file.string(), number,
          is_over(stream) ? "is cut off" : "is not an event",
          trace.events.size());
      return;
    }
    trace.events.push_back(std::move(event));
  }
  if (trace.events.size() < events) {
    trace.complaint = fmt::format("{}: is cut off: has {} of {} events",
                                  file.string(), trace.events.size(), events);
  }
}

}  // namespace

Trace read_trace(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string first = read_first_line(stream, file);
  Trace trace;
  std::size_t events = 0;
  if (read_header(first, file, trace, events)) {
    read_events(stream, file, events, trace);
    return trace;
  }
  if (!is_over(stream)) {
    fail(file, "is not a trace: its first line makes no sense");
  }
  trace = {};
  trace.complaint = file.string() + ": is cut off: its header is not whole";
  return trace;
}

}  // namespace poetry_compare
