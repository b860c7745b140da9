// Tries a refused connection again.                        Exercise of Part 4
//
// Each of the three attempts begins a moment after the last one has failed. The
// reactor is free meanwhile, because the pause is a delayed call, not a sleep.

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
  void data_received(std::string_view data) override { bytes_ += data.size(); }

  void connection_lost(std::error_code reason) override {
    fmt::print("{} bytes of poetry: {}\n", bytes_, reason.message());
  }

 private:
  std::size_t bytes_ = 0;
};

class PoetryClientFactory final : public reactor::ClientFactory {
 public:
  explicit PoetryClientFactory(reactor::Reactor& reactor)
      : reactor_(reactor) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& /*address*/) override {
    return std::make_unique<PoetryProtocol>();
  }

  // main() owns the connector. Without an owner it would be destroyed before
  // the delayed call.
  void client_connection_failed(reactor::Connector& connector,
                                std::error_code reason) override {
    fmt::print("Attempt {}: {}\n", ++attempts_, reason.message());
    if (attempts_ < 3 && reactor_.running()) {
      reactor_.call_later(250ms, [&connector] { connector.connect(); });
      return;
    }
    status_ = 1;
    if (reactor_.running()) reactor_.stop();
  }

  void client_connection_lost(reactor::Connector& /*connector*/,
                              std::error_code /*reason*/) override {
    if (reactor_.running()) reactor_.stop();
  }

  int status() const { return status_; }

 private:
  reactor::Reactor& reactor_;
  int attempts_ = 0;
  int status_ = 0;
};

int main(int argc, char** argv) try {
  const auto options = cli::parse_args(argc, argv, "edition that tries again",
                                       reactor::poller_names());
  reactor::Reactor reactor(reactor::make_poller(options.reactor));
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  const auto factory = std::make_shared<PoetryClientFactory>(reactor);
  const auto& [host, port] = options.addresses.front();
  const auto connector = reactor.connect_tcp(host, port, factory);
  reactor.run();
  cli::end_if_interrupted();
  return factory->status();
} catch (const std::exception& error) {
  return cli::report(error);
}
