// Get a poem, with callbacks.                                          Part 6
//
// A function cannot return the poem without waiting. So get_poetry() returns at
// once. Its caller says which functions it calls later.

#include "poetry.h"

#include <memory>
#include <utility>

using Callback = std::function<void(std::string)>;
using Errback = std::function<void(PoetryFailure)>;

class PoetryClientFactory final : public reactor::ClientFactory {
 public:
  PoetryClientFactory(Callback callback, Errback errback, std::size_t max_bytes)
      : callback_(std::move(callback)),
        errback_(std::move(errback)),
        max_bytes_(max_bytes) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& address) override;

  void poem_finished(std::string poem, std::error_code reason) {
    const bool whole = reason == reactor::Error::connection_done;
    if (!whole) return errback_({reason, std::move(poem)});
    callback_(std::move(poem));
  }

  void client_connection_failed(reactor::Connector& /*connector*/,
                                std::error_code reason) override {
    errback_({reason, std::nullopt});
  }

  std::size_t max_bytes() const { return max_bytes_; }

 private:
  Callback callback_;
  Errback errback_;
  std::size_t max_bytes_;
};

class PoetryProtocol final : public reactor::Protocol {
 public:
  explicit PoetryProtocol(PoetryClientFactory& factory)
      : factory_(factory) {}

  void data_received(std::string_view data) override {
    poem_ += data;
    if (poem_.size() > factory_.max_bytes()) {
      transport().abort_connection(make_error_code(std::errc::message_size));
    }
  }

  void connection_lost(std::error_code reason) override {
    factory_.poem_finished(std::move(poem_), reason);
  }

 private:
  PoetryClientFactory& factory_;
  std::string poem_;
};

std::unique_ptr<reactor::Protocol> PoetryClientFactory::build_protocol(
    const net::Address& /*address*/) {
  return std::make_unique<PoetryProtocol>(*this);
}

void get_poetry(reactor::Reactor& reactor,
                const net::Address& address,
                Callback callback,
                Errback errback,
                std::size_t max_bytes,
                reactor::Duration timeout) {
  reactor.connect_tcp(address.host, address.port,
                      std::make_shared<PoetryClientFactory>(
                          std::move(callback), std::move(errback), max_bytes),
                      timeout);
}
