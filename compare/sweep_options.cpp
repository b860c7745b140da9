#include "compare/sweep_options.h"

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "cli/values.h"
#include "compare/poem_arguments.h"

namespace poetry_compare {
namespace {

// The default sweep over all clients takes less than a minute with it.
constexpr double default_delay = 0.005;
constexpr std::size_t default_num_bytes = 10;

struct Parameter {
  std::string name;
  std::size_t most;
  std::string excluded;  // the option that would set it
};

const std::vector<Parameter> parameters = {{"servers", UINT16_MAX, ""},
                                           {"delay", 0, "delay"},
                                           {"bytes", 1U << 30, "repeat"},
                                           {"rcvbuf", INT_MAX / 2, "rcvbuf"}};

const Parameter& find_parameter(const std::string& name,
                                const std::string& text) {
  for (const Parameter& one : parameters) {
    if (one.name == name) return one;
  }
  cli::usage_error(
      fmt::format("--sweep must be servers=, delay=, bytes= or rcvbuf= with a "
                  "list, not '{}'",
                  text));
}

double parse_value(const Parameter& parameter, const std::string& word) {
  const auto option = "sweep " + parameter.name;
  if (parameter.name == "delay") {
    const auto delay = cli::parse_seconds(option, word, false);
    return std::chrono::duration<double>(delay).count();
  }
  return static_cast<double>(
      cli::parse_integer(option, word, 1, parameter.most));
}

std::vector<double> parse_values(const Parameter& parameter,
                                 const std::string& list) {
  std::vector<double> values;
  for (const auto& word : split_list(list)) {
    values.push_back(parse_value(parameter, word));
    const auto before = values.end() - 1;
    if (std::find(values.begin(), before, *before) == before) continue;
    cli::usage_error(fmt::format("--sweep has '{}' twice", word));
  }
  if (values.size() < 2) {
    cli::usage_error(
        fmt::format("--sweep needs at least two values, not '{}'", list));
  }
  std::sort(values.begin(), values.end());
  return values;
}

void refuse(const cli::CommandLine& line,
            const std::string& name,
            const std::string& why) {
  if (!line.has(name)) return;
  cli::usage_error(
      fmt::format("--{} has no effect with --sweep: {}", name, why));
}

void refuse_with_sweep(const cli::CommandLine& line,
                       const Parameter& parameter) {
  refuse(line, "connect", "it starts servers of its own");
  refuse(line, "server", "one process serves all ports");
  refuse(line, "traces", "it keeps none");
  refuse(line, "perfetto", "it has too many events");
  refuse(line, "check", "it looks at other numbers");
  refuse(line, "no-timeline", "there is none");
  refuse(line, "live", "it draws no lanes");
  refuse(line, "reference", "it compares each client with itself");
  if (parameter.excluded.empty()) return;
  refuse(line, parameter.excluded,
         fmt::format("that changes the {}", parameter.name));
}

}  // namespace

std::optional<Sweep> parse_sweep(const cli::CommandLine& line) {
  const auto texts = line.texts("sweep");
  if (texts.empty()) return std::nullopt;
  if (texts.size() > 1) {
    cli::usage_error(fmt::format(
        "--sweep may be given only once; the second one is '{}'", texts[1]));
  }
  const std::string& text = texts.front();
  const auto equals = std::min(text.find('='), text.size());
  const auto& parameter = find_parameter(text.substr(0, equals), text);
  if (equals == text.size()) find_parameter("", text);
  refuse_with_sweep(line, parameter);
  return Sweep{parameter.name,
               parse_values(parameter, text.substr(equals + 1))};
}

std::vector<PoemRequest> parse_poems(const cli::CommandLine& line,
                                     const Sweep& sweep) {
  if (sweep.parameter != "servers") return parse_poems(line);
  auto poems = parse_poems(line, std::vector<std::string>{"geduld.txt"});
  if (poems.size() > 1) {
    cli::usage_error(
        fmt::format("--sweep servers= takes one poem, not {}: all servers have "
                    "the same one",
                    poems.size()));
  }
  if (!line.has("num-bytes")) {
    poems.front().num_bytes =
        default_num_bytes * *line.integer("repeat", 1, 1'000'000);
  }
  return poems;
}

void require_effect(const Sweep& sweep, const std::vector<Client>& clients) {
  const bool taken =
      std::any_of(clients.begin(), clients.end(), [](const Client& client) {
        const auto& words = client.words;
        return std::find(words.begin(), words.end(), "--rcvbuf") != words.end();
      });
  if (taken || sweep.parameter != "rcvbuf") return;
  cli::usage_error("--sweep rcvbuf= has no effect: no variant takes it");
}

void set_defaults(const cli::CommandLine& line,
                  const Sweep& sweep,
                  Settings& settings) {
  settings.server = "reactor";
  if (!line.has("delay")) settings.delay = default_delay;
  if (sweep.parameter == "rcvbuf") {
    settings.rcvbuf = static_cast<int>(sweep.values.front());
  }
}

}  // namespace poetry_compare
