#include "compare/measure/import_traces.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include <fmt/core.h>

#include "cli/print.h"
#include "compare/trace/reader.h"

namespace poetry_compare {
namespace {

bool is_accept(const Event& event) {
  return event.call.starts_with("accept") && event.result >= 0 &&
         event.local != 0;
}

bool is_server(const Trace& trace) {
  return std::any_of(trace.events.begin(), trace.events.end(), is_accept);
}

// The size of the poem is that of the largest stream that was sent.
ServedPoem make_poem(const Trace& trace, const std::filesystem::path& file) {
  ServedPoem served;
  served.poem.name = cli::one_line(file.stem().string());
  served.trace = file.string();
  std::map<std::uint16_t, std::size_t> sent;  // by the client's port
  std::size_t most = 0;
  for (const Event& event : trace.events) {
    if (is_accept(event)) {
      served.poem.port = event.local;
      sent[event.peer] = 0;
    }
    if (!is_write(event) || event.result <= 0 || event.checksum == 0) continue;
    auto& bytes = sent[event.peer];
    bytes += static_cast<std::size_t>(event.result);
    if (bytes <= most) continue;
    most = bytes;
    served.poem.bytes = bytes;
    served.checksum = event.checksum;
    served.poem.num_bytes =
        std::max(served.poem.num_bytes, static_cast<std::size_t>(event.result));
  }
  return served;
}

RecordedVariant make_variant(const Trace& trace,
                             const std::filesystem::path& file) {
  RecordedVariant variant;
  variant.name = cli::one_line(file.stem().string());
  variant.command = trace.program;
  for (const auto& argument : trace.arguments)
    variant.command += ' ' + argument;
  RecordedRun& run = variant.runs.emplace_back();
  run.trace = file.string();
  if (trace.events.empty()) return variant;
  run.span.begin = trace.events.front().time;
  for (const Event& event : trace.events) {
    run.span.end = std::max(run.span.end, event.time + event.duration);
  }
  return variant;
}

// Without a trace of a server, the ports that the clients connect to are all
// that is known of the poems.
void add_ports(const Trace& trace, std::vector<ServedPoem>& poems) {
  for (const Event& event : trace.events) {
    if (event.call != "connect" || event.peer == 0) continue;
    const bool known = std::any_of(
        poems.begin(), poems.end(),
        [&](const ServedPoem& poem) { return poem.poem.port == event.peer; });
    if (known) continue;
    ServedPoem& served = poems.emplace_back();
    served.poem.port = event.peer;
    served.poem.name = fmt::format("port {}", event.peer);
  }
}

}  // namespace

RunManifest import_traces(const std::vector<std::filesystem::path>& traces) {
  RunManifest manifest;
  std::vector<Trace> clients;
  for (const auto& file : traces) {
    Trace trace;
    try {
      trace = read_trace(file);
    } catch (const std::runtime_error&) {
      // make_comparison() reads it again, and says what is wrong with it.
    }
    if (manifest.settings.host.empty()) manifest.settings.host = trace.host;
    if (is_server(trace)) {
      manifest.poems.push_back(make_poem(trace, file));
      continue;
    }
    manifest.variants.push_back(make_variant(trace, file));
    clients.push_back(std::move(trace));
  }
  if (manifest.poems.empty()) {
    for (const Trace& trace : clients) add_ports(trace, manifest.poems);
  }
  return manifest;
}

}  // namespace poetry_compare
