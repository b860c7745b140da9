// The poems on our reactor: a protocol and a factory, as in reactor-client-2.
#include "common/poems.h"

#include <memory>

#include "reactor/reactor.h"

namespace {

class PoetryProtocol final : public reactor::Protocol {
 public:
  PoetryProtocol(bench::Poems& poems, reactor::Reactor& reactor)
      : poems_(poems),
        reactor_(reactor) {}

  void data_received(std::string_view data) override {
    poem_ += data;
    ++reads_;
  }
  void connection_lost(std::error_code reason) override {
    if (reason != reactor::Error::connection_done)
      bench::fail(reason.message());
    if (poems_.done(poem_, reads_)) reactor_.stop();
  }

 private:
  bench::Poems& poems_;
  reactor::Reactor& reactor_;
  std::string poem_;
  long reads_ = 0;
};

class PoetryClientFactory final : public reactor::ClientFactory {
 public:
  PoetryClientFactory(bench::Poems& poems, reactor::Reactor& reactor)
      : poems_(poems),
        reactor_(reactor) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address&) override {
    return std::make_unique<PoetryProtocol>(poems_, reactor_);
  }
  void client_connection_failed(reactor::Connector&,
                                std::error_code reason) override {
    bench::fail(reason.message());
  }

 private:
  bench::Poems& poems_;
  reactor::Reactor& reactor_;
};

}  // namespace

int main(int argc, char** argv) {
  bench::Poems poems(argc, argv);
  reactor::Reactor reactor;
  const auto factory = std::make_shared<PoetryClientFactory>(poems, reactor);
  const auto port = static_cast<std::uint16_t>(poems.port());
  poems.start();
  for (std::size_t i = 0; i < poems.size(); ++i) {
    reactor.connect_tcp(poems.host(), port, factory);
  }
  reactor.run();
  return poems.report();
}
