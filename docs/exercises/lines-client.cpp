// Gets a poem by name, in a protocol of lines.             Exercise of Part 6
//
// The server's answer is a line. If that line has the size of a poem, the poem
// follows. A hostile server may announce anything: there is a limit for the
// line, for the poem, and for the time.

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/core.h>

#include "cli/command_line.h"
#include "cli/print.h"
#include "cli/process.h"
#include "cli/tasks.h"
#include "protocols/line_receiver.h"
#include "protocols/timeout.h"
#include "reactor/reactor.h"

using namespace std::chrono_literals;

constexpr std::size_t max_size = 1 << 20;

// The only line that is not an error is "OK" and a size of at most that.
std::size_t size_in(std::string_view line) {
  std::size_t size = 0;
  int length = 0;
  const std::string text(line);
  if (std::sscanf(text.c_str(), "OK %7zu%n", &size, &length) != 1) return 0;
  return length == static_cast<int>(text.size()) && size <= max_size ? size : 0;
}

class PoetryProtocol final
    : public reactor::TimeoutMixin<reactor::LineReceiver> {
 public:
  PoetryProtocol(std::string name, int& status, reactor::Reactor& reactor)
      : TimeoutMixin(reactor),
        name_(std::move(name)),
        status_(status) {
    set_delimiter("\n");
  }

  void connection_made() override {
    set_timeout(10s);
    send_line(name_);
  }

  void line_received(std::string_view line) override {
    size_ = size_in(line);
    if (size_ > 0) return set_raw_mode();
    fmt::print(stderr, "{}\n", cli::escape(line));
    transport().lose_connection();
  }

  void raw_data_received(std::string_view data) override {
    poem_ += data.substr(0, size_ - poem_.size());
    if (poem_.size() < size_) return;
    cli::print_poem(poem_);
    status_ = 0;
    transport().lose_connection();
  }

 private:
  const std::string name_;
  int& status_;
  std::size_t size_ = 0;
  std::string poem_;
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
                               "Gets a poem by name, in a protocol of lines.",
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
