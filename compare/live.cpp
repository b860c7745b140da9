#include "compare/live.h"

#include <algorithm>
#include <vector>

#include "compare/measure/measure.h"
#include "compare/report/timeline.h"

namespace poetry_compare {
namespace {

Comparison compare_so_far(const RunSoFar& run) {
  Comparison comparison;
  comparison.settings = run.manifest.settings;
  std::vector<Source> sources;
  for (const ServedPoem& poem : run.manifest.poems) {
    comparison.poems.push_back(poem.poem);
    sources.push_back({poem.poem.port, poem.poem.bytes, poem.checksum});
  }
  comparison.variants.emplace_back().picture =
      measure(run.client, run.servers, sources, run.span);
  return comparison;
}

// Grows in steps, so that most pictures have the scale of the one before.
double choose_axis(double expected, const Span& span) {
  const double passed = static_cast<double>(span.end - span.begin) / 1e9;
  double axis = std::max(1.0, 1.1 * expected);
  while (axis < passed) axis *= 1.5;
  return axis;
}

std::string first_lines(const std::string& text, std::size_t count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) {
    end = text.find('\n', end) + 1;
  }
  return text.substr(0, end);
}

}  // namespace

std::string draw_run(const RunSoFar& run,
                     double expected,
                     const Terminal& terminal) {
  const auto comparison = compare_so_far(run);
  const double axis = choose_axis(expected, run.span);
  const auto lanes =
      draw_lanes(comparison, comparison.variants.front(), axis, terminal);
  return first_lines(lanes, terminal.height.value_or(24) - 1);
}

}  // namespace poetry_compare
