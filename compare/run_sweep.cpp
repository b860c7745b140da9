#include "compare/run_sweep.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "cli/print.h"
#include "compare/measure/make_comparison.h"
#include "compare/report/format.h"
#include "compare/run/estimate.h"
#include "compare/run/interrupts.h"
#include "compare/run/progress.h"
#include "compare/run/run.h"
#include "compare/trace/temporary_directory.h"

namespace poetry_compare {
namespace {

// The requests for each value; they refer to files in the directory.
std::vector<Request> list_requests(const Sweep& sweep,
                                   const Request& request,
                                   const TemporaryDirectory& directory) {
  std::vector<Request> requests;
  for (const double value : sweep.values) {
    requests.push_back(request_at(sweep, value, request, directory.path()));
  }
  return requests;
}

double sum_estimates(const std::vector<Request>& requests) {
  double seconds = 0;
  for (const Request& request : requests) {
    seconds += estimate(request).value_or(0);
  }
  return seconds;
}

std::vector<Poem> describe_poems(const Request& request) {
  std::vector<Poem> poems;
  for (const PoemRequest& poem : request.poems) {
    poems.push_back({cli::one_line(poem.file.filename().string()), 0,
                     poem.text.size() * request.settings.repeat,
                     poem.num_bytes});
  }
  return poems;
}

Growth describe_growth(const Sweep& sweep,
                       const Request& request,
                       const std::vector<Request>& requests) {
  Growth growth;
  growth.settings = request.settings;
  if (sweep.parameter == "delay") growth.settings.delay = 0;
  if (sweep.parameter == "rcvbuf") growth.settings.rcvbuf.reset();
  growth.parameter = sweep.parameter;
  growth.values = sweep.values;
  for (const Request& one : requests) {
    const Pauses pauses = pauses_of(one);
    growth.limits.push_back({pauses.longest, pauses.sum});
  }
  growth.poems = describe_poems(request);
  for (const Client& client : request.clients) {
    growth.variants.push_back({client.name, client.command, {}});
  }
  return growth;
}

// A client at one value.
struct Cell {
  GrowthPoint point;
  bool took_too_long = false;
};

Cell run_cell(Request request, std::size_t client, Progress& progress) try {
  request.clients = {request.clients[client]};
  const TemporaryDirectory directory("compare");
  const auto manifest = run_all(request, directory.path(), progress);
  const auto comparison = make_comparison(manifest, directory.path());
  const Variant& variant = comparison.variants.front();
  Cell cell{make_point(request.settings, variant), false};
  if (!comparison.complaints.empty() && cell.point.complaint.empty()) {
    cell.point.complaint = comparison.complaints.front();
  }
  cell.took_too_long =
      variant.counted == 0 && variant.overall.wall > time_limit(request);
  return cell;
} catch (const std::exception& error) {
  Cell cell;
  cell.point.complaint = error.what();
  return cell;
}

class SweepRun {
 public:
  SweepRun(const Sweep& sweep, const std::vector<Request>& requests)
      : sweep_(sweep),
        requests_(requests),
        progress_(count_runs(), sum_estimates(requests)),
        too_long_(requests.front().clients.size()) {}

  void run(Growth& growth) {
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      progress_.set_part(describe(sweep_, sweep_.values[i]));
      for (std::size_t j = 0; j < growth.variants.size(); ++j) {
        growth.variants[j].points.push_back(make_point(i, j));
      }
    }
  }

 private:
  std::size_t count_runs() const {
    const auto& settings = requests_.front().settings;
    return requests_.size() * requests_.front().clients.size() *
           (settings.runs + settings.warmup);
  }

  GrowthPoint make_point(std::size_t value, std::size_t variant) {
    check_interrupted();
    if (!too_long_[variant].empty()) {
      GrowthPoint point;
      point.complaint = "not run: it took too long at " + too_long_[variant];
      return point;
    }
    Cell cell = run_cell(requests_[value], variant, progress_);
    if (cell.took_too_long) {
      too_long_[variant] = describe(sweep_, sweep_.values[value]);
    }
    return std::move(cell.point);
  }

  const Sweep& sweep_;
  const std::vector<Request>& requests_;
  Progress progress_;
  // By variant: the value at which it took too long; mostly empty.
  std::vector<std::string> too_long_;
};

void add_missing_points(Growth& growth) {
  GrowthPoint missing;
  missing.complaint = "not run: interrupted";
  for (GrowthVariant& variant : growth.variants) {
    variant.points.resize(growth.values.size(), missing);
  }
}

std::size_t most_servers(const std::vector<Request>& requests) {
  std::size_t most = 0;
  for (const auto& request : requests) {
    most = std::max(most, request.poems.size());
  }
  return most;
}

}  // namespace

Growth run_sweep(const Sweep& sweep, const Request& request) {
  const TemporaryDirectory directory("compare");
  const auto requests = list_requests(sweep, request, directory);
  Growth growth = describe_growth(sweep, request, requests);
  const auto line = fmt::format("{} with {}={}, about {:.0f} s.\n",
                                plural(request.clients.size(), "variant"),
                                sweep.parameter, fmt::join(sweep.values, ","),
                                std::max(1.0, sum_estimates(requests)));
  std::fputs(line.c_str(), stderr);
  allow_descriptors(most_servers(requests));
  try {
    SweepRun(sweep, requests).run(growth);
  } catch (const Interrupted&) {
    growth.interrupted = true;
  }
  add_missing_points(growth);
  return growth;
}

}  // namespace poetry_compare
