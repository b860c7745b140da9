#include "compare/run/clients.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/command_line.h"
#include "cli/print.h"
#include "compare/run/client_command.h"
#include "compare/run/shell_words.h"

namespace poetry_compare {
namespace {

struct Known {
  std::string_view name;
  std::string_view built;
  std::string_view installed;
  bool has_reactor;
};

constexpr std::array<Known, 9> known = {{
    {"blocking", "blocking-client/get-poetry", "get-poetry-blocking", false},
    {"threaded", "threaded-client/get-poetry", "get-poetry-threaded", false},
    {"async", "async-client/get-poetry", "get-poetry-async", false},
    {"reactor", "reactor-client-1/get-poetry", "get-poetry-reactor-1", true},
    {"broken", "reactor-client-1/get-poetry-broken", "get-poetry-broken", true},
    {"protocol", "reactor-client-2/get-poetry", "get-poetry-reactor-2", true},
    {"simple", "reactor-client-2/get-poetry-simple", "get-poetry-simple", true},
    {"callback", "reactor-client-3/get-poetry", "get-poetry-reactor-3", true},
    {"coroutine", "coroutine-client/get-poetry", "get-poetry-coroutine", true},
}};

Client make_client(const Known& one, const Settings& settings) {
  Client client;
  client.name = one.name;
  client.words = {
      find_companion(std::string(one.built), std::string(one.installed))
          .string()};
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

namespace {

[[noreturn]] void refuse_client(const std::string& what,
                                const std::string& text) {
  cli::usage_error(fmt::format("--with{} '{}'", what, text));
}

// The words of a command that a shell runs.
std::vector<std::string> shell_words(std::string command) {
  const bool has_place = command.find(all_addresses) != command.npos ||
                         command.find(each_address) != command.npos;
  if (!has_place) command += std::string(" ") + all_addresses;
  return {"/bin/sh", "-c", command};
}

std::vector<std::string> command_words(const std::string& command,
                                       const std::string& text) {
  const std::string shell = "sh:";
  if (command.starts_with(shell)) {
    const auto script = command.substr(shell.size());
    if (script.find_first_not_of(" \t\n") != script.npos) {
      return shell_words(script);
    }
    refuse_client(": there is no command in", text);
  }
  const auto words = split_words(command);
  if (!words) refuse_client(": a quotation does not end in", text);
  if (words->empty()) refuse_client(": there is no command in", text);
  return *words;
}

}  // namespace

Client parse_client(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == text.npos || equals == 0) {
    refuse_client(" must be NAME=COMMAND, not", text);
  }
  Client client;
  client.name = cli::escape(text.substr(0, equals));
  std::replace(client.name.begin(), client.name.end(), '\n', ' ');
  std::replace(client.name.begin(), client.name.end(), '\t', ' ');
  client.words = command_words(text.substr(equals + 1), text);
  client.command = quote(client.words);
  return client;
}

// This program is build/compare/poetry-compare or PREFIX/bin/poetry-compare. A
// result below the current directory is relative to it: short, and fit to be
// typed.
std::filesystem::path find_companion(const std::string& built,
                                     const std::string& installed) {
  const auto here =
      std::filesystem::read_symlink("/proc/self/exe").parent_path();
  auto path = (here / installed).lexically_normal();
  if (!std::filesystem::exists(path)) path = here.parent_path() / built;
  const auto near = path.lexically_proximate(std::filesystem::current_path());
  return near.empty() || near.string().starts_with("..") ? path : near;
}

}  // namespace poetry_compare
