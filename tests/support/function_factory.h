// A factory for servers and clients that calls the functions of a test.
#pragma once

#include <functional>
#include <memory>
#include <system_error>
#include <utility>

#include "reactor/protocol.h"

namespace rig {

class FunctionFactory final : public reactor::ClientFactory {
 public:
  using Build = std::function<std::unique_ptr<reactor::Protocol>()>;
  using Outcome = std::function<void(reactor::Connector&, std::error_code)>;

  explicit FunctionFactory(Build build)
      : build_(std::move(build)) {}

  void start_factory() override { on_start(); }
  void stop_factory() override { on_stop(); }
  void started_connecting(reactor::Connector&) override { on_connecting(); }
  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address&) override {
    return build_();
  }
  void client_connection_failed(reactor::Connector& connector,
                                std::error_code why) override {
    on_failed(connector, why);
  }
  void client_connection_lost(reactor::Connector& connector,
                              std::error_code why) override {
    on_lost(connector, why);
  }

  std::function<void()> on_start = [] {};
  std::function<void()> on_stop = [] {};
  std::function<void()> on_connecting = [] {};
  Outcome on_failed = [](auto&, auto) {};
  Outcome on_lost = [](auto&, auto) {};

 private:
  Build build_;
};

// A factory of protocols that are constructed with these arguments, which it
// refers to.
template <typename P, typename... Arguments>
std::shared_ptr<FunctionFactory> factory_of(Arguments&... arguments) {
  return std::make_shared<FunctionFactory>(
      [&arguments...] { return std::make_unique<P>(arguments...); });
}

}  // namespace rig
