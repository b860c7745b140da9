// Traces that somebody made with poetry-trace: nobody kept an account.
#include <algorithm>
#include <map>
#include <stdexcept>

#include <fmt/core.h>

#include "compare/measure/run_manifest.h"
#include "compare/trace/trace.h"

namespace poetry_compare {
namespace {

bool is_accept(const Event& event) {
  return event.call.starts_with("accept") && event.result >= 0 &&
         event.local != 0;
}

bool is_server(const Trace& trace) {
  return std::any_of(trace.events.begin(), trace.events.end(), is_accept);
}

// The poem is the most that it sent to anybody.
PoemAccount make_poem(const Trace& trace, const std::filesystem::path& file) {
  PoemAccount account;
  account.poem.name = file.stem().string();
  account.trace = file.string();
  std::map<std::uint16_t, std::size_t> sent;  // by the client's port
  std::size_t most = 0;
  for (const Event& event : trace.events) {
    if (is_accept(event)) {
      account.poem.port = event.local;
      sent[event.peer] = 0;
    }
    if (!is_write(event) || event.result <= 0 || event.checksum == 0) continue;
    auto& bytes = sent[event.peer];
    bytes += static_cast<std::size_t>(event.result);
    if (bytes <= most) continue;
    most = bytes;
    account.poem.bytes = bytes;
    account.checksum = event.checksum;
    account.poem.num_bytes = std::max(account.poem.num_bytes,
                                      static_cast<std::size_t>(event.result));
  }
  return account;
}

VariantAccount make_variant(const Trace& trace,
                            const std::filesystem::path& file) {
  VariantAccount account;
  account.name = file.stem().string();
  account.command = trace.program;
  for (const auto& argument : trace.arguments)
    account.command += ' ' + argument;
  RunAccount& run = account.runs.emplace_back();
  run.trace = file.string();
  if (trace.events.empty()) return account;
  run.span.begin = trace.events.front().time;
  for (const Event& event : trace.events) {
    run.span.end = std::max(run.span.end, event.time + event.duration);
  }
  return account;
}

// Without a server's trace, where the clients connect to is all there is.
void add_ports(const Trace& trace, std::vector<PoemAccount>& poems) {
  for (const Event& event : trace.events) {
    if (event.call != "connect" || event.peer == 0) continue;
    const bool known = std::any_of(
        poems.begin(), poems.end(),
        [&](const PoemAccount& poem) { return poem.poem.port == event.peer; });
    if (known) continue;
    PoemAccount& account = poems.emplace_back();
    account.poem.port = event.peer;
    account.poem.name = fmt::format("port {}", event.peer);
  }
}

}  // namespace

Account make_account(const std::vector<std::filesystem::path>& traces) {
  Account account;
  std::vector<Trace> clients;
  for (const auto& file : traces) {
    Trace trace;
    try {
      trace = read_trace(file);
    } catch (const std::runtime_error&) {
      // Who builds the comparison will find out again, and say so.
    }
    if (account.settings.host.empty()) account.settings.host = trace.host;
    if (is_server(trace)) {
      account.poems.push_back(make_poem(trace, file));
      continue;
    }
    account.variants.push_back(make_variant(trace, file));
    clients.push_back(std::move(trace));
  }
  if (account.poems.empty()) {
    for (const Trace& trace : clients) add_ports(trace, account.poems);
  }
  return account;
}

}  // namespace poetry_compare
