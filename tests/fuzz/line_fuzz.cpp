// A stream of lines: however it is cut, the same lines come out of it, and no
// more than one line is buffered.
#include "protocols/line_receiver.h"

#include "receiver.h"

namespace {

using fuzz::check;

class Lines final : public fuzz::Reader<reactor::LineReceiver> {
 public:
  Lines(std::size_t max_length, const std::string& delimiter) {
    set_limits(max_length, delimiter);
  }

  void line_received(std::string_view line) override {
    check(!raw_, "in raw mode there are no lines");
    check(line.size() <= max_length_, "no line is too long");
    check((std::string(line) + delimiter_).find(delimiter_) == line.size(),
          "a line ends with the first delimiter");
    // The content of a line decides about the next one.
    if (line.starts_with('m') && line.size() > 1) {
      set_limits(static_cast<unsigned char>(line[1]), delimiter_);
    }
    if (line.starts_with('d') && line.size() > 1) {
      set_limits(max_length_, std::string(line.substr(1)));
    }
    if (line.starts_with('r')) {
      set_raw_mode();
      raw_ = true;
    }
    received(line);
  }

  // The content of the bytes up to a semicolon.
  void raw_data_received(std::string_view data) override {
    check(raw_ && !data.empty(), "raw bytes come in raw mode");
    const auto end = data.find(';');
    note(data.substr(0, end));
    if (end == data.npos) return;
    note(";\n");
    raw_ = false;
    set_line_mode(data.substr(end + 1));
  }

  void line_length_exceeded(std::string_view line) override {
    check(line.size() > max_length_,
          "only lines that are too long are refused");
    received("(too long)");
    LineReceiver::line_length_exceeded(line);
  }

 private:
  std::size_t max_kept() const override {
    return max_length_ + delimiter_.size() - 1;
  }

  void set_limits(std::size_t max_length, const std::string& delimiter) {
    max_length_ = max_length;
    delimiter_ = delimiter;
    set_max_length(max_length);
    set_delimiter(delimiter);
  }

  std::size_t max_length_ = 0;
  std::string delimiter_;
  bool raw_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  static const std::array<std::string, 4> delimiters{"\r\n", "\n", "aa", "aab"};
  if (size < 5) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 5,
                                size - 5);
  fuzz::check_cuts(stream, std::span(data + 2, 3), [&] {
    return Lines(data[0], delimiters[data[1] % delimiters.size()]);
  });
  return 0;
}
