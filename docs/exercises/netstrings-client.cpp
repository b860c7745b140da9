// Gets a poem by name, in netstrings.                      Exercise of Part 6
//
// The server's answer is one netstring, "+" and a poem or "-" and a message. A
// hostile server may announce anything: there is a limit for the size, and for
// the time.

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/core.h>

#include "cli/command_line.h"
#include "cli/print.h"
#include "cli/process.h"
#include "cli/tasks.h"
#include "protocols/netstring_receiver.h"
#include "protocols/timeout.h"
#include "reactor/reactor.h"

using namespace std::chrono_literals;

constexpr std::size_t max_size = 1 << 20;

class PoetryProtocol final
    : public reactor::TimeoutMixin<reactor::NetstringReceiver> {
 public:
  PoetryProtocol(std::string name, int& status, reactor::Reactor& reactor)
      : TimeoutMixin(reactor),
        name_(std::move(name)),
        status_(status) {
    set_max_length(max_size);
  }

  void connection_made() override {
    set_timeout(10s);
    send_string(name_);
  }

  void string_received(std::string_view answer) override {
    if (answer.starts_with('+')) {
      cli::print_poem(answer.substr(1));
      status_ = 0;
    } else {
      fmt::print(stderr, "{}\n", cli::escape(answer));
    }
    transport().lose_connection();
  }

 private:
  const std::string name_;
  int& status_;
};

class PoetryClientFactory final : public reactor::ClientFactory {
 public:
  PoetryClientFactory(std::string name, int& status, reactor::Reactor& reactor)
      : name_(std::move(name)),
        status_(status),
        reactor_(reactor) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& /*address*/) override {
    return std::make_unique<PoetryProtocol>(name_, status_, reactor_);
  }

  void client_connection_failed(reactor::Connector& /*connector*/,
                                std::error_code reason) override {
    end(reason);
  }

  void client_connection_lost(reactor::Connector& /*connector*/,
                              std::error_code reason) override {
    end(reason);
  }

 private:
  void end(std::error_code reason) {
    if (reason != reactor::Error::connection_done) {
      fmt::print(stderr, "No poem: {}\n", reason.message());
    }
    if (reactor_.running()) reactor_.stop();
  }

  const std::string name_;
  int& status_;
  reactor::Reactor& reactor_;
};

int main(int argc, char** argv) try {
  cli::init_process();
  const cli::CommandLine line(argc, argv,
                              {"10003 science",
                               "[host:]port name",
                               "Gets a poem by name, in netstrings.",
                               {}});
  if (line.words().size() != 2) line.print_help();
  const net::Address address = net::parse_address(line.words()[0]);
  int status = 1;
  reactor::Reactor reactor;
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  reactor.connect_tcp(
      address.host, address.port,
      std::make_shared<PoetryClientFactory>(line.words()[1], status, reactor),
      10s);
  reactor.run();
  cli::end_if_interrupted();
  return status;
} catch (const std::exception& error) {
  return cli::report(error);
}
