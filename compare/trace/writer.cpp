#include "compare/trace/writer.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compare/trace/json_line.h"

namespace poetry_compare {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Module& module) {
  Json json = {{"path", as_utf8(module.path)}};
  if (!module.build_id.empty()) json["build_id"] = module.build_id;
  if (module.size >= 0) json["size"] = module.size;
  if (module.modified >= 0) json["modified"] = module.modified;
  return json;
}

Json header(const Trace& trace) {
  Json arguments = Json::array();
  for (const std::string& argument : trace.arguments) {
    arguments.push_back(as_utf8(argument));
  }
  Json header = {{"format", "poetry-trace"},
                 {"version", trace_version},
                 {"program", as_utf8(trace.program)},
                 {"arguments", std::move(arguments)},
                 {"pid", trace.pid},
                 {"clock", "CLOCK_MONOTONIC"},
                 {"host", as_utf8(trace.host)},
                 {"events", trace.events.size()}};
  if (!trace.unseen.empty()) header["unseen"] = as_utf8(trace.unseen);
  if (trace.sites.empty()) return header;
  for (const Module& module : trace.modules) {
    header["modules"].push_back(to_json(module));
  }
  for (const Site& site : trace.sites) {
    header["sites"].push_back(
        {{"module", site.module}, {"address", site.address}});
  }
  return header;
}

// The members since version 2.
void add_details(const Event& event, Json& json) {
  if (event.repeats > 0) json["repeats"] = event.repeats;
  if (event.sockets >= 0) json["sockets"] = event.sockets;
  if (event.set != 0) json["set"] = checksum_text(event.set);
  if (event.received >= 0) json["received"] = event.received;
  if (event.cpu >= 0) json["cpu"] = event.cpu;
  if (event.delayed >= 0) json["delayed"] = event.delayed;
  if (event.nonblocking) json["nonblocking"] = 1;
  if (event.wait_all) json["wait_all"] = 1;
  if (event.site >= 0) json["site"] = event.site;
}

// Members that have their default value are left out, if a read or a write need
// not have them.
Json to_json(const Event& event) {
  Json json;
  json["time"] = event.time;
  json["duration"] = event.duration;
  json["pid"] = event.pid;
  json["thread"] = event.thread;
  json["call"] = as_utf8(event.call);
  if (event.fd >= 0) json["fd"] = event.fd;
  if (event.local != 0) json["local"] = event.local;
  if (event.peer != 0) json["peer"] = event.peer;
  json["result"] = event.result;
  if (event.error != 0) json["error"] = event.error;
  if (event.queued >= 0) json["queued"] = event.queued;
  if (event.checksum != 0) json["checksum"] = checksum_text(event.checksum);
  add_details(event, json);
  return json;
}

void write(const Trace& trace, std::ostream& out) {
  out << header(trace).dump() << '\n';
  for (const Event& event : trace.events) out << to_json(event).dump() << '\n';
}

}  // namespace

std::string to_json_lines(const Trace& trace) {
  std::ostringstream out;
  write(trace, out);
  return out.str();
}

void write_trace(const Trace& trace, const std::filesystem::path& path) {
  std::ofstream file(path, std::ios::binary);
  write(trace, file);
  if (file.flush()) return;
  throw std::runtime_error(
      fmt::format("{}: {}", path.string(), std::strerror(errno)));
}

}  // namespace poetry_compare
