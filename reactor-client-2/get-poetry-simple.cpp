// The reactor Get Poetry Now! client, version 2.1.                     Part 5
//
// Version 2.0 without the chatter: it prints the poems that are whole, in the
// order in which they were completed.

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/print.h"
#include "cli/tasks.h"
#include "reactor/reactor.h"

class PoetryClientFactory final : public reactor::ClientFactory {
 public:
  PoetryClientFactory(cli::Tasks& tasks, reactor::Reactor& reactor)
      : tasks_(tasks),
        poetry_count_(tasks.size()),
        reactor_(reactor) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& address) override;

  void poem_finished(const cli::Task* task = nullptr, std::string poem = {}) {
    if (task && task->whole) poems_.push_back(std::move(poem));
    if (--poetry_count_ == 0 && reactor_.running()) reactor_.stop();
  }

  void client_connection_failed(reactor::Connector& connector,
                                std::error_code reason) override {
    tasks_.next_task_at(connector.destination()).failed(reason);
    poem_finished();
  }

  void report() const {
    for (const std::string& poem : poems_) {
      cli::print_poem(poem);
    }
  }

 private:
  cli::Tasks& tasks_;
  std::size_t poetry_count_;
  std::vector<std::string> poems_;
  reactor::Reactor& reactor_;
};

class PoetryProtocol final : public reactor::Protocol {
 public:
  PoetryProtocol(cli::Task& task, PoetryClientFactory& factory)
      : task_(task),
        factory_(factory) {}

  void data_received(std::string_view data) override {
    poem_ += data;
    if (poem_.size() > task_.max_bytes) {
      transport().abort_connection(make_error_code(std::errc::message_size));
    }
  }

  void connection_lost(std::error_code reason) override {
    if (reason == reactor::Error::connection_done) reason.clear();
    task_.finished(poem_.size(), reason);
    factory_.poem_finished(&task_, std::move(poem_));
  }

 private:
  cli::Task& task_;
  PoetryClientFactory& factory_;
  std::string poem_;
};

std::unique_ptr<reactor::Protocol> PoetryClientFactory::build_protocol(
    const net::Address& address) {
  return std::make_unique<PoetryProtocol>(tasks_.next_task_at(address), *this);
}

int main(int argc, char** argv) try {
  const auto options = cli::parse_args(argc, argv, "reactor version 2.1",
                                       reactor::poller_names());
  cli::Tasks tasks(options);
  reactor::Reactor reactor(reactor::make_poller(options.reactor));
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  // All tasks began together, so one call is enough.
  if (options.timeout) {
    reactor.call_later(*options.timeout, [&] { reactor.stop(); });
  }
  const auto factory = std::make_shared<PoetryClientFactory>(tasks, reactor);

  for (const net::Address& address : options.addresses) {
    reactor.connect_tcp(address.host, address.port, factory,
                        options.timeout.value_or(std::chrono::seconds(30)));
  }
  reactor.run();

  factory->report();
  return tasks.exit_status();
} catch (const std::exception& error) {
  return cli::report(error);
}
