#include "compare/run/sweep.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <fmt/core.h>

#include "compare/run/estimate.h"

namespace poetry_compare {
namespace {

std::string repeat_up_to(const std::string& text, std::size_t size) {
  std::string repeated;
  while (repeated.size() < size) repeated += text;
  repeated.resize(size);
  return repeated;
}

void resize(PoemRequest& poem,
            std::size_t size,
            const std::filesystem::path& file) {
  poem.file = file;
  poem.text = repeat_up_to(poem.text, size);
  std::ofstream stream(file, std::ios::binary);
  stream << poem.text;
  if (stream.flush()) return;
  throw std::runtime_error("cannot write " + file.string());
}

// The clients of the suite have the option already, with another value.
void set_rcvbuf(std::vector<std::string>& words, std::size_t bytes) {
  const auto found = std::find(words.begin(), words.end(), "--rcvbuf");
  if (found != words.end()) found[1] = std::to_string(bytes);
}

}  // namespace

std::string describe(const Sweep& sweep, double value) {
  if (sweep.parameter == "servers") {
    return fmt::format("{} server{}", value, value == 1 ? "" : "s");
  }
  const auto* unit = sweep.parameter == "delay" ? " s" : "";
  return fmt::format("{} {}{}", sweep.parameter, value, unit);
}

Request request_at(const Sweep& sweep,
                   double value,
                   const Request& request,
                   const std::filesystem::path& directory) {
  Request changed = request;
  const auto count = static_cast<std::size_t>(value);
  auto& poems = changed.poems;
  if (sweep.parameter == "servers") poems.assign(count, request.poems.front());
  if (sweep.parameter == "delay") changed.settings.delay = value;
  if (sweep.parameter == "bytes") {
    for (std::size_t i = 0; i < poems.size(); ++i) {
      resize(poems[i], count,
             directory / fmt::format("poem-{}-{}.txt", i + 1, count));
    }
  }
  if (sweep.parameter == "rcvbuf") {
    for (Client& client : changed.clients) set_rcvbuf(client.words, count);
  }
  return changed;
}

void allow_descriptors(std::size_t servers) {
  // A listening socket and a connection for each, and what else there is.
  const rlim_t needed = 2 * servers + 100;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (limit.rlim_cur >= needed) return;
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace poetry_compare
