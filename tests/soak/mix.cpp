// All kinds of peers at once, for any number of connections.
//
// Half of the connections are clients of ours to hostile servers. The others
// are hostile clients of our listening port and of the slow poetry servers, and
// a few runs of the real clients. A tenth of the connections is the warm-up.
// Descriptors and memory are measured after the warm-up, at the end, and ten
// times a second between.
#include <signal.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <sstream>

#include <fmt/core.h>

#include "reactor/reactor.h"
#include "soak/checks.h"
#include "soak/control.h"
#include "soak/hostile.h"
#include "soak/processes.h"
#include "soak/real_clients.h"
#include "soak/soak.h"

namespace soak {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_idle_samples = 300;  // half a minute

struct Servers {
  explicit Servers(const std::string& edition)
      : slow(edition, {}),
        long_poem(edition, {"--repeat=2000", "--sndbuf=1"}) {}

  SlowServer slow;
  SlowServer long_poem;  // has more to say than a socket keeps
};

class Mix {
 public:
  explicit Mix(std::size_t connections);
  bool run();

 private:
  std::vector<std::string> subject_words() const;
  void handle(LineProtocol& control, const std::string& line);
  std::size_t warm_up() const {
    return std::max(connections_ / 10,
                    std::min<std::size_t>(connections_ / 2, 1000));
  }
  void begin(std::size_t connections);
  void rest_if_idle();
  void at_rest();
  void sample();

  void start_peer(std::size_t n);
  void start_server_client(Driver& driver,
                           Subject subject,
                           const Servers& servers,
                           std::size_t n);
  void program_ended(const std::string& row, const std::string& failure);

  OnEnd counting(Driver& driver, std::string row);
  void trouble(const std::string& what);

  const std::size_t connections_;
  reactor::Reactor reactor_;
  Checks checks_;
  std::map<std::string, std::size_t> troubles_;
  const HostileServers servers_;
  const HostileServers program_servers_;
  RealClients programs_{program_servers_.ports(),
                        [this](const auto& row, const auto& failure) {
                          program_ended(row, failure);
                        }};
  std::string poetry_;
  const Servers blocking_{"blocking-server"};
  const Servers reactors_{"reactor-server"};
  std::uint16_t control_port_ = 0;
  std::unique_ptr<ChildProcess> subject_process_;
  LineProtocol* subject_ = nullptr;
  std::array<std::uint16_t, kinds> subject_ports_{};
  bool clients_idle_ = true;
  std::size_t clients_ = 0;
  std::array<std::size_t, kinds> next_offsets_{};
  Counts seen_;
  Counts wanted_;
  std::vector<MonitoredProcess> monitored_;
  bool warm_ = false;
  std::size_t ends_ = 0;  // of connections, since the last sample
  std::size_t idle_samples_ = 0;
  Driver peers_{400, [this](auto n) { start_peer(n); },
                [this] { rest_if_idle(); }};
  Driver blocking_clients_{16,
                           [this](auto n) {
                             start_server_client(blocking_clients_,
                                                 Subject::blocking_server,
                                                 blocking_, n);
                           },
                           [this] { rest_if_idle(); }};
  Driver reactor_clients_{100,
                          [this](auto n) {
                            start_server_client(reactor_clients_,
                                                Subject::reactor_server,
                                                reactors_, n);
                          },
                          [this] { rest_if_idle(); }};
  Driver runs_{2, [this](auto n) { programs_.start(n); },
               [this] { rest_if_idle(); }};
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
      poetry_(read_file(poem_path())) {
  const auto control = make_factory([this] {
    return std::make_unique<LineProtocol>(
        [this](LineProtocol& subject) { subject_ = &subject; },
        [this](LineProtocol& subject, const std::string& line) {
          handle(subject, line);
        },
        [this] {
          if (!reactor_.running()) return;
          checks_.fail("the process with our clients and ports has ended");
          reactor_.stop();
        });
  });
  control_port_ = reactor_.listen_tcp({"127.0.0.1", 0}, control)->host().port;
  subject_process_ =
      std::make_unique<ChildProcess>(part_of_soak(subject_words()));
  reactor_.call_on_signal(SIGCHLD, [this] { programs_.collect_ended(); });
}

std::vector<std::string> Mix::subject_words() const {
  std::vector<std::string> words{"subject", std::to_string(control_port_)};
  for (const auto port : servers_.ports()) {
    words.push_back(std::to_string(port));
  }
  return words;
}

bool Mix::run() {
  monitored_ = {{"our clients and ports", subject_process_->pid()},
                {"blocking server", blocking_.slow.pid()},
                {"reactor server", reactors_.slow.pid()}};
  sample();
  reactor_.run();
  if (!checks_.passed()) return false;
  wanted_.merge(expected(Subject::client, 0, clients_));
  wanted_.merge(expected(Subject::port, 0, peers_.wanted));
  wanted_.merge(
      expected(Subject::blocking_server, 0, blocking_clients_.wanted));
  wanted_.merge(expected(Subject::reactor_server, 0, reactor_clients_.wanted));
  check_outcomes(wanted_, seen_, checks_);
  for (const auto& [what, count] : troubles_) {
    checks_.fail(fmt::format("{} times: {}", count, what));
  }
  check_resources(monitored_, checks_);
  return checks_.passed();
}

// --- What happens when -------------------------------------------------------

void Mix::handle(LineProtocol&, const std::string& line) {
  std::istringstream words(line);
  std::string word;
  words >> word;
  if (word == "ports") {
    for (auto& port : subject_ports_) {
      words >> port;
    }
    begin(warm_up());
  } else if (word == "done") {
    clients_idle_ = true;
    rest_if_idle();
  } else if (word == "resting") {
    at_rest();
  } else if (word == "told") {
    reactor_.stop();
  } else {
    seen_[line.substr(word.size() + 1)] = std::stoul(word);
  }
}

// A tenth goes to each slow poetry server, one of 500 is a program, and those
// that are left go to our ports.
void Mix::begin(std::size_t connections) {
  const std::size_t clients = connections / 2;
  const std::size_t server_clients = connections / 10;
  const std::size_t runs = std::max<std::size_t>(connections / 500, 4);
  clients_ += clients;
  clients_idle_ = clients == 0;
  blocking_clients_.wanted += server_clients;
  reactor_clients_.wanted += server_clients;
  runs_.wanted += runs;
  peers_.wanted +=
      connections - std::min(clients + 2 * server_clients + runs, connections);
  subject_->send("clients " + std::to_string(clients));
  for (Driver* driver :
       {&peers_, &blocking_clients_, &reactor_clients_, &runs_}) {
    driver->start_more();
  }
}

void Mix::rest_if_idle() {
  const bool all = clients_idle_ && peers_.idle() && blocking_clients_.idle() &&
                   reactor_clients_.idle() && runs_.idle();
  if (all) subject_->send("rest");
}

// A blocking server waits for a second until its last client leaves.
void Mix::at_rest() {
  reactor_.call_later(1500ms, [this] {
    for (MonitoredProcess& monitored : monitored_) {
      monitored.last = resources_of(monitored.pid);
      if (!warm_) monitored.warm = monitored.last;
    }
    if (std::exchange(warm_, true)) {
      subject_->send("tell");
    } else {
      begin(connections_ - warm_up());
    }
  });
}

void Mix::sample() {
  for (MonitoredProcess& monitored : monitored_) {
    monitored.sample(warm_);
  }
  idle_samples_ = std::exchange(ends_, 0) == 0 ? idle_samples_ + 1 : 0;
  if (idle_samples_ == max_idle_samples) {
    checks_.fail("a connection does not end");
    reactor_.stop();
  }
  reactor_.call_later(100ms, [this] { sample(); });
}

// --- What is started ---------------------------------------------------------

OnEnd Mix::counting(Driver& driver, std::string row) {
  return [this, &driver, row = std::move(row)](const std::string& what) {
    if (what.empty()) {
      if (!row.empty()) ++seen_[row];
    } else {
      trouble(what);
    }
    ++ends_;
    driver.one_ended();
  };
}

void Mix::start_peer(std::size_t n) {
  const Kind kind = kind_of(Subject::port, n);
  const auto i = static_cast<std::size_t>(kind);
  const auto offset = next_offsets_[i]++ % offsets_of(Subject::port, kind);
  send_peer(
      reactor_, subject_ports_[i],
      [this, kind, offset](OnEnd on_end) {
        return make_peer(reactor_, kind, Subject::port, offset,
                         std::move(on_end));
      },
      counting(peers_, ""));  // the subject counts these
}

void Mix::start_server_client(Driver& driver,
                              Subject subject,
                              const Servers& servers,
                              std::size_t n) {
  const Kind kind = kind_of(subject, n);
  const bool is_long = kind == Kind::unread;
  send_peer(
      reactor_, is_long ? servers.long_poem.port() : servers.slow.port(),
      [this, kind](OnEnd on_end) {
        return make_server_client(reactor_, kind, poetry_, std::move(on_end));
      },
      counting(driver, row_of(subject, kind)));
}

void Mix::program_ended(const std::string& row, const std::string& failure) {
  ++wanted_[row];
  if (failure.empty()) ++seen_[row];
  trouble(failure);
  runs_.one_ended();
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
