#include "compare/measure/make_comparison.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>

#include "compare/measure/expected.h"
#include "compare/measure/measure.h"
#include "compare/measure/numbers.h"
#include "compare/measure/reference.h"
#include "compare/measure/summary.h"
#include "compare/trace/reader.h"

namespace poetry_compare {
namespace {

struct Inputs {
  const RunManifest& manifest;
  std::filesystem::path directory;
  std::vector<Source> sources;
  std::vector<Trace> servers;
};

double wall(const RecordedRun& run) {
  return static_cast<double>(run.span.end - run.span.begin) / 1e9;
}

Inputs read_servers(const RunManifest& manifest,
                    const std::filesystem::path& directory,
                    Comparison& comparison) {
  Inputs inputs{manifest, directory, {}, {}};
  std::set<std::string> seen;
  for (const ServedPoem& poem : manifest.poems) {
    inputs.sources.push_back({poem.poem.port, poem.poem.bytes, poem.checksum});
    // One server may serve several poems.
    if (poem.trace.empty() || !seen.insert(poem.trace).second) continue;
    try {
      auto& trace =
          inputs.servers.emplace_back(read_trace(directory / poem.trace));
      if (!trace.complaint.empty()) {
        comparison.complaints.push_back(trace.complaint);
      }
    } catch (const std::runtime_error& error) {
      comparison.complaints.emplace_back(error.what());
    }
  }
  return inputs;
}

// Why there is no picture.
std::string why_not_traced(const Trace& trace, const Picture& picture) {
  if (!trace.unseen.empty()) return trace.unseen;
  if (trace.pid == 0) {
    return "not seen: a program that is statically linked cannot be traced";
  }
  if (picture.served) {
    return "not seen: it connected in a way that the tracer does not see, see "
           "poetry-trace --help";
  }
  return "did not connect to any server";
}

std::string count_of(const Task& task, const Poem& poem, std::size_t num) {
  if (task.outcome == Outcome::wrong) {
    return fmt::format("task {}: got {} bytes, but not those of {}", num,
                       task.bytes, poem.name);
  }
  return fmt::format("task {}: got {} of {} bytes", num, task.bytes,
                     poem.bytes.value_or(0));
}

// About the first poem that is not complete; empty: as far as is known, all
// are.
std::string missing_poem(const RunManifest& manifest, const Picture& picture) {
  for (std::size_t i = 0; i < manifest.poems.size(); ++i) {
    const Task* best = nullptr;
    for (const Task& task : picture.tasks) {
      // A client may try more than once.
      if (task.poem == i && (!best || task.outcome < best->outcome)) {
        best = &task;
      }
    }
    if (!best) return fmt::format("task {}: never connected", i + 1);
    if (best->outcome == Outcome::partial || best->outcome == Outcome::wrong) {
      return count_of(*best, manifest.poems[i].poem, i + 1);
    }
  }
  return {};
}

// Without a trace, or with one that cannot be read, all of it is empty but for
// the complaint.
Trace read_client(const Inputs& inputs, const RecordedRun& recorded) {
  Trace trace;
  if (recorded.trace.empty()) return trace;
  try {
    trace = read_trace(inputs.directory / recorded.trace);
  } catch (const std::runtime_error& error) {
    trace.complaint = error.what();
  }
  return trace;
}

// The first of all that went wrong; empty: nothing did.
std::string find_complaint(const RunManifest& manifest,
                           const RecordedRun& recorded,
                           const Trace& trace,
                           const Picture& picture) {
  if (!recorded.complaint.empty()) return recorded.complaint;
  if (!trace.complaint.empty()) return trace.complaint;
  if (!picture.seen) return why_not_traced(trace, picture);
  const auto missing = missing_poem(manifest, picture);
  return missing.empty() || trace.unseen.empty() ? missing : trace.unseen;
}

Numbers measure_run(const Inputs& inputs,
                    const RecordedRun& recorded,
                    Picture& picture) {
  Numbers run;
  if (recorded.cpu > 0) run.cpu = static_cast<double>(recorded.cpu) / 1e6;
  run.switches = recorded.switches;
  run.memory = recorded.memory;
  run.status = recorded.status;
  run.stopped = recorded.stopped;
  run.complaint = recorded.complaint;
  if (run.stopped) return run;
  const Trace trace = read_client(inputs, recorded);
  picture = measure(trace, inputs.servers, inputs.sources, recorded.span);
  run.wall = wall(recorded);
  run.complaint = find_complaint(inputs.manifest, recorded, trace, picture);
  add_numbers(picture, run);
  return run;
}

// The run with the median wall time; of those that did not fail, or at least
// were not stopped, if there are any.
std::size_t choose_shown(const std::vector<Numbers>& runs) {
  const auto badness = [](const Numbers& run) {
    return run.stopped ? 2 : run.failed() ? 1 : 0;
  };
  std::vector<std::size_t> order(runs.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return std::pair(badness(runs[a]), runs[a].wall) <
           std::pair(badness(runs[b]), runs[b].wall);
  });
  const int least = badness(runs[order.front()]);
  const auto good =
      std::count_if(runs.begin(), runs.end(),
                    [&](const Numbers& run) { return badness(run) == least; });
  return order[static_cast<std::size_t>(good - 1) / 2];
}

Variant make_variant(const Inputs& inputs, const RecordedVariant& recorded) {
  Variant variant;
  variant.name = recorded.name;
  variant.command = recorded.command;
  for (const RecordedRun& run : recorded.runs) {
    variant.picture = {};
    variant.runs.push_back(measure_run(inputs, run, variant.picture));
  }
  variant.shown = choose_shown(variant.runs);
  // To keep the pictures of all runs would take too much memory.
  if (variant.shown + 1 < recorded.runs.size()) {
    variant.picture = {};
    measure_run(inputs, recorded.runs[variant.shown], variant.picture);
  }
  summarise(variant);
  return variant;
}

}  // namespace

Comparison make_comparison(const RunManifest& manifest,
                           const std::filesystem::path& directory) {
  Comparison comparison;
  comparison.settings = manifest.settings;
  comparison.complaints = manifest.complaints;
  for (const ServedPoem& poem : manifest.poems) {
    comparison.poems.push_back(poem.poem);
  }
  const Inputs inputs = read_servers(manifest, directory, comparison);
  for (const RecordedVariant& variant : manifest.variants) {
    Variant& added =
        comparison.variants.emplace_back(make_variant(inputs, variant));
    added.expected = expected_wall(comparison, added.picture.tasks);
  }
  compare_with_reference(comparison);
  return comparison;
}

}  // namespace poetry_compare
