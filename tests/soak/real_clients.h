// Runs the real clients against hostile servers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "soak/kinds.h"
#include "soak/processes.h"

namespace soak {

class RealClients {
 public:
  // Called for each client that has ended: what it should have done, "program:
  // gets its poem", and what was wrong, or "".
  using OnEnd =
      std::function<void(const std::string& row, const std::string& failure)>;

  RealClients(const std::array<std::uint16_t, kinds>& server_ports,
              OnEnd on_end);

  // Starts the n-th client; `n` decides which one, and which server it meets.
  void start(std::size_t n);

  // To be called after SIGCHLD.
  void collect_ended();

 private:
  struct Running {
    std::unique_ptr<ChildProcess> process;
    bool succeeds;  // as it should
  };

  void report(int status, bool succeeds) const;

  const std::array<std::uint16_t, kinds>& server_ports_;
  const OnEnd on_end_;
  std::list<Running> running_;
};

}  // namespace soak
