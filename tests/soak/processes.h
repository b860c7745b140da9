// The programs that are soaked: how they are started and measured.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compare/run/child_process.h"
#include "net/socket.h"

namespace soak {

using poetry_compare::ChildProcess;

// Where the programs of this build are, and the poems.
std::string program(const std::string& name);
std::string poem_path();

// Both ends of a pipe.
struct Pipe {
  Pipe();
  net::Socket reader;  // a net::Socket owns any descriptor
  net::Socket writer;
};

// The output of a child up to the end of its output, or to the end of a line.
std::string read_all(ChildProcess& child);
std::string read_line(ChildProcess& child);
void write_line(const net::Socket& writer, const std::string& line);

// A part of this program, in a process of its own: "/proc/self/exe WORDS".
poetry_compare::ChildCommand part_of_soak(std::vector<std::string> words);

// The port that such a part, or a server, prints first; as the last word of a
// line. Throws std::runtime_error if it prints none.
std::uint16_t read_port(ChildProcess& child);

// The descriptors and memory of a running process, from /proc.
struct Resources {
  std::size_t descriptors = 0;
  std::size_t kib = 0;  // VmRSS
};
Resources resources_of(pid_t pid);

// A slow poetry server of that edition, and the port it has chosen.
class SlowServer {
 public:
  SlowServer(const std::string& edition,
             const std::vector<std::string>& options);
  pid_t pid() const { return process_.pid(); }
  std::uint16_t port() const { return port_; }

 private:
  ChildProcess process_;
  const std::uint16_t port_;
};

// The limit on the descriptors of this process, which its children inherit.
std::size_t max_descriptors();
void limit_descriptors(std::size_t limit);

}  // namespace soak
