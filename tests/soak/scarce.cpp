// Too few descriptors: each failure is reported, and the next attempt succeeds
// when descriptors are free again.
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <sstream>
#include <thread>
#include <utility>

#include <fmt/core.h>

#include "reactor/reactor.h"
#include "soak/kinds.h"
#include "soak/processes.h"
#include "soak/soak.h"

namespace soak {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t many = 200;

// Sends a poem. Closes the connection then if it `ends`; or else the peer does.
class PoemSender final : public reactor::Protocol {
 public:
  explicit PoemSender(bool ends)
      : ends_(ends) {}
  void connection_made() override {
    transport().write(poem());
    if (ends_) transport().lose_connection();
  }

 private:
  const bool ends_;
};

class PoemReceiver final : public reactor::Protocol {
 public:
  PoemReceiver(std::function<void(reactor::Transport&)> on_poem,
               std::function<void(bool whole)> on_lost)
      : on_poem_(std::move(on_poem)),
        on_lost_(std::move(on_lost)) {}

  void data_received(std::string_view data) override {
    received_ += data.size();
    if (received_ == poem().size()) on_poem_(transport());
  }
  void connection_lost(std::error_code) override {
    on_lost_(received_ == poem().size());
  }

 private:
  const std::function<void(reactor::Transport&)> on_poem_;
  const std::function<void(bool)> on_lost_;
  std::size_t received_ = 0;
};

// A port in a process of its own, see run_scarce_port().
class Port {
 public:
  Port(std::size_t descriptors, bool ends)
      : process_(part_of_soak(
            {"port", std::to_string(descriptors), ends ? "ends" : "stays"})),
        number_(read_port(process_)) {}
  pid_t pid() const { return process_.pid(); }
  std::uint16_t number() const { return number_; }

 private:
  ChildProcess process_;
  const std::uint16_t number_;
};

struct Answers {
  std::size_t served = 0;
  std::size_t rejected = 0;
};

// The receivers keep their connections until each has an answer.
Answers receive_poems(std::uint16_t port, std::size_t receivers) {
  reactor::Reactor reactor;
  std::vector<reactor::Transport*> held;
  Answers answers;
  std::size_t left = 0;
  const auto one_more_answer = [&] {
    if (answers.served + answers.rejected < receivers) return;
    for (auto* transport : std::exchange(held, {})) {
      transport->lose_connection();
    }
  };
  const auto factory = make_factory([&] {
    return std::make_unique<PoemReceiver>(
        [&](reactor::Transport& transport) {
          held.push_back(&transport);
          ++answers.served;
          one_more_answer();
        },
        [&](bool whole) {
          if (!whole) ++answers.rejected;
          if (++left == receivers) reactor.stop();
          if (!whole) one_more_answer();
        });
  });
  for (std::size_t i = 0; i < receivers; ++i) {
    reactor.connect_tcp("127.0.0.1", port, factory);
  }
  reactor.run();
  return answers;
}

// How many descriptors a process may still open below its limit. Inherited ones
// may lie above.
std::size_t free_descriptors(pid_t pid, std::size_t descriptors) {
  const std::string directory = "/proc/" + std::to_string(pid) + "/fd/";
  std::size_t count = 0;
  for (std::size_t fd = 0; fd < descriptors; ++fd) {
    const std::string link = directory + std::to_string(fd);
    count += std::filesystem::is_symlink(link) ? 0 : 1;
  }
  return count;
}

void report(const std::string& what, std::size_t told, std::size_t seen) {
  fmt::print("{:<34}{:>12}{:>12}\n", what, told, seen);
}

// A client that finds no free descriptor tries again a moment later.
Answers retry_until_served(std::uint16_t port, std::size_t receivers) {
  reactor::Reactor reactor;
  Answers answers;
  const auto factory = make_factory(
      [&] {
        return std::make_unique<PoemReceiver>(
            [](reactor::Transport&) {},
            [&](bool whole) {
              answers.served += whole ? 1 : 0;
              if (answers.served == receivers || !whole) reactor.stop();
            });
      },
      [&](reactor::Connector& connector, std::error_code reason) {
        if (reason != std::errc::too_many_files_open) return reactor.stop();
        ++answers.rejected;
        reactor.call_later(50ms, [&connector] { connector.connect(); });
      });
  std::vector<std::shared_ptr<reactor::Connector>> connectors;
  for (std::size_t i = 0; i < receivers; ++i) {
    connectors.push_back(reactor.connect_tcp("127.0.0.1", port, factory));
  }
  reactor.run();
  return answers;
}

// Runs in the child, see ChildCommand::prepare.
int errors_to_output() {
  return ::dup2(STDOUT_FILENO, STDERR_FILENO) < 0 ? errno : 0;
}

// Fetches so many poems with get-poetry and counts what it reports.
Answers get_poems(std::uint16_t port, std::size_t poems, int& status) {
  std::vector<std::string> words{program("reactor-client-2/get-poetry")};
  words.insert(words.end(), poems, std::to_string(port));
  ChildProcess process({.words = std::move(words),
                        .output = poetry_compare::to_pipe,
                        .prepare = errors_to_output});
  std::istringstream lines(read_all(process));
  status = process.wait().status();

  Answers answers;
  for (std::string line; std::getline(lines, line);) {
    const bool failed = line.starts_with("Failed to connect to ") &&
                        line.ends_with(": Too many open files");
    answers.rejected += failed ? 1 : 0;
    if (line.starts_with("Got ")) answers.served = std::stoul(line.substr(4));
  }
  return answers;
}

}  // namespace

int run_scarce_port(const std::vector<std::string>& words) {
  limit_descriptors(std::stoul(words.at(0)));
  const bool ends = words.at(1) == "ends";
  reactor::Reactor reactor;
  const auto port = reactor.listen_tcp(
      {"127.0.0.1", 0},
      make_factory([ends] { return std::make_unique<PoemSender>(ends); }));
  fmt::print("{}\n", port->host().port);
  reactor.run();
  return 0;
}

bool scarce_port(std::size_t descriptors) {
  Checks checks;
  const Port port(descriptors, false);
  const std::size_t free = free_descriptors(port.pid(), descriptors);
  const Answers first = receive_poems(port.number(), many);
  report("port: served", free, first.served);
  report("port: rejected", many - free, first.rejected);
  if (first.served != free || first.rejected != many - free) {
    checks.fail("a connection was neither served nor rejected as it had to be");
  }

  for (int i = 0; free_descriptors(port.pid(), descriptors) != free && i < 500;
       ++i) {
    std::this_thread::sleep_for(10ms);
  }
  const std::size_t few = free / 2;
  const Answers second = receive_poems(port.number(), few);
  report("port: served afterwards", few, second.served);
  if (second.served != few) checks.fail("the port has not recovered");
  return checks.passed();
}

bool scarce_client(std::size_t descriptors) {
  Checks checks;
  const Port port(max_descriptors(), true);
  limit_descriptors(descriptors);
  const Answers ours = retry_until_served(port.number(), many);
  report("client: served in the end", many, ours.served);
  report("client: failed attempts before", many - descriptors, ours.rejected);
  if (ours.served != many || ours.rejected < many - descriptors) {
    checks.fail("a client has no poem after trying again");
  }

  int status = -1;
  const Answers program = get_poems(port.number(), many, status);
  report("get-poetry: poems", many - program.rejected, program.served);
  report("get-poetry: too many open files", many - program.served,
         program.rejected);
  if (program.served + program.rejected != many || program.served == 0 ||
      program.rejected == 0 || status != 1) {
    checks.fail("get-poetry does not report every poem");
  }
  return checks.passed();
}

}  // namespace soak
