// Gives up a poem that takes too long.                Exercise of Part 4 and 5
//
// The delayed call gives up the connection, and the end of the connection
// cancels the delayed call. One of them comes first.

#include <csignal>
#include <memory>
#include <string>

#include <fmt/core.h>

#include "cli/options.h"
#include "cli/tasks.h"
#include "reactor/reactor.h"

using namespace std::chrono_literals;

class PoetryProtocol final : public reactor::Protocol {
 public:
  PoetryProtocol(reactor::Reactor& reactor, reactor::Duration timeout)
      : reactor_(reactor),
        timeout_(timeout) {}

  // The call refers to this object: connection_lost() cancels it in time.
  void connection_made() override {
    call_ = reactor_.call_later(timeout_, [this] {
      fmt::print("That takes too long.\n");
      transport().abort_connection(make_error_code(std::errc::timed_out));
    });
  }

  void data_received(std::string_view data) override { bytes_ += data.size(); }

  void connection_lost(std::error_code reason) override {
    fmt::print("{} bytes of poetry: {}\n", bytes_, reason.message());
    const std::error_code late = call_.cancel();
    fmt::print("The delayed call: {}\n", late ? late.message() : "cancelled");
  }

 private:
  reactor::Reactor& reactor_;
  const reactor::Duration timeout_;
  reactor::DelayedCall call_;
  std::size_t bytes_ = 0;
};

class PoetryClientFactory final : public reactor::ClientFactory {
 public:
  PoetryClientFactory(reactor::Reactor& reactor, reactor::Duration timeout)
      : reactor_(reactor),
        timeout_(timeout) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& /*address*/) override {
    return std::make_unique<PoetryProtocol>(reactor_, timeout_);
  }

  void client_connection_failed(reactor::Connector& /*connector*/,
                                std::error_code reason) override {
    fmt::print("No connection: {}\n", reason.message());
    end(reason);
  }

  void client_connection_lost(reactor::Connector& /*connector*/,
                              std::error_code reason) override {
    end(reason);
  }

  int status() const { return status_; }

 private:
  void end(std::error_code reason) {
    if (reason != reactor::Error::connection_done) status_ = 1;
    if (reactor_.running()) reactor_.stop();
  }

  reactor::Reactor& reactor_;
  const reactor::Duration timeout_;
  int status_ = 0;
};

int main(int argc, char** argv) try {
  const auto options = cli::parse_args(argc, argv, "edition with a time-out",
                                       reactor::poller_names());
  const auto timeout = options.timeout.value_or(30s);
  reactor::Reactor reactor(reactor::make_poller(options.reactor));
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  const auto factory = std::make_shared<PoetryClientFactory>(reactor, timeout);
  const auto& [host, port] = options.addresses.front();
  reactor.connect_tcp(host, port, factory, timeout);
  reactor.run();
  cli::end_if_interrupted();
  return factory->status();
} catch (const std::exception& error) {
  return cli::report(error);
}
