// Very many poems at once, through the real clients, byte for byte.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <sstream>
#include <thread>

#include <fmt/core.h>

#include "reactor/reactor.h"
#include "soak/processes.h"
#include "soak/soak.h"

namespace soak {
namespace {

constexpr std::size_t poem_lines = 20;

// No two poems are equal, and all have the same size.
std::string poem_number(std::size_t n) {
  std::string poem;
  for (std::size_t line = 0; line < poem_lines; ++line) {
    poem += fmt::format("poem {:05}, line {:02}: so many at once\n", n, line);
  }
  return poem;
}

// A server that sends nothing before all clients are connected.
class Crowd {
 public:
  explicit Crowd(std::size_t size)
      : size_(size),
        port_(reactor_
                  .listen_tcp({"127.0.0.1", 0}, make_factory([this] {
                                return std::make_unique<Connection>(*this);
                              }))
                  ->host()
                  .port) {}

  // Runs the program and returns what it prints.
  std::string serve(const std::string& name, int& status);
  std::size_t max_connected() const { return max_connected_; }

 private:
  class Connection final : public reactor::Protocol {
   public:
    explicit Connection(Crowd& crowd)
        : crowd_(crowd) {}
    void connection_made() override { crowd_.add(transport()); }
    void connection_lost(std::error_code) override { crowd_.remove(); }

   private:
    Crowd& crowd_;
  };

  void add(reactor::Transport& transport) {
    transports_.push_back(&transport);
    max_connected_ = std::max(max_connected_, transports_.size());
    if (transports_.size() < size_) return;
    for (std::size_t n = 0; n < size_; ++n) {
      transports_[n]->write(poem_number(n));
      transports_[n]->lose_connection();
    }
  }

  void remove() {
    if (++lost_ == size_) reactor_.stop();
  }

  const std::size_t size_;
  reactor::Reactor reactor_;
  const std::uint16_t port_;
  std::vector<reactor::Transport*> transports_;
  std::size_t max_connected_ = 0;
  std::size_t lost_ = 0;
};

std::string Crowd::serve(const std::string& name, int& status) {
  std::vector<std::string> words{program(name)};
  words.insert(words.end(), size_, std::to_string(port_));
  ChildProcess client({.words = std::move(words),
                       .output = poetry_compare::to_pipe,
                       .errors = STDERR_FILENO});
  std::string out;
  std::thread reader([&] {
    out = read_all(client);
    status = client.wait().status();
    // If the program gave up early, nothing else stops the reactor.
    reactor_.call_from_thread([this] { reactor_.stop(); });
  });
  reactor_.run();
  reader.join();
  return out;
}

// All poems, each in one piece, in any order.
bool are_all_poems(const std::string& out, std::size_t count) {
  const std::size_t size = poem_number(0).size();
  std::set<std::string> found;
  for (std::size_t at = 0; at < out.size(); at += size) {
    found.insert(out.substr(at, size));
  }
  if (out.size() != count * size || found.size() != count) return false;
  for (std::size_t n = 0; n < count; ++n) {
    if (!found.contains(poem_number(n))) return false;
  }
  return true;
}

// All sizes, in the final report of get-poetry.
bool are_all_sizes(const std::string& out, std::size_t count) {
  const std::string ending =
      fmt::format(": {} bytes of poetry", poem_number(0).size());
  std::istringstream lines(out);
  std::size_t whole = 0;
  for (std::string line; std::getline(lines, line);) {
    whole += line.find(": got ") == line.npos && line.ends_with(ending) ? 1 : 0;
  }
  return whole == count &&
         out.find(fmt::format("Got {} poems in ", count)) != out.npos;
}

}  // namespace

bool crowd(std::size_t poems) {
  Checks checks;
  for (const std::string name : {"get-poetry-simple", "get-poetry"}) {
    int status = -1;
    Crowd crowd(poems);
    const std::string out = crowd.serve("reactor-client-2/" + name, status);
    const bool right = name == "get-poetry" ? are_all_sizes(out, poems)
                                            : are_all_poems(out, poems);
    fmt::print("{:<34}{:>12}{:>12}\n", name + ": poems at once", poems,
               crowd.max_connected());
    if (status != 0 || crowd.max_connected() != poems) {
      checks.fail(
          fmt::format("{} ended with status {}, and {} of {} "
                      "connections",
                      name, status, crowd.max_connected(), poems));
    } else if (!right) {
      checks.fail(name + " did not get what was sent");
    }
  }
  return checks.passed();
}

}  // namespace soak
