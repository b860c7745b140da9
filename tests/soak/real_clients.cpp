#include "soak/real_clients.h"

#include <utility>
#include <vector>

namespace soak {
namespace {

constexpr std::array names{"blocking-client",  "async-client",
                           "reactor-client-1", "reactor-client-2",
                           "reactor-client-3", "coroutine-client"};
constexpr std::size_t without_timeout = 2;  // the first two have no --timeout
constexpr std::array meets{Kind::complete, Kind::reset,   Kind::drip,
                           Kind::refused,  Kind::endless, Kind::silent};

// A client without --timeout would wait for a silent server for ever.
Kind server_for(std::size_t n) {
  const Kind kind = meets[n / names.size() % meets.size()];
  const bool waits = n % names.size() < without_timeout;
  return kind == Kind::silent && waits ? Kind::refused : kind;
}

}  // namespace

RealClients::RealClients(const std::array<std::uint16_t, kinds>& server_ports,
                         OnEnd on_end)
    : server_ports_(server_ports),
      on_end_(std::move(on_end)) {}

void RealClients::start(std::size_t n) {
  const Kind kind = server_for(n);
  std::vector<std::string> words{
      program(std::string(names[n % names.size()]) + "/get-poetry"),
      "--max-bytes=" + std::to_string(max_bytes)};
  if (kind == Kind::silent) words.emplace_back("--timeout=0.2");
  words.push_back(
      std::to_string(server_ports_[static_cast<std::size_t>(kind)]));
  running_.push_back({std::make_unique<ChildProcess>(
                          poetry_compare::ChildCommand{.words = words}),
                      outcome_of(kind) == "complete"});
}

void RealClients::collect_ended() {
  for (auto client = running_.begin(); client != running_.end();) {
    if (!client->process->ends_within({})) {
      ++client;
      continue;
    }
    const int status = client->process->wait().status();
    const bool succeeds = client->succeeds;
    client = running_.erase(client);
    report(status, succeeds);
  }
}

void RealClients::report(int status, bool succeeds) const {
  const bool right = status == (succeeds ? 0 : 1);
  on_end_(succeeds ? "program: gets its poem" : "program: says what failed",
          right ? "" : "a program ended with status " + std::to_string(status));
}

}  // namespace soak
