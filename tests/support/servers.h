// The other end of a connection: good and bad servers for the clients, and a
// client for the server. All use loopback, and ports that the system chooses.
//
// Nothing here waits for longer than `patience`, see process.h.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "net/socket.h"
#include "support/process.h"

namespace rig {

// --- Poems -------------------------------------------------------------------

// A temporary file, removed with this object.
class PoemFile {
 public:
  explicit PoemFile(const std::string& poem);
  PoemFile(const PoemFile&) = delete;
  PoemFile& operator=(const PoemFile&) = delete;
  ~PoemFile();

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// So many bytes. No two lines are the same.
std::string long_poem(std::size_t size);

// Every byte value, several times.
std::string binary_poem();

// --- Our server --------------------------------------------------------------

class PoetryServer {
 public:
  // Returns once it listens.
  explicit PoetryServer(const std::string& file,
                        std::vector<std::string> options = {"--delay", "0"},
                        const std::vector<std::string>& command = {
                            program("blocking-server/slowpoetry")});

  std::uint16_t port() const { return port_; }
  std::string address(const std::string& host = "127.0.0.1") const;
  Process& process() { return process_; }

 private:
  Process process_;
  std::uint16_t port_ = 0;
};

// --- Servers of the tests ----------------------------------------------------

// Closed until open() is called.
class Gate {
 public:
  void open() { open_ = true; }
  bool is_open() const { return open_; }

 private:
  std::atomic<bool> open_ = false;
};

// One client of a Server, for its behaviour. Every function returns at once
// when the client has left or the server is destroyed.
class Visit {
 public:
  Visit(int fd, const std::atomic<bool>& closing)
      : fd_(fd),
        closing_(closing) {}

  // Returns when the kernel has taken the bytes.
  void push(std::string_view bytes);
  // Returns when the kernel of the client has acknowledged the bytes.
  void send(std::string_view bytes);
  // Returns when the client has read all there is.
  void wait_until_read();
  void wait_for(const Gate& gate);
  void wait_for(const std::function<bool()>& holds);

  // Waits until the client leaves.
  void stall();
  // The orderly end; returns when the client has left too.
  void finish();
  void reset();

  // Whether the client has left or the server is destroyed.
  bool over() const { return gone_ || closing_; }

 private:
  const int fd_;
  const std::atomic<bool>& closing_;
  bool gone_ = false;
};

using Behaviour = std::function<void(Visit&)>;

Behaviour serves(std::string poem);
Behaviour serves_byte_by_byte(std::string poem);
// Waits until the client sleeps, because it knows only then that it is
// connected. `client` is 0 before the client is started.
Behaviour resets_after(std::size_t bytes, const std::atomic<pid_t>& client);
Behaviour stays_silent();
Behaviour sends_and_stalls(std::string poem);
Behaviour never_ends();

// Serves one client after the other, in a thread.
class Server {
 public:
  explicit Server(Behaviour behaviour, int family = AF_INET);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  std::uint16_t port() const { return port_; }
  std::string address() const;

  // How many clients have connected, and how many were served.
  int visits() const { return visits_; }
  int served() const { return served_; }
  // Wait for so many of them.
  void wait_for_visits(int count) const;
  void wait_for_served(int count) const;

 private:
  void serve_all();

  const Behaviour behaviour_;
  const int family_;
  net::Socket listener_;
  std::uint16_t port_;
  std::atomic<bool> closing_ = false;
  std::atomic<int> visits_ = 0;
  std::atomic<int> served_ = 0;
  std::mutex mutex_;  // for the client
  net::Socket client_;
  std::thread thread_;
};

// A port on which nothing listens while this object exists.
class RefusingPort {
 public:
  RefusingPort();
  std::uint16_t port() const { return port_; }
  std::string address() const;

 private:
  net::Socket sock_;
  std::uint16_t port_;
};

// A server whose queue is full: a client that connects gets no answer.
class FullBacklog {
 public:
  explicit FullBacklog(int family = AF_INET, std::uint16_t port = 0);
  std::uint16_t port() const { return port_; }
  std::string address() const;

  // Accepts, and sends the poem to the client that waits; returns when the
  // client has left.
  void serve(std::string_view poem);

 private:
  net::Socket listener_;
  std::uint16_t port_;
  net::Socket first_;
};

// --- A client of the tests ---------------------------------------------------

class Caller {
 public:
  explicit Caller(std::uint16_t port, int family = AF_INET);

  void send(std::string_view bytes);
  // So many bytes, or fewer if the server closes first.
  std::string read(std::size_t bytes);
  std::string read_all();
  // The error of the last read, if it failed.
  std::error_code error() const { return error_; }

  // Whether there is something to read, now.
  bool has_news() const;
  std::uint16_t local_port() const;
  const net::Socket& sock() const { return sock_; }

  void leave() { sock_.close(); }
  void reset();

 private:
  net::Socket sock_;
  std::error_code error_;
};

}  // namespace rig
