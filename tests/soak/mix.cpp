// All kinds of peers at once, for as many connections as one likes.
//
// Four drivers share them: clients of ours meet hostile servers, a listening
// port of ours and the slow poetry server meet hostile clients, and now and
// then one of the real clients is run. A tenth of them is the warm-up;
// descriptors and memory are looked at then, at the end, and ten times a second
// between.
#include <signal.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <sstream>

#include <fmt/core.h>

#include "reactor/reactor.h"
#include "soak/control.h"
#include "soak/hostile.h"
#include "soak/ledger.h"
#include "soak/processes.h"
#include "soak/soak.h"

namespace soak {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_idle_samples = 300;  // half a minute

struct RunningProgram {
  std::unique_ptr<ChildProcess> process;
  bool succeeds;  // as it should
};

class Mix {
 public:
  explicit Mix(std::size_t connections);
  bool run();

 private:
  std::vector<std::string> victim_words() const;
  void hear(LineProtocol& control, const std::string& line);
  std::size_t warm_up() const {
    return std::max(connections_ / 10,
                    std::min<std::size_t>(connections_ / 2, 1000));
  }
  void begin(std::size_t connections);
  void maybe_over();
  void at_rest();
  void sample();
  void end_programs();

  void start_peer(std::size_t n);
  void start_guest(std::size_t n);
  void start_program(std::size_t n);

  OnEnd counting(Driver& driver, std::string row);
  void trouble(const std::string& what);

  const std::size_t connections_;
  reactor::Reactor reactor_;
  Verdict verdict_;
  std::map<std::string, std::size_t> troubles_;
  const HostileServers servers_;
  const HostileServers program_servers_;
  std::string poetry_;
  const SlowServer slow_;
  const SlowServer long_;  // has more to say than a socket keeps
  std::uint16_t control_port_ = 0;
  std::unique_ptr<ChildProcess> victim_process_;
  LineProtocol* victim_ = nullptr;
  std::array<std::uint16_t, kinds> victim_ports_{};
  bool clients_idle_ = true;
  std::size_t clients_ = 0;
  std::array<std::size_t, kinds> turns_{};
  std::list<RunningProgram> programs_;
  Tally seen_;
  Tally wanted_;
  std::vector<Watched> watched_;
  bool warm_ = false;
  std::size_t ends_ = 0;  // of connections, since the last sample
  std::size_t idle_samples_ = 0;
  Driver peers_{400, [this](auto n) { start_peer(n); },
                [this] { maybe_over(); }};
  Driver guests_{16, [this](auto n) { start_guest(n); },
                 [this] { maybe_over(); }};
  Driver runs_{2, [this](auto n) { start_program(n); },
               [this] { maybe_over(); }};
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Mix::Mix(std::size_t connections)
    : connections_(connections),
      servers_(reactor_,
               [this](const auto& what) {
                 ++ends_;
                 trouble(what);
               }),
      program_servers_(reactor_, [](const auto&) {}),
      poetry_(read_file(poem_path())),
      slow_({}),
      long_({"--repeat=2000", "--sndbuf=1"}) {
  const auto control = make_factory([this] {
    return std::make_unique<LineProtocol>(
        [this](LineProtocol& victim) { victim_ = &victim; },
        [this](LineProtocol& victim, const std::string& line) {
          hear(victim, line);
        },
        [this] {
          if (!reactor_.running()) return;
          verdict_.wrong("the process with our clients and ports has ended");
          reactor_.stop();
        });
  });
  control_port_ = reactor_.listen_tcp({"127.0.0.1", 0}, control)->host().port;
  victim_process_ =
      std::make_unique<ChildProcess>(part_of_soak(victim_words()));
  reactor_.call_on_signal(SIGCHLD, [this] { end_programs(); });
}

std::vector<std::string> Mix::victim_words() const {
  std::vector<std::string> words{"victim", std::to_string(control_port_)};
  for (const auto port : servers_.ports()) {
    words.push_back(std::to_string(port));
  }
  return words;
}

bool Mix::run() {
  watched_ = {{"our clients and ports", victim_process_->pid()},
              {"slowpoetry", slow_.pid()}};
  sample();
  reactor_.run();
  if (!verdict_.good()) return false;
  wanted_.merge(expected(Victim::client, 0, clients_));
  wanted_.merge(expected(Victim::port, 0, peers_.wanted));
  wanted_.merge(expected(Victim::server, 0, guests_.wanted));
  judge_outcomes(wanted_, seen_, verdict_);
  for (const auto& [what, count] : troubles_) {
    verdict_.wrong(fmt::format("{} times: {}", count, what));
  }
  judge_weights(watched_, verdict_);
  return verdict_.good();
}

// --- What happens when -------------------------------------------------------

void Mix::hear(LineProtocol&, const std::string& line) {
  std::istringstream words(line);
  std::string word;
  words >> word;
  if (word == "ports") {
    for (auto& port : victim_ports_) {
      words >> port;
    }
    begin(warm_up());
  } else if (word == "done") {
    clients_idle_ = true;
    maybe_over();
  } else if (word == "resting") {
    at_rest();
  } else if (word == "told") {
    reactor_.stop();
  } else {
    seen_[line.substr(word.size() + 1)] = std::stoul(word);
  }
}

// Half of them are clients of ours, a tenth goes to the slow poetry server, one
// of 500 is a program, and the rest comes to our ports.
void Mix::begin(std::size_t connections) {
  const std::size_t clients = connections / 2;
  const std::size_t guests = connections / 10;
  const std::size_t runs = std::max<std::size_t>(connections / 500, 4);
  clients_ += clients;
  clients_idle_ = clients == 0;
  guests_.wanted += guests;
  runs_.wanted += runs;
  peers_.wanted += connections - std::min(clients + guests + runs, connections);
  victim_->send("clients " + std::to_string(clients));
  for (Driver* driver : {&peers_, &guests_, &runs_}) {
    driver->go_on();
  }
}

void Mix::maybe_over() {
  const bool all =
      clients_idle_ && peers_.idle() && guests_.idle() && runs_.idle();
  if (all) victim_->send("rest");
}

// The slow poetry server gives its last guest a second to leave.
void Mix::at_rest() {
  reactor_.call_later(1500ms, [this] {
    for (Watched& watched : watched_) {
      watched.last = weigh(watched.pid);
      if (!warm_) watched.warm = watched.last;
    }
    if (std::exchange(warm_, true)) {
      victim_->send("tell");
    } else {
      begin(connections_ - warm_up());
    }
  });
}

void Mix::sample() {
  for (Watched& watched : watched_) {
    watched.sample(warm_);
  }
  idle_samples_ = std::exchange(ends_, 0) == 0 ? idle_samples_ + 1 : 0;
  if (idle_samples_ == most_idle_samples) {
    verdict_.wrong("somebody waits for an end that does not come");
    reactor_.stop();
  }
  reactor_.call_later(100ms, [this] { sample(); });
}

// --- What is driven
// -------------------------------------------------------------

OnEnd Mix::counting(Driver& driver, std::string row) {
  return [this, &driver, row = std::move(row)](const std::string& what) {
    if (what.empty()) {
      if (!row.empty()) ++seen_[row];
    } else {
      trouble(what);
    }
    ++ends_;
    driver.one_is_over();
  };
}

void Mix::start_peer(std::size_t n) {
  const Kind kind = kind_of(Victim::port, n);
  const auto i = static_cast<std::size_t>(kind);
  const auto offset = turns_[i]++ % offsets_of(Victim::port, kind);
  send_peer(
      reactor_, victim_ports_[i],
      [this, kind, offset](OnEnd on_end) {
        return make_peer(reactor_, kind, Victim::port, offset,
                         std::move(on_end));
      },
      counting(peers_, ""));  // the victim tells
}

void Mix::start_guest(std::size_t n) {
  const Kind kind = kind_of(Victim::server, n);
  send_peer(
      reactor_, kind == Kind::unread ? long_.port() : slow_.port(),
      [this, kind](OnEnd on_end) {
        return make_guest(reactor_, kind, poetry_, std::move(on_end));
      },
      counting(guests_, row_of(Victim::server, kind)));
}

void Mix::start_program(std::size_t n) {
  constexpr std::array clients{"blocking-client", "async-client",
                               "reactor-client-1", "reactor-client-2"};
  constexpr std::array meets{Kind::complete, Kind::reset,   Kind::drip,
                             Kind::refused,  Kind::endless, Kind::silent};
  const std::size_t client = n % clients.size();
  Kind kind = meets[n / clients.size() % meets.size()];
  std::vector<std::string> words{
      program(std::string(clients[client]) + "/get-poetry"),
      "--max-bytes=" + std::to_string(max_bytes)};
  if (kind == Kind::silent) {
    if (client < 2) {
      kind = Kind::refused;  // those two have no patience to lose
    } else {
      words.push_back("--timeout=0.2");
    }
  }
  const auto i = static_cast<std::size_t>(kind);
  words.push_back(std::to_string(program_servers_.ports()[i]));
  programs_.push_back({std::make_unique<ChildProcess>(
                           poetry_compare::ChildCommand{.words = words}),
                       outcome_of(kind) == "complete"});
}

void Mix::end_programs() {
  for (auto program = programs_.begin(); program != programs_.end();) {
    if (!program->process->ends_within({})) {
      ++program;
      continue;
    }
    const int status = program->process->wait().status();
    const bool succeeds = program->succeeds;
    program = programs_.erase(program);
    const auto row =
        succeeds ? "program: gets its poem" : "program: says what failed";
    if (status == (succeeds ? 0 : 1)) {
      ++seen_[row];
    } else {
      trouble("a program ended with status " + std::to_string(status));
    }
    ++wanted_[row];
    runs_.one_is_over();
  }
}

void Mix::trouble(const std::string& what) {
  if (!what.empty()) ++troubles_[what];
}

}  // namespace

bool mix(std::size_t connections) {
  limit_descriptors(std::numeric_limits<std::size_t>::max());
  return Mix(connections).run();
}

}  // namespace soak
