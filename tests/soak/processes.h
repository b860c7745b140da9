// The programs that are soaked: started, measured, ended.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "net/socket.h"

namespace soak {

// Where the programs of this build are, and the poems.
std::string program(const std::string& name);
std::string poem_path();

// Starts a program; what it says goes to these descriptors, or nowhere.
constexpr int nowhere = -1;
pid_t start(const std::vector<std::string>& words, int out, int err);

// Both ends of a pipe.
struct Pipe {
  Pipe();
  net::Socket reader;  // a net::Socket owns any descriptor
  net::Socket writer;
};

// What comes before the end, or before the first line is over.
std::string read_all(const net::Socket& reader);
std::string read_line(const net::Socket& reader);
void write_line(const net::Socket& writer, const std::string& line);

// Of a process that lives: what /proc says.
struct Weight {
  std::size_t descriptors = 0;
  std::size_t kib = 0;  // VmRSS
};
Weight weigh(pid_t pid);

// Owns a program that goes on until it is ended.
class Process {
 public:
  Process(const std::vector<std::string>& words, int out)
      : pid_(start(words, out, 2)) {}
  // Runs `main` in a copy of this one, which must have no threads yet.
  explicit Process(const std::function<void()>& main);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();
  pid_t pid() const { return pid_; }

 private:
  const pid_t pid_;
};

// A slow poetry server, and the port it has chosen.
class SlowServer {
 public:
  explicit SlowServer(std::vector<std::string> options);
  pid_t pid() const { return process_.pid(); }
  std::uint16_t port() const { return port_; }

 private:
  Pipe pipe_;
  Process process_;
  std::uint16_t port_ = 0;
};

// How many descriptors this process, and those it starts, may have at most.
std::size_t most_descriptors();
void limit_descriptors(std::size_t most);

}  // namespace soak
