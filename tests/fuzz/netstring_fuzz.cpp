// A stream of netstrings: however it is cut, the same strings come out of it. A
// second, simpler parser finds the same strings.
#include "protocols/netstring_receiver.h"

#include <algorithm>

#include "receiver.h"

namespace {

using fuzz::check;

class Strings final : public fuzz::Reader<reactor::NetstringReceiver> {
 public:
  explicit Strings(std::size_t max_length)
      : max_length_(max_length) {
    set_max_length(max_length);
  }

  void string_received(std::string_view string) override {
    check(string.size() <= max_length_, "no string is too long");
    received(string);
  }

 private:
  // The length, the colon and the string; with the comma it would be received.
  std::size_t max_kept() const override {
    return std::to_string(max_length_).size() + 1 + max_length_;
  }

  std::size_t max_length_;
};

// Returns the expected strings, up to the first invalid one or one that loses
// the connection.
std::string expected(std::string_view stream, std::size_t max_length) {
  std::string trace;
  for (;;) {
    const auto digits =
        std::min(stream.find_first_not_of("0123456789"), stream.size());
    const std::string number(stream.substr(0, digits));
    if (number.empty() || number.size() > 3) return trace;
    const std::size_t length = std::stoul(number);
    if (number != std::to_string(length) || length > max_length) return trace;
    const std::string_view rest = stream.substr(digits);
    if (rest.size() < length + 2 || rest[0] != ':' || rest[length + 1] != ',') {
      return trace;
    }
    const std::string_view string = rest.substr(1, length);
    trace += string;
    trace += '\n';
    if (string.starts_with('l') || string.starts_with('a')) return trace;
    stream = rest.substr(length + 2);
  }
}

// Checks that a sent string is received.
void check_sending(std::string_view string) {
  Strings sender(0);
  sender.send_string(string);
  Strings receiver(string.size());
  receiver.feed(sender.written());
  check(receiver.trace() == std::string(string) + '\n',
        "a sent string is received");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 4) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 4,
                                size - 4);
  const std::size_t max_length = data[0];
  const std::string trace = fuzz::check_cuts(
      stream, std::span(data + 1, 3), [&] { return Strings(max_length); });
  check(trace == expected(stream, max_length),
        "both parsers find the same strings");
  check_sending(stream);
  return 0;
}
