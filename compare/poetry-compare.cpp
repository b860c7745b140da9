// Runs each client and shows what it waited for.

#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "compare/live.h"
#include "compare/measure/import_traces.h"
#include "compare/measure/make_comparison.h"
#include "compare/measure/reference.h"
#include "compare/measure/run_manifest.h"
#include "compare/measure/where.h"
#include "compare/options.h"
#include "compare/outputs.h"
#include "compare/report/terminal.h"
#include "compare/run/estimate.h"
#include "compare/run/inherited_signals.h"
#include "compare/run/interrupts.h"
#include "compare/run/progress.h"
#include "compare/run/run.h"
#include "compare/run_sweep.h"
#include "compare/show.h"
#include "compare/trace/temporary_directory.h"

#include "cli/command_line.h"
#include "cli/process.h"
#include "cli/tasks.h"
#include "net/socket.h"

namespace fs = std::filesystem;

using poetry_compare::Comparison;
using poetry_compare::Growth;
using poetry_compare::Options;

namespace {

// --- Running -----------------------------------------------------------------

// The picture of a run that goes on; null: none is wanted.
poetry_compare::Draw choose_picture(const Options& options) {
  if (!options.outputs.live) return {};
  const double expected = poetry_compare::estimate_slowest(options.request);
  return [&, expected](const poetry_compare::RunSoFar& run) {
    const auto terminal =
        poetry_compare::find_terminal(options.outputs.color, STDERR_FILENO);
    return draw_run(run, expected, terminal);
  };
}

// Traces that are not kept are in a directory for the time of this function.
Comparison run_in_directory(const Options& options) {
  std::optional<poetry_compare::TemporaryDirectory> temporary;
  fs::path directory = options.outputs.traces;
  if (directory.empty()) directory = temporary.emplace("compare").path();
  const auto& request = options.request;
  const auto runs = request.settings.runs + request.settings.warmup;
  poetry_compare::Progress progress(request.clients.size() * runs,
                                    poetry_compare::estimate(request),
                                    choose_picture(options));
  return make_comparison(run_all(request, directory, progress), directory);
}

Comparison run(const Options& options) {
  const auto& request = options.request;
  const auto count = request.clients.size();
  const auto seconds = poetry_compare::estimate(request);
  const auto line = fmt::format(
      "{} {}, {}.\n", count, count == 1 ? "variant" : "variants",
      seconds ? fmt::format("about {:.0f} s", std::max(1.0, *seconds))
              : "for as long as the servers take");
  std::fputs(line.c_str(), stderr);
  const poetry_compare::Interrupts interrupts;
  poetry_compare::remove_abandoned_directories();
  const Comparison comparison = run_in_directory(options);
  poetry_compare::check_interrupted();
  return comparison;
}

Growth run_sweep(const Options& options) {
  const poetry_compare::Interrupts interrupts;
  poetry_compare::remove_abandoned_directories();
  return poetry_compare::run_sweep(*options.sweep, options.request);
}

void check_exists(const fs::path& path) {
  std::error_code error;
  if (fs::exists(fs::status(path, error))) return;
  cli::input_error(
      fmt::format("cannot read '{}': {}", path.string(), error.message()));
}

// The directory of a manifest, if the path is that directory or the manifest.
std::optional<fs::path> find_manifest(const fs::path& path) {
  const bool is_directory = fs::is_directory(path);
  const fs::path manifest =
      is_directory ? path / poetry_compare::manifest_name : path;
  if (manifest.filename() != poetry_compare::manifest_name) return {};
  if (!fs::exists(manifest)) return {};
  return manifest.parent_path();
}

// A trace, or the traces in a directory.
std::vector<fs::path> find_traces(const fs::path& path) {
  return fs::is_directory(path) ? poetry_compare::list_traces(path)
                                : std::vector{path};
}

// Of a run, or of traces without a manifest.
struct Recording {
  poetry_compare::RunManifest manifest;
  fs::path directory;
};

// Runs that were recorded one after the other cannot be compared: their servers
// and their machine may have differed.
void refuse_several_runs(const std::vector<fs::path>& paths) {
  if (paths.size() == 1) return;
  for (const fs::path& path : paths) {
    if (!find_manifest(path)) continue;
    cli::usage_error(
        fmt::format("report draws one directory of --traces at a time, and "
                    "'{}' is not alone",
                    path.string()));
  }
}

Recording read_recording(const std::vector<fs::path>& paths) {
  for (const fs::path& path : paths) check_exists(path);
  refuse_several_runs(paths);
  if (const auto directory = find_manifest(paths.front())) {
    return {poetry_compare::read_manifest(*directory), *directory};
  }
  std::vector<fs::path> traces;
  for (const fs::path& path : paths) {
    const auto found = find_traces(path);
    traces.insert(traces.end(), found.begin(), found.end());
  }
  std::sort(traces.begin(), traces.end());
  if (traces.empty()) {
    throw std::runtime_error("there is no trace in " + paths.front().string());
  }
  return {poetry_compare::import_traces(traces), ""};
}

Comparison draw_again(const Options& options) {
  Recording recording = read_recording(options.report);
  const auto& name = options.reference;
  if (!name.empty()) recording.manifest.settings.reference = name;
  const auto comparison =
      make_comparison(recording.manifest, recording.directory);
  if (name.empty() || find_reference(comparison)) return comparison;
  cli::usage_error(fmt::format(
      "--reference must be a variant of the traces, not '{}'", name));
}

bool is_complete(const Comparison& comparison) {
  return std::none_of(comparison.variants.begin(), comparison.variants.end(),
                      [](const auto& variant) { return variant.failed(); });
}

// --- Both --------------------------------------------------------------------

// These return whether the program succeeds.

bool compare(const Options& options) {
  Comparison comparison =
      options.report.empty() ? run(options) : draw_again(options);
  add_places(comparison);
  const bool shown = show(comparison, options);
  const bool passes = !options.check || find_alarming(comparison).empty();
  return shown && passes && is_complete(comparison) &&
         comparison.complaints.empty();
}

// Shows the results so far if the user interrupts it.
bool sweep(const Options& options) {
  const Growth growth = run_sweep(options);
  const bool shown = show(growth, options);
  if (growth.interrupted) throw poetry_compare::Interrupted();
  return shown && is_complete(growth);
}

}  // namespace

int main(int argc, char** argv) try {
  poetry_compare::take_over_signals();
  cli::init_process(cli::OnSignal::end);
  std::setlocale(LC_CTYPE, "");
  const Options options = poetry_compare::parse_options(argc, argv);
  poetry_compare::require_files(options);
  const bool succeeds = options.sweep ? sweep(options) : compare(options);
  return succeeds ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const poetry_compare::Interrupted&) {
  poetry_compare::die_of_interrupt();
} catch (const std::exception& error) {
  return cli::report(error);
}
