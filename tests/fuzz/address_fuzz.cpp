// "[host:]port", as an argument of a program: it is refused with one sentence,
// or read as an address that can be written and read again.
#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check.h"
#include "cli/command_line.h"
#include "net/address.h"

namespace {

using fuzz::check;

bool is_blank(unsigned char c) {
  return c <= ' ' || c == 0x7f;
}

void check_sentence(std::string_view what) {
  check(what.size() > 1 && what.size() < 80, "a refusal is short");
  check(what.find('\n') == what.npos && what.back() == '.',
        "a refusal is one sentence");
}

std::optional<net::Address> parse(std::string_view text) {
  try {
    return net::parse_address(text);
  } catch (const std::invalid_argument& error) {
    check_sentence(error.what());
    return std::nullopt;
  }
}

// The expected port, found in another way; 0: none.
int expected_port(std::string_view text) {
  text.remove_prefix(text.rfind(':') + 1);
  int port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return 0;
    port = std::min(port * 10 + (c - '0'), 65536);
  }
  return port > 65535 ? 0 : port;
}

void check_host(const std::string& host) {
  check(!host.empty(), "there is always a host");
  check(std::none_of(host.begin(), host.end(), is_blank),
        "hosts have no blanks and no NUL");
  check(host.size() <= 253, "hosts have at most 253 bytes");
  if (host.find(':') != host.npos) {
    check(net::is_ip_address(host), "only IPv6 has colons");
  } else {
    check(host.find_first_of("[]") == host.npos, "only IPv6 has brackets");
  }
}

void check_address(std::string_view text) {
  const auto address = parse(text);
  const int port = expected_port(text);
  if (!address) {
    check(port == 0 || text.find(':') != text.npos, "a port is enough");
    return;
  }
  check(port != 0, "only a port is read as one");
  check(address->port == port, "a port is read as it is written");
  check_host(address->host);
  check(parse(net::to_string(*address)) == *address,
        "a written address is read again");
}

// Splits at blanks, as a shell does. After "--" no word is an option.
void check_command_line(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + ' ') {
    if (c != ' ' && c != '\0') {
      word += c;
    } else {
      words.push_back(std::exchange(word, {}));
    }
  }
  std::string program = "get-poetry";
  std::string dashes = "--";
  std::vector<char*> arguments{program.data(), dashes.data()};
  std::vector<std::string> copies = words;
  for (std::string& copy : copies) {
    arguments.push_back(copy.data());
  }
  const int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  const cli::CommandLine line(count, arguments.data(), {});
  check(line.words() == words, "words arrive as they were typed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_address(text);
  net::is_ip_address(text);
  check_command_line(text);
  return 0;
}
