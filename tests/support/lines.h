// A protocol that records its lines, with a transport without a network.
#pragma once

#include <functional>
#include <string>

#include "protocols/line_receiver.h"
#include "support/parsing.h"
#include "support/rig.h"

namespace rig {

// Records lines, and raw bytes as one string.
class LineReader final : public reactor::LineReceiver {
 public:
  using Hook = std::function<void(LineReader&, const std::string&)>;

  void line_received(std::string_view line) override {
    lines.emplace_back(line);
    bytes += line.size();
    on_line(*this, lines.back());
  }
  void raw_data_received(std::string_view data) override {
    raw += data;
    bytes += data.size();
    on_raw(*this, std::string(data));
  }
  void line_length_exceeded(std::string_view line) override {
    ++exceeded;
    dropped += line.size();
    if (loses) LineReceiver::line_length_exceeded(line);
  }
  using LineReceiver::transport;

  Hook on_line = [](LineReader&, const std::string&) {};
  Hook on_raw = [](LineReader&, const std::string&) {};
  bool loses = true;
  std::vector<std::string> lines;
  std::string raw;
  std::size_t bytes = 0;  // of both
  int exceeded = 0;
  std::size_t dropped = 0;
};

struct LineWire {
  LineWire() { reader.make_connection(transport); }
  Watchdog watchdog;
  FakeTransport transport;
  LineReader reader;
};

}  // namespace rig
