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

// A pull producer: the transport asks it for bytes when everything is sent.
class PoetryProtocol final : public reactor::Protocol,
                             public reactor::Producer {
 public:
  PoetryProtocol(const cli::Delivery& poem, reactor::Reactor& reactor)
      : poem_(poem),
        reactor_(reactor) {}

  // Nothing is received while the poem is sent, whatever the client sends.
  void connection_made() override {
    transport().pause_producing();
    transport().register_producer({std::shared_ptr<void>(), this}, false);
  }

  void pause_producing() override {}
  void stop_producing() override {}
  void resume_producing() override {
    poem_.sent(unsent_);
    call_ = reactor_.call_later(poem_.pause(), [this] { send_poetry(); });
  }

  void connection_lost(std::error_code reason) override {
    call_.cancel();
    poem_.failed(reason);
    if (poem_.options().once) reactor_.stop();
  }

 private:
  void send_poetry() {
    const std::string_view bytes = poem_.next();
    if (bytes.empty()) return end_connection(poem_.ending());
    unsent_ = bytes.size();
    transport().write(bytes);
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
  std::size_t unsent_ = 0;
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
    if (options_.once && client_count_++ > 0) return nullptr;
    return std::make_unique<PoetryProtocol>(cli::Delivery(options_, address),
                                            reactor_);
  }

 private:
  const cli::ServerOptions& options_;
  reactor::Reactor& reactor_;
  int client_count_ = 0;
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
