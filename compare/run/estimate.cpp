#include "compare/run/estimate.h"

#include <algorithm>
#include <cmath>

namespace poetry_compare {
namespace {

constexpr double unknown_seconds = 300;  // for a server that is not ours
constexpr double overhead_seconds = 0.05;  // to start a client

// How long the servers take for a poem, in seconds.
double poem_seconds(const Request& request, const PoemRequest& poem) {
  if (poem.num_bytes == 0) return 0;
  const auto bytes =
      static_cast<double>(poem.text.size() * request.settings.repeat);
  return std::ceil(bytes / static_cast<double>(poem.num_bytes)) *
         request.settings.delay;
}

// One poem after the other, or all at once.
double run_seconds(const Request& request, bool one_by_one) {
  const Pauses pauses = pauses_of(request);
  return overhead_seconds + (one_by_one ? pauses.sum : pauses.longest);
}

}  // namespace

Pauses pauses_of(const Request& request) {
  Pauses pauses;
  for (const PoemRequest& poem : request.poems) {
    const double seconds = poem_seconds(request, poem);
    pauses.sum += seconds;
    pauses.longest = std::max(pauses.longest, seconds);
  }
  return pauses;
}

std::optional<double> estimate(const Request& request) {
  if (request.poems.front().address) return std::nullopt;
  double seconds = 0;
  for (const Client& client : request.clients) {
    seconds += run_seconds(request, client.name == "blocking");
  }
  const auto& settings = request.settings;
  return seconds * static_cast<double>(settings.runs + settings.warmup);
}

double estimate_slowest(const Request& request) {
  double slowest = 0;
  for (const Client& client : request.clients) {
    const double seconds = run_seconds(request, client.name == "blocking");
    slowest = std::max(slowest, seconds);
  }
  return slowest;
}

double time_limit(const Request& request) {
  if (request.timeout) return *request.timeout;
  const bool ours = !request.poems.front().address;
  return ours ? 10 + 3 * run_seconds(request, true) : unknown_seconds;
}

}  // namespace poetry_compare
