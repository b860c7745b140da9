// Clocks, sockets and errors, which all benchmarks share.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>

namespace bench {

// Ends the program with one line and exit status 1. The second one adds the
// error of errno.
[[noreturn]] void fail(const std::string& what);
[[noreturn]] void fail_last(const std::string& call);

// Ends the program with one line and exit status 2.
[[noreturn]] void usage(const std::string& words);

// A decimal number within these bounds; calls usage() for anything else.
long number(const char* text, long least, long most);
int port_number(const char* text);

double wall_seconds();
double cpu_seconds();  // of this process, user and system
double system_seconds();

// The most memory that this program has needed, without its parent's.
long peak_memory_kb();

// Measures the time from start() to stop().
class Span {
 public:
  void start() {
    system_ = system_seconds();
    cpu_ = cpu_seconds();
    wall_ = wall_seconds();
  }
  void stop() {
    wall_ = wall_seconds() - wall_;
    cpu_ = cpu_seconds() - cpu_;
    system_ = system_seconds() - system_;
  }

  // In seconds, after stop().
  double wall() const { return wall_; }
  double cpu() const { return cpu_; }
  double system() const { return system_; }

 private:
  double wall_ = 0;
  double cpu_ = 0;
  double system_ = 0;
};

// Random numbers (splitmix64), the same in every run.
std::uint64_t next_random(std::uint64_t& state);

// --- Sockets -----------------------------------------------------------------

sockaddr_in address(const char* host, int port);

// Both sockets are non-blocking; the first one may not be connected yet.
int start_connect(const sockaddr_in& address);
int connect(const sockaddr_in& address);

// Listens on this machine. Port 0 becomes the port that the system chooses.
// Several sockets may listen on one port if it is shared.
int listen(int& port, bool shared = false);

// Prints the first line of a server: "port=N".
void announce(int port);

}  // namespace bench
