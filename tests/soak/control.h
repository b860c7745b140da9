// The lines that the two processes of a mix exchange.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "reactor/interfaces.h"

namespace soak {

class LineProtocol final : public reactor::Protocol {
 public:
  using OnLine = std::function<void(LineProtocol&, const std::string&)>;

  LineProtocol(std::function<void(LineProtocol&)> on_made,
               OnLine on_line,
               std::function<void()> on_lost)
      : on_made_(std::move(on_made)),
        on_line_(std::move(on_line)),
        on_lost_(std::move(on_lost)) {}

  void send(const std::string& line) { transport().write(line + '\n'); }

  void connection_made() override { on_made_(*this); }
  void data_received(std::string_view data) override {
    for (const char c : data) {
      if (c != '\n') {
        line_ += c;
      } else {
        on_line_(*this, std::exchange(line_, {}));
      }
    }
  }
  void connection_lost(std::error_code) override { on_lost_(); }

 private:
  const std::function<void(LineProtocol&)> on_made_;
  const OnLine on_line_;
  const std::function<void()> on_lost_;
  std::string line_;
};

}  // namespace soak
