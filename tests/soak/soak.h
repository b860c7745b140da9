// What the program can be told to do. Each part prints what it found, and says
// whether all of it was as it should be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "reactor/interfaces.h"
#include "soak/control.h"

namespace soak {

// What a sanitizer allocates cannot be told from what we do.
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

// Parts that the others run in processes of their own, with more words.
int run_victim(const std::vector<std::string>& words);
int run_scarce_port(const std::vector<std::string>& words);
int run_idle_clients(const std::vector<std::string>& words);
int run_idle_server(const std::vector<std::string>& words);

// A line for each thing that is wrong; whether there was none is what counts.
class Verdict {
 public:
  void wrong(const std::string& what);
  bool good() const { return good_; }

 private:
  bool good_ = true;
};

// Connects to a port here and exchanges lines.
void connect_lines(reactor::ReactorTcp& reactor,
                   std::uint16_t port,
                   std::function<void(LineProtocol&)> on_made,
                   LineProtocol::OnLine on_line,
                   std::function<void()> on_lost);

// A factory of what `build` says, for servers and for clients; the failure of a
// client is told.
std::shared_ptr<reactor::ClientFactory> make_factory(
    std::function<std::unique_ptr<reactor::Protocol>()> build,
    std::function<void(reactor::Connector&, std::error_code)> on_failed =
        [](reactor::Connector&, std::error_code) {});

}  // namespace soak
