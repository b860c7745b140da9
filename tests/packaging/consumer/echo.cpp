// An echo server of a user who has only the installed files.
#include <csignal>
#include <cstdio>
#include <memory>

#include "reactor/reactor.h"

class Echo final : public reactor::Protocol {
  void data_received(std::string_view data) override {
    transport().write(data);
  }
};

class EchoFactory final : public reactor::ProtocolFactory {
  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& /*client*/) override {
    return std::make_unique<Echo>();
  }
};

int main() {
  reactor::Reactor reactor;
  const auto port =
      reactor.listen_tcp({"127.0.0.1", 0}, std::make_shared<EchoFactory>());
  std::printf("%d\n", port->host().port);
  std::fflush(stdout);
  reactor.call_on_signal(SIGTERM, [&] { reactor.stop(); });
  reactor.run();
}
