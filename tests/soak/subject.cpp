// The tested side: clients and listening ports on our own core, in a process
// that does nothing else and lives as long as the soak does.
//
// The mix sends it orders, and it answers with what it has seen:
//
//   > ports 0 40001 ...     where it listens, for each kind
//   < clients 500           start so many
//   > done                  that many have come to their end
//   < rest                  answer when every connection has ended
//   > resting
//   < tell                  say what was seen
//   > 12 client: reset after 7
//   > told
#include <sys/socket.h>

#include <array>
#include <memory>
#include <string>

#include "reactor/reactor.h"
#include "soak/control.h"
#include "soak/kinds.h"
#include "soak/soak.h"

namespace soak {
namespace {

using namespace std::chrono_literals;
using reactor::Error;

constexpr std::size_t max_open = 400;

class SubjectProcess {
 public:
  explicit SubjectProcess(const std::array<std::uint16_t, kinds>& targets);
  int run(std::uint16_t control_port);

  void see(const std::string& what) { ++counts_[what]; }
  void client_ended() {
    --open_clients_;
    start_clients();
  }

  reactor::Reactor reactor;
  std::size_t open = 0;  // connections of both sides

 private:
  void listen();
  void obey(LineProtocol& control, const std::string& order);
  void start_clients();
  void rest();

  const std::array<std::uint16_t, kinds> targets_;
  std::array<std::shared_ptr<reactor::ClientFactory>, kinds> factories_;
  LineProtocol* control_ = nullptr;
  std::size_t started_ = 0;
  std::size_t wanted_ = 0;
  std::size_t open_clients_ = 0;
  Counts counts_;
};

// A client that wants a poem, or a server that gets one as its request.
class SubjectProtocol final : public reactor::Protocol {
 public:
  SubjectProtocol(SubjectProcess& process, Subject subject, Kind kind)
      : process_(process),
        subject_(subject),
        kind_(kind) {
    ++process_.open;
  }

  void connection_made() override {
    timeout_ = process_.reactor.call_later(timeout_for(kind_), [this] {
      transport().abort_connection(make_error_code(std::errc::timed_out));
    });
  }

  void data_received(std::string_view data) override {
    right_ = right_ && is_poetry(data, received_);
    received_ += data.size();
    if (received_ > max_bytes) {
      transport().abort_connection(make_error_code(std::errc::message_size));
    } else if (subject_ == Subject::port && received_ >= poem().size() &&
               kind_ != Kind::endless) {
      static const std::string answer = many_poems(long_answer);
      transport().write(kind_ == Kind::unread ? answer : poem());
      transport().lose_connection();
    }
  }

  void connection_lost(std::error_code reason) override {
    timeout_.cancel();
    --process_.open;
    process_.see(seen_by(subject_, kind_, reason, received_, right_));
  }

 private:
  SubjectProcess& process_;
  const Subject subject_;
  const Kind kind_;
  std::size_t received_ = 0;
  bool right_ = true;
  reactor::DelayedCall timeout_;
};

class SubjectFactory final : public reactor::ClientFactory {
 public:
  SubjectFactory(SubjectProcess& process, Subject subject, Kind kind)
      : process_(process),
        subject_(subject),
        kind_(kind) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address&) override {
    return std::make_unique<SubjectProtocol>(process_, subject_, kind_);
  }
  void client_connection_failed(reactor::Connector&,
                                std::error_code reason) override {
    process_.see(seen_by(subject_, kind_, reason, 0, true));
    process_.client_ended();
  }
  void client_connection_lost(reactor::Connector&, std::error_code) override {
    process_.client_ended();
  }

 private:
  SubjectProcess& process_;
  const Subject subject_;
  const Kind kind_;
};

SubjectProcess::SubjectProcess(const std::array<std::uint16_t, kinds>& targets)
    : targets_(targets) {
  for (std::size_t i = 0; i < kinds; ++i) {
    factories_[i] = std::make_shared<SubjectFactory>(*this, Subject::client,
                                                     static_cast<Kind>(i));
  }
}

int SubjectProcess::run(std::uint16_t control_port) {
  connect_lines(
      reactor, control_port,
      [this](LineProtocol& control) {
        control_ = &control;
        listen();
      },
      [this](LineProtocol& control, const std::string& order) {
        obey(control, order);
      },
      [this] { reactor.stop(); });
  reactor.run();
  return 0;
}

void SubjectProcess::listen() {
  std::string line = "ports";
  for (std::size_t i = 0; i < kinds; ++i) {
    const auto kind = static_cast<Kind>(i);
    const auto port = reactor.listen_tcp(
        {"127.0.0.1", 0},
        std::make_shared<SubjectFactory>(*this, Subject::port, kind));
    line += ' ' + std::to_string(port->host().port);
    if (kind != Kind::unread) continue;
    // Connections inherit this buffer, in which no answer fits.
    const int minimum = 1;
    ::setsockopt(dynamic_cast<reactor::FileDescriptor&>(*port).fileno(),
                 SOL_SOCKET, SO_SNDBUF, &minimum, sizeof minimum);
  }
  control_->send(line);
}

void SubjectProcess::obey(LineProtocol& control, const std::string& order) {
  if (order.starts_with("clients ")) {
    wanted_ += std::stoul(order.substr(8));
    start_clients();
  } else if (order == "rest") {
    rest();
  } else if (order == "tell") {
    for (const auto& [what, count] : counts_) {
      control.send(std::to_string(count) + ' ' + what);
    }
    control.send("told");
  }
}

void SubjectProcess::start_clients() {
  while (started_ < wanted_ && open_clients_ < max_open) {
    const Kind kind = kind_of(Subject::client, started_++);
    const auto i = static_cast<std::size_t>(kind);
    ++open_clients_;
    const bool unanswered = kind == Kind::unanswered;
    reactor.connect_tcp("127.0.0.1", targets_[i], factories_[i],
                        unanswered ? timeout_for(kind) : 2min);
  }
  if (open_clients_ == 0) control_->send("done");
}

// A port's connections may end a moment later than their peers'.
void SubjectProcess::rest() {
  if (open == 0) {
    control_->send("resting");
  } else {
    reactor.call_later(20ms, [this] { rest(); });
  }
}

}  // namespace

int run_subject(const std::vector<std::string>& words) {
  std::array<std::uint16_t, kinds> targets{};
  for (std::size_t i = 0; i < kinds; ++i) {
    targets[i] = static_cast<std::uint16_t>(std::stoul(words.at(i + 1)));
  }
  return SubjectProcess(targets).run(
      static_cast<std::uint16_t>(std::stoul(words.at(0))));
}

}  // namespace soak
