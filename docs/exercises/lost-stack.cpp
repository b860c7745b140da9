// Which function calls connection_lost()?                  Exercise of Part 5
//
// The stack is that of data_received(), except for its top: the end of a stream
// is found by reading, too.

#include <csignal>
#include <memory>

#include <fmt/core.h>

#include "cli/options.h"
#include "cli/stack.h"
#include "cli/tasks.h"
#include "reactor/reactor.h"

class PoetryProtocol final : public reactor::Protocol {
 public:
  void connection_lost(std::error_code /*reason*/) override {
    cli::print_stack();
  }
};

class PoetryClientFactory final : public reactor::ClientFactory {
 public:
  explicit PoetryClientFactory(reactor::Reactor& reactor)
      : reactor_(reactor) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& /*address*/) override {
    return std::make_unique<PoetryProtocol>();
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
  int status_ = 0;
};

int main(int argc, char** argv) try {
  const auto options = cli::parse_args(argc, argv, "edition with a last stack",
                                       reactor::poller_names());
  reactor::Reactor reactor(reactor::make_poller(options.reactor));
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  const auto factory = std::make_shared<PoetryClientFactory>(reactor);
  const auto& [host, port] = options.addresses.front();
  reactor.connect_tcp(host, port, factory);
  reactor.run();
  cli::end_if_interrupted();
  return factory->status();
} catch (const std::exception& error) {
  return cli::report(error);
}
