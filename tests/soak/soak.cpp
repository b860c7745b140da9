// Hostile peers for the server, the clients and the core.
//
// See scripts/soak. Each part prints what it found. The exit status is 1 if a
// check failed.
#include "soak/soak.h"

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <map>
#include <utility>

#include <fmt/core.h>
#include <spdlog/spdlog.h>

namespace soak {
namespace {

constexpr int skipped = 77;

class Factory final : public reactor::ClientFactory {
 public:
  Factory(std::function<std::unique_ptr<reactor::Protocol>()> build,
          std::function<void(reactor::Connector&, std::error_code)> on_failed)
      : build_(std::move(build)),
        on_failed_(std::move(on_failed)) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address&) override {
    return build_();
  }
  void client_connection_failed(reactor::Connector& connector,
                                std::error_code reason) override {
    on_failed_(connector, reason);
  }

 private:
  const std::function<std::unique_ptr<reactor::Protocol>()> build_;
  const std::function<void(reactor::Connector&, std::error_code)> on_failed_;
};

}  // namespace

void Checks::fail(const std::string& what) {
  passed_ = false;
  fmt::print("WRONG: {}\n", what);
}

std::shared_ptr<reactor::ClientFactory> make_factory(
    std::function<std::unique_ptr<reactor::Protocol>()> build,
    std::function<void(reactor::Connector&, std::error_code)> on_failed) {
  return std::make_shared<Factory>(std::move(build), std::move(on_failed));
}

void connect_lines(reactor::ReactorTcp& reactor,
                   std::uint16_t port,
                   std::function<void(LineProtocol&)> on_made,
                   LineProtocol::OnLine on_line,
                   std::function<void()> on_lost) {
  reactor.connect_tcp(
      "127.0.0.1", port,
      make_factory(
          [=] {
            return std::make_unique<LineProtocol>(on_made, on_line, on_lost);
          },
          [on_lost](reactor::Connector&, std::error_code) { on_lost(); }));
}

}  // namespace soak

namespace {

using Words = std::vector<std::string>;

const std::map<std::string, bool (*)(std::size_t)> parts{
    {"mix", soak::mix},
    {"crowd", soak::crowd},
    {"scarce-port", soak::scarce_port},
    {"scarce-client", soak::scarce_client},
    {"rest", soak::rest},
    {"too-large", soak::too_large}};

const std::map<std::string, int (*)(const Words&)> inner_parts{
    {"subject", soak::run_subject},
    {"port", soak::run_scarce_port},
    {"idle-clients", soak::run_idle_clients},
    {"idle-server", soak::run_idle_server}};

int run(const std::string& part, std::size_t number) {
  if (soak::is_sanitized && (part == "rest" || part == "too-large")) {
    fmt::print("skipped: what a sanitizer allocates would be measured too\n");
    return soak::skipped;
  }
  // Ends a part that waits for ever. A mix notices that itself.
  if (part != "mix") ::alarm(300);
  return parts.at(part)(number) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  spdlog::set_level(spdlog::level::off);
  const Words words(argv + 1, argv + argc);
  if (!words.empty() && inner_parts.contains(words[0])) {
    return inner_parts.at(words[0])({words.begin() + 1, words.end()});
  }
  if (words.size() != 2 || !parts.contains(words[0])) {
    std::fputs("usage: soak PART NUMBER; scripts/soak does it for you\n",
               stderr);
    return 2;
  }
  return run(words[0], std::stoul(words[1]));
} catch (const std::exception& error) {
  fmt::print(stderr, "soak: {}\n", error.what());
  return 1;
}
