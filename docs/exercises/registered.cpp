// Prints what the reactor holds after each connect_tcp().  Exercise of Part 5
//
// The program looks at three times: when connect_tcp() has returned, when the
// attempts have begun, and when all connections are made.

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "cli/options.h"
#include "cli/tasks.h"
#include "reactor/reactor.h"

using namespace std::chrono_literals;

// Until a connection is made, all descriptors are those of attempts.
std::string_view kind_of(const reactor::FileDescriptor& descriptor) {
  if (dynamic_cast<const reactor::Transport*>(&descriptor)) return "transport";
  return "attempt";
}

template <typename Descriptor>
void print_all(std::string_view title,
               const std::vector<std::shared_ptr<Descriptor>>& registered) {
  fmt::print("  {}:{}\n", title, registered.empty() ? " none" : "");
  for (const auto& descriptor : registered) {
    fmt::print("    {} {}\n", kind_of(*descriptor), descriptor->log_prefix());
  }
}

std::string time_until(std::optional<std::chrono::milliseconds> wait) {
  if (!wait) return "none";
  if (*wait == 0ms) return "now";
  return fmt::format("in {} s",
                     std::chrono::ceil<std::chrono::seconds>(*wait).count());
}

void dump(const reactor::Reactor& reactor, std::string_view when) {
  fmt::print("{}\n", when);
  print_all("readers", reactor.readers());
  print_all("writers", reactor.writers());
  fmt::print("  next delayed call: {}\n", time_until(reactor.timeout()));
}

class PoetryClientFactory;

class PoetryProtocol final : public reactor::Protocol {
 public:
  explicit PoetryProtocol(PoetryClientFactory& factory)
      : factory_(factory) {}

  void connection_made() override;

 private:
  PoetryClientFactory& factory_;
};

class PoetryClientFactory final : public reactor::ClientFactory {
 public:
  PoetryClientFactory(reactor::Reactor& reactor, std::size_t missing)
      : reactor_(reactor),
        missing_(missing) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& /*address*/) override {
    return std::make_unique<PoetryProtocol>(*this);
  }

  void connected() {
    if (--missing_ > 0) return;
    dump(reactor_, "When all connections are made");
    reactor_.stop();
  }

  void client_connection_failed(reactor::Connector& /*connector*/,
                                std::error_code reason) override {
    fmt::print("No connection: {}\n", reason.message());
    if (reactor_.running()) reactor_.stop();
  }

  int status() const { return missing_ == 0 ? 0 : 1; }

 private:
  reactor::Reactor& reactor_;
  std::size_t missing_;
};

void PoetryProtocol::connection_made() {
  factory_.connected();
}

int main(int argc, char** argv) try {
  const auto options = cli::parse_args(argc, argv, "edition that connects only",
                                       reactor::poller_names());
  reactor::Reactor reactor(reactor::make_poller(options.reactor));
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  const auto factory =
      std::make_shared<PoetryClientFactory>(reactor, options.addresses.size());

  reactor.call_when_running([&] {
    for (const net::Address& address : options.addresses) {
      reactor.connect_tcp(address.host, address.port, factory);
      dump(reactor, "After connect_tcp to " + to_string(address));
    }
    // The calls that connect_tcp() has asked for come before this one.
    reactor.call_later(0s,
                       [&] { dump(reactor, "When the attempts have begun"); });
  });
  reactor.run();
  cli::end_if_interrupted();
  return factory->status();
} catch (const std::exception& error) {
  return cli::report(error);
}
