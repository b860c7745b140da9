// The parts of the program. Each prints what it found, and returns whether all
// of it was right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "reactor/interfaces.h"
#include "soak/control.h"

namespace soak {

// The allocations of a sanitizer cannot be told from the program's own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

bool mix(std::size_t connections);
bool crowd(std::size_t poems);
bool scarce_port(std::size_t descriptors);
bool scarce_client(std::size_t descriptors);
bool rest(std::size_t connections);
bool too_large(std::size_t most_bytes);

// Parts that the others start in processes of their own. `words` are the rest
// of the command line.
int run_subject(const std::vector<std::string>& words);
int run_scarce_port(const std::vector<std::string>& words);
int run_idle_clients(const std::vector<std::string>& words);
int run_idle_server(const std::vector<std::string>& words);

// Prints a line for each check that fails.
class Checks {
 public:
  void fail(const std::string& what);
  bool passed() const { return passed_; }

 private:
  bool passed_ = true;
};

// Connects to a port here and exchanges lines.
void connect_lines(reactor::ReactorTcp& reactor,
                   std::uint16_t port,
                   std::function<void(LineProtocol&)> on_made,
                   LineProtocol::OnLine on_line,
                   std::function<void()> on_lost);

// A factory that calls `build` for each connection, of a server or a client,
// and `on_failed` when a client cannot connect.
std::shared_ptr<reactor::ClientFactory> make_factory(
    std::function<std::unique_ptr<reactor::Protocol>()> build,
    std::function<void(reactor::Connector&, std::error_code)> on_failed =
        [](reactor::Connector&, std::error_code) {});

}  // namespace soak
