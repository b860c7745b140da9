#include "compare/run/server.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "compare/run/clients.h"

namespace poetry_compare {
namespace {

constexpr double start_seconds = 10;

std::filesystem::path server_program(const std::string& name) {
  return name == "reactor"
             ? find_companion("reactor-server/slowpoetry", "slowpoetry-reactor")
             : find_companion("blocking-server/slowpoetry", "slowpoetry");
}

std::vector<std::string> server_words(const Request& request,
                                      const PoemRequest& poem,
                                      std::size_t ports) {
  const Settings& settings = request.settings;
  std::vector<std::string> words = {
      server_program(request.settings.server).string(),
      "--quiet",
      "--delay",
      fmt::format("{}", settings.delay),
      "--num-bytes",
      std::to_string(poem.num_bytes),
      "--repeat",
      std::to_string(settings.repeat)};
  if (settings.sndbuf) {
    words.insert(words.end(), {"--sndbuf", std::to_string(*settings.sndbuf)});
  }
  for (std::size_t i = 0; i < ports; ++i) {
    words.insert(words.end(), {"--port", "0"});
  }
  words.insert(words.end(), {"--", poem.file.string()});
  return words;
}

// From "Serving poetry/ecstasy.txt on port 10000."
std::uint16_t port_of(const std::string& line) {
  const auto space = line.find_last_of(' ');
  std::uint16_t port = 0;
  if (line.starts_with("Serving ") && space != line.npos) {
    std::from_chars(line.data() + space + 1, line.data() + line.size(), port);
  }
  return port;
}

// Throws std::runtime_error.
std::uint16_t read_port(Program& program, const std::string& name) {
  const auto line = program.read_line(start_seconds);
  const auto port = port_of(line.value_or(""));
  if (port != 0) return port;
  const auto ending = program.stop();
  throw std::runtime_error(
      fmt::format("{} does not serve: {}", name, ending.last_words));
}

std::vector<std::uint16_t> start(Server& server,
                                 const Request& request,
                                 const PoemRequest& poem,
                                 std::size_t ports) {
  const auto words = server_words(request, poem, ports);
  try {
    server.program =
        std::make_unique<Program>(words, server.recorder.environment(), true);
  } catch (const std::system_error& error) {
    throw std::runtime_error(fmt::format("cannot start {}: {}", words.front(),
                                         error.code().message()));
  }
  std::vector<std::uint16_t> served(ports);
  for (auto& port : served) port = read_port(*server.program, words.front());
  return served;
}

// A reactor server serves a poem at several ports, so one process is enough for
// poems that follow each other and are the same. Returns how many these are.
std::size_t count_same(const Request& request, std::size_t first) {
  const auto& poems = request.poems;
  const auto differs = [&](const PoemRequest& poem) {
    return request.settings.server != "reactor" ||
           poem.file != poems[first].file ||
           poem.num_bytes != poems[first].num_bytes;
  };
  const auto begin = poems.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = std::find_if(begin + 1, poems.end(), differs);
  return static_cast<std::size_t>(end - begin);
}

void start_server(const Request& request,
                  std::size_t first,
                  Servers& servers,
                  RunManifest& manifest) {
  Server& server = servers.emplace_back();
  server.first = first;
  const auto trace = fmt::format("server-{}.jsonl", servers.size());
  const auto ports =
      start(server, request, request.poems[first], count_same(request, first));
  for (std::size_t i = 0; i < ports.size(); ++i) {
    manifest.poems[first + i].poem.port = ports[i];
    manifest.poems[first + i].trace = trace;
  }
}

}  // namespace

Servers start_servers(const Request& request, RunManifest& manifest) {
  Servers servers;
  std::size_t first = 0;
  while (first < request.poems.size() && !request.poems[first].address) {
    start_server(request, first, servers, manifest);
    first += count_same(request, first);
  }
  return servers;
}

}  // namespace poetry_compare
