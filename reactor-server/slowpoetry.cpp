// The Slow Poetry Server, reactor edition.                             Part 6
//
// A few bytes at a time, to all clients at once: no call waits.

#include <memory>
#include <string_view>

#include <fmt/core.h>

#include "cli/connection.h"
#include "cli/delivery.h"
#include "cli/print.h"
#include "cli/server_options.h"
#include "cli/tasks.h"
#include "reactor/reactor.h"

// The transport pauses this producer while its client does not read.
class PoetryProtocol final : public reactor::Protocol,
                             public reactor::Producer {
 public:
  PoetryProtocol(const cli::Delivery& poem, reactor::Reactor& reactor)
      : poem_(poem),
        reactor_(reactor) {}

  // Nothing is received while the poem is sent, whatever the client sends.
  void connection_made() override {
    transport().pause_producing();
    transport().register_producer({std::shared_ptr<void>(), this}, true);
    send_poetry();
  }

  void pause_producing() override { paused_ = true; }
  void stop_producing() override {}
  void resume_producing() override {
    paused_ = false;
    call_ = reactor_.call_later(poem_.pause(), [this] { send_poetry(); });
  }

  void connection_lost(std::error_code reason) override {
    call_.cancel();
    if (reason.category() == std::generic_category()) poem_.failed(reason);
    if (poem_.options().once && reactor_.running()) reactor_.stop();
  }

 private:
  void send_poetry() {
    const std::string_view bytes = poem_.next();
    if (bytes.empty()) return end_connection(poem_.ending());
    poem_.sent(bytes.size());
    transport().write(bytes);
    if (!paused_) resume_producing();
  }

  void end_connection(std::string_view how) {
    transport().unregister_producer();
    if (how == "reset") return transport().abort_connection();
    transport().resume_producing();  // until the client closes, too
    if (how == "stall") return;
    transport().lose_write_connection();
    call_ = reactor_.call_later(std::chrono::seconds(5),
                                [this] { transport().lose_connection(); });
  }

  cli::Delivery poem_;
  bool paused_ = false;
  reactor::DelayedCall call_;
  reactor::Reactor& reactor_;
};

class PoetryFactory final : public reactor::ProtocolFactory {
 public:
  PoetryFactory(const cli::ServerOptions& options, reactor::Reactor& reactor)
      : options_(options),
        reactor_(reactor) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& address) override {
    return std::make_unique<PoetryProtocol>(cli::Delivery(options_, address),
                                            reactor_);
  }

 private:
  const cli::ServerOptions& options_;
  reactor::Reactor& reactor_;
};

int main(int argc, char** argv) try {
  const auto options = cli::parse_server_args(argc, argv, "reactor edition",
                                              reactor::poller_names());
  reactor::Reactor reactor(reactor::make_poller(options.reactor));
  const auto factory = std::make_shared<PoetryFactory>(options, reactor);
  for (const net::Address& address : options.addresses) {
    const auto port = reactor.listen_tcp(address, factory);
    cli::set_up_connections(port->fileno(), options);
    fmt::print("Serving {} on port {}.\n", cli::one_line(options.poetry_file),
               port->host().port);
  }
  reactor.run();
} catch (const std::exception& error) {
  return cli::report(error);
}
