// Hostile peers for our server, our clients and our core, and what comes of it.
//
// For scripts/soak, which says more. Each part prints what it found; the exit
// status is 1 if anything was wrong.
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

void Verdict::wrong(const std::string& what) {
  good_ = false;
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

int main(int argc, char** argv) try {
  const std::map<std::string, bool (*)(std::size_t)> parts{
      {"mix", soak::mix},
      {"crowd", soak::crowd},
      {"scarce-port", soak::scarce_port},
      {"scarce-client", soak::scarce_client},
      {"rest", soak::rest},
      {"too-large", soak::too_large}};

  const std::map<std::string, int (*)(const std::vector<std::string>&)> inner{
      {"victim", soak::run_victim},
      {"port", soak::run_scarce_port},
      {"idle-clients", soak::run_idle_clients},
      {"idle-server", soak::run_idle_server}};

  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  spdlog::set_level(spdlog::level::off);
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && inner.contains(words[0])) {
    return inner.at(words[0])({words.begin() + 1, words.end()});
  }
  if (words.size() != 2 || !parts.contains(words[0])) {
    std::fputs("usage: soak PART NUMBER; scripts/soak does it for you\n",
               stderr);
    return 2;
  }
  if (soak::is_sanitized && (words[0] == "rest" || words[0] == "too-large")) {
    fmt::print("skipped: what a sanitizer allocates would be measured too\n");
    return soak::skipped;
  }
  // None of these takes long, unless somebody waits for what will not come; a
  // mix finds that out itself.
  if (words[0] != "mix") ::alarm(300);
  return parts.at(words[0])(std::stoul(words[1])) ? 0 : 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "soak: {}\n", error.what());
  return 1;
}
