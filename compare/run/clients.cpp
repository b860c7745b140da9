// Which programs there are to compare.
#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/command_line.h"
#include "cli/print.h"
#include "compare/run/request.h"

namespace poetry_compare {
namespace {

struct Known {
  std::string_view name;
  std::string_view built;
  std::string_view installed;
  bool has_reactor;
};

constexpr std::array<Known, 7> known = {{
    {"blocking", "blocking-client/get-poetry", "get-poetry-blocking", false},
    {"threaded", "threaded-client/get-poetry", "get-poetry-threaded", false},
    {"async", "async-client/get-poetry", "get-poetry-async", false},
    {"reactor", "reactor-client-1/get-poetry", "get-poetry-reactor-1", true},
    {"broken", "reactor-client-1/get-poetry-broken", "get-poetry-broken", true},
    {"protocol", "reactor-client-2/get-poetry", "get-poetry-reactor-2", true},
    {"simple", "reactor-client-2/get-poetry-simple", "get-poetry-simple", true},
}};

Client make_client(const Known& one, const Settings& settings) {
  Client client;
  client.name = one.name;
  client.words = {
      find_own(std::string(one.built), std::string(one.installed)).string()};
  if (one.has_reactor && !settings.reactor.empty()) {
    client.words.insert(client.words.end(), {"--reactor", settings.reactor});
  }
  if (settings.rcvbuf) {
    client.words.insert(client.words.end(),
                        {"--rcvbuf", std::to_string(*settings.rcvbuf)});
  }
  client.command = quote(client.words);
  return client;
}

[[noreturn]] void refuse_variant(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Known& one : known) names.push_back(one.name);
  cli::usage_error(fmt::format("--variants must be some of {}, not '{}'",
                               fmt::join(names, ","), name));
}

// The words of a shell's command line, as long as it is a simple one.
class Splitter {
 public:
  // False if a quotation does not end.
  bool split(const std::string& text) {
    for (const char c : text) take(c);
    finish_word();
    return quote_ == 0 && !escaped_;
  }
  std::vector<std::string> words;

 private:
  void take(char c) {
    if (escaped_) {
      // Between "" a backslash is one, but before these.
      if (quote_ == '"' && c != '"' && c != '\\' && c != '$' && c != '`') {
        word_ += '\\';
      }
      word_ += c;
      escaped_ = false;
    } else if (c == '\\' && quote_ != '\'') {
      escaped_ = in_word_ = true;
    } else if (quote_ != 0) {
      if (c == quote_) {
        quote_ = 0;
      } else {
        word_ += c;
      }
    } else if (c == '\'' || c == '"') {
      quote_ = c;
      in_word_ = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      finish_word();
    } else {
      word_ += c;
      in_word_ = true;
    }
  }
  void finish_word() {
    if (in_word_) words.push_back(std::exchange(word_, {}));
    in_word_ = false;
  }

  std::string word_;
  bool in_word_ = false;
  bool escaped_ = false;
  char quote_ = 0;
};

std::string quote_word(const std::string& word) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("-_./:=,+@%").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) {
    return word;
  }
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return quoted + '\'';
}

}  // namespace

std::vector<Client> find_clients(const std::vector<std::string>& names,
                                 const Settings& settings) {
  std::vector<Client> clients;
  if (names.empty()) {
    for (const Known& one : known) {
      clients.push_back(make_client(one, settings));
    }
  }
  for (const std::string& name : names) {
    const auto* found =
        std::find_if(known.begin(), known.end(),
                     [&](const Known& one) { return one.name == name; });
    if (found == known.end()) refuse_variant(name);
    clients.push_back(make_client(*found, settings));
  }
  return clients;
}

Client parse_client(const std::string& text) {
  const auto equals = text.find('=');
  Splitter splitter;
  if (equals == text.npos || equals == 0) {
    cli::usage_error(
        fmt::format("--with must be NAME=COMMAND, not '{}'", text));
  }
  if (!splitter.split(text.substr(equals + 1))) {
    cli::usage_error(
        fmt::format("--with: a quotation does not end in '{}'", text));
  }
  if (splitter.words.empty()) {
    cli::usage_error(fmt::format("--with: there is no command in '{}'", text));
  }
  Client client;
  client.name = cli::escape(text.substr(0, equals));
  std::replace(client.name.begin(), client.name.end(), '\n', ' ');
  std::replace(client.name.begin(), client.name.end(), '\t', ' ');
  client.words = splitter.words;
  client.command = quote(client.words);
  return client;
}

std::string quote(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    line += quote_word(word);
  }
  return cli::escape(line);
}

// Our own path is build/compare/poetry-compare, or PREFIX/bin/poetry-compare.
// Where that is below the current directory, so is the result: it can be shown,
// and typed.
std::filesystem::path find_own(const std::string& built,
                               const std::string& installed) {
  const auto here =
      std::filesystem::read_symlink("/proc/self/exe").parent_path();
  auto path = (here / installed).lexically_normal();
  if (!std::filesystem::exists(path)) path = here.parent_path() / built;
  const auto near = path.lexically_proximate(std::filesystem::current_path());
  return near.empty() || near.string().starts_with("..") ? path : near;
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> items;
  std::size_t begin = 0;
  for (std::size_t end = 0; end != text.npos; begin = end + 1) {
    end = text.find(',', begin);
    items.push_back(text.substr(begin, end - begin));
    if (end == text.npos) break;
  }
  return items;
}

}  // namespace poetry_compare
