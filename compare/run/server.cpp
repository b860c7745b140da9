#include "compare/run/server.h"

#include <charconv>
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
                                      const PoemRequest& poem) {
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

}  // namespace

std::uint16_t start(Server& server,
                    const Request& request,
                    const PoemRequest& poem) {
  const auto words = server_words(request, poem);
  try {
    server.program =
        std::make_unique<Program>(words, server.recorder.environment(), true);
  } catch (const std::system_error& error) {
    throw std::runtime_error(fmt::format("cannot start {}: {}", words.front(),
                                         error.code().message()));
  }
  const auto line = server.program->read_line(start_seconds);
  const auto port = port_of(line.value_or(""));
  if (port == 0) {
    const auto ending = server.program->stop();
    throw std::runtime_error(
        fmt::format("{} does not serve: {}", words.front(), ending.last_words));
  }
  return port;
}

}  // namespace poetry_compare
