// Too few descriptors: what is refused for that is told, and over once there
// are some again.
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

// Sends a poem, and stays until the other side leaves, unless it `ends`.
class Host final : public reactor::Protocol {
 public:
  explicit Host(bool ends)
      : ends_(ends) {}
  void connection_made() override {
    transport().write(poem());
    if (ends_) transport().lose_connection();
  }

 private:
  const bool ends_;
};

class Visitor final : public reactor::Protocol {
 public:
  Visitor(std::function<void(reactor::Transport&)> on_poem,
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

struct Round {
  std::size_t served = 0;
  std::size_t turned_away = 0;
};

// Visitors who keep what they have got until everybody has an answer.
Round visit(std::uint16_t port, std::size_t visitors) {
  reactor::Reactor reactor;
  std::vector<reactor::Transport*> held;
  Round round;
  std::size_t left = 0;
  const auto one_more_answer = [&] {
    if (round.served + round.turned_away < visitors) return;
    for (auto* transport : std::exchange(held, {})) {
      transport->lose_connection();
    }
  };
  const auto factory = make_factory([&] {
    return std::make_unique<Visitor>(
        [&](reactor::Transport& transport) {
          held.push_back(&transport);
          ++round.served;
          one_more_answer();
        },
        [&](bool whole) {
          if (!whole) ++round.turned_away;
          if (++left == visitors) reactor.stop();
          if (!whole) one_more_answer();
        });
  });
  for (std::size_t i = 0; i < visitors; ++i) {
    reactor.connect_tcp("127.0.0.1", port, factory);
  }
  reactor.run();
  return round;
}

// How many numbers below the limit are free: what it has inherited may lie
// above.
std::size_t room(pid_t pid, std::size_t descriptors) {
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

// Who fails for want of a descriptor tries again a moment later.
Round insist(std::uint16_t port, std::size_t visitors) {
  reactor::Reactor reactor;
  Round round;
  const auto factory = make_factory(
      [&] {
        return std::make_unique<Visitor>(
            [](reactor::Transport&) {},
            [&](bool whole) {
              round.served += whole ? 1 : 0;
              if (round.served == visitors || !whole) reactor.stop();
            });
      },
      [&](reactor::Connector& connector, std::error_code reason) {
        if (reason != std::errc::too_many_files_open) return reactor.stop();
        ++round.turned_away;
        reactor.call_later(50ms, [&connector] { connector.connect(); });
      });
  std::vector<std::shared_ptr<reactor::Connector>> connectors;
  for (std::size_t i = 0; i < visitors; ++i) {
    connectors.push_back(reactor.connect_tcp("127.0.0.1", port, factory));
  }
  reactor.run();
  return round;
}

// Runs in the child, see ChildCommand::prepare.
int errors_to_output() {
  return ::dup2(STDOUT_FILENO, STDERR_FILENO) < 0 ? errno : 0;
}

// What get-poetry says about so many poems.
Round get_poems(std::uint16_t port, std::size_t poems, int& status) {
  std::vector<std::string> words{program("reactor-client-2/get-poetry")};
  words.insert(words.end(), poems, std::to_string(port));
  ChildProcess process({.words = std::move(words),
                        .output = poetry_compare::to_pipe,
                        .prepare = errors_to_output});
  std::istringstream lines(read_all(process));
  status = process.wait().status();

  Round round;
  for (std::string line; std::getline(lines, line);) {
    const bool failed = line.starts_with("Failed to connect to ") &&
                        line.ends_with(": Too many open files");
    round.turned_away += failed ? 1 : 0;
    if (line.starts_with("Got ")) round.served = std::stoul(line.substr(4));
  }
  return round;
}

}  // namespace

int run_scarce_port(const std::vector<std::string>& words) {
  limit_descriptors(std::stoul(words.at(0)));
  const bool ends = words.at(1) == "ends";
  reactor::Reactor reactor;
  const auto port = reactor.listen_tcp({"127.0.0.1", 0}, make_factory([ends] {
                                         return std::make_unique<Host>(ends);
                                       }));
  fmt::print("{}\n", port->host().port);
  reactor.run();
  return 0;
}

bool scarce_port(std::size_t descriptors) {
  Verdict verdict;
  const Port port(descriptors, false);
  const std::size_t free = room(port.pid(), descriptors);
  const Round first = visit(port.number(), many);
  report("port: served", free, first.served);
  report("port: turned away", many - free, first.turned_away);
  if (first.served != free || first.turned_away != many - free) {
    verdict.wrong("not everybody was served or turned away as they had to be");
  }

  for (int i = 0; room(port.pid(), descriptors) != free && i < 500; ++i) {
    std::this_thread::sleep_for(10ms);
  }
  const std::size_t few = free / 2;
  const Round second = visit(port.number(), few);
  report("port: served afterwards", few, second.served);
  if (second.served != few) verdict.wrong("the port has not recovered");
  return verdict.good();
}

bool scarce_client(std::size_t descriptors) {
  Verdict verdict;
  const Port port(most_descriptors(), true);
  limit_descriptors(descriptors);
  const Round ours = insist(port.number(), many);
  report("client: gets it in the end", many, ours.served);
  report("client: has tried in vain before", many - descriptors,
         ours.turned_away);
  if (ours.served != many || ours.turned_away < many - descriptors) {
    verdict.wrong("not everybody has got a poem after trying again");
  }

  int status = -1;
  const Round program = get_poems(port.number(), many, status);
  report("get-poetry: poems", many - program.turned_away, program.served);
  report("get-poetry: too many open files", many - program.served,
         program.turned_away);
  if (program.served + program.turned_away != many || program.served == 0 ||
      program.turned_away == 0 || status != 1) {
    verdict.wrong("get-poetry does not account for every poem");
  }
  return verdict.good();
}

}  // namespace soak
