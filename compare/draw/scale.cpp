#include "compare/draw/scale.h"

#include <algorithm>
#include <cmath>

#include "compare/draw/downsample.h"
#include "compare/draw/xml.h"
#include "compare/report/crowd.h"

namespace poetry_compare {
namespace {

// The largest pile of any variant; at least an eighth of the poem, so that the
// few bytes that every client leaves for a moment stay small.
std::vector<double> full_piles(const Comparison& comparison,
                               const std::vector<Samples>& samples) {
  std::vector<double> piles;
  for (const Poem& poem : comparison.poems) {
    piles.push_back(
        std::max(1.0, static_cast<double>(poem.bytes.value_or(0)) / 8));
  }
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto& tasks = comparison.variants[i].picture.tasks;
    for (std::size_t j = 0; j < tasks.size(); ++j) {
      const auto& pile = samples[i].tasks[j].pile;
      auto& full = piles[tasks[j].poem];
      full = std::max({full, static_cast<double>(tasks[j].bytes) / 8,
                       *std::max_element(pile.begin(), pile.end())});
    }
  }
  return piles;
}

std::size_t most_reads(const Comparison& comparison) {
  std::size_t most = 1;
  for (const Variant& variant : comparison.variants) {
    std::size_t reads = 0;
    for (const Task& task : variant.picture.tasks) reads += task.reads.size();
    most = std::max(most, reads);
  }
  return most;
}

}  // namespace

Axis make_axis(const Comparison& comparison) {
  const double seconds = time_axis(comparison);
  return {seconds > 0 && std::isfinite(seconds) ? seconds : 1};
}

std::vector<AxisMark> axis_marks(const Axis& axis) {
  const double power = std::pow(10, std::floor(std::log10(axis.seconds)) - 1);
  double step = power;
  for (const double factor : {1.0, 2.0, 5.0, 10.0, 20.0}) {
    step = factor * power;
    if (axis.seconds / step <= 7) break;
  }
  std::vector<AxisMark> marks;
  for (int i = 0; i * step <= axis.seconds; ++i) {
    marks.push_back({axis.x(i * step), number(i * step, 6) + " s"});
  }
  return marks;
}

Scale make_scale(const Comparison& comparison,
                 const Axis& axis,
                 const std::vector<Samples>& samples) {
  // Of a crowd, the first reads are shown.
  const double least = is_crowded(comparison) ? 6 : 0;
  const auto reads = static_cast<double>(most_reads(comparison));
  return {axis, full_piles(comparison, samples),
          std::clamp(picture_width / reads, least, 12.0)};
}

}  // namespace poetry_compare
