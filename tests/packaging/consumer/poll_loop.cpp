// A client of the echo server, in a program that has its own loop.
#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "protocols/line_receiver.h"
#include "reactor/reactor.h"

// Sends two lines, and prints those that come back.
class Talk final : public reactor::LineReceiver {
  void connection_made() override {
    transport().set_tcp_no_delay(true);  // these are small writes
    send_line("Is there anybody?");
    send_line("Goodbye.");
  }
  void line_received(std::string_view line) override {
    std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
    if (line == "Goodbye.") transport().lose_connection();
  }
};

class TalkFactory final : public reactor::ClientFactory {
 public:
  explicit TalkFactory(reactor::Reactor& reactor)
      : reactor_(reactor) {}

 private:
  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& /*server*/) override {
    return std::make_unique<Talk>();
  }
  void client_connection_failed(reactor::Connector& /*connector*/,
                                std::error_code reason) override {
    std::printf("%s\n", reason.message().c_str());
    reactor_.stop();
  }
  void client_connection_lost(reactor::Connector& /*connector*/,
                              std::error_code /*reason*/) override {
    reactor_.stop();
  }

  reactor::Reactor& reactor_;
};

int main(int argc, char** argv) {
  const auto port =
      static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 10007);
  reactor::Reactor reactor(reactor::make_epoll_poller());

  // Another thread asks for the connection.
  std::thread thread([&] {
    reactor.call_from_thread([&] {
      reactor.connect_tcp("127.0.0.1", port,
                          std::make_shared<TalkFactory>(reactor));
    });
  });

  do {
    reactor.iterate();
    pollfd readable{reactor.fileno(), POLLIN, 0};
    const auto timeout = reactor.timeout();
    ::poll(&readable, 1, timeout ? static_cast<int>(timeout->count()) : -1);
  } while (reactor.running());
  thread.join();
}
