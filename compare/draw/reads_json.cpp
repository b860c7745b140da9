#include "compare/draw/reads_json.h"

#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "compare/draw/downsample.h"

namespace poetry_compare {
namespace {

std::string task_json(const Task& task, const Axis& axis) {
  std::vector<long long> numbers;
  long long last = 0;
  for (const Tick& tick : make_ticks(task, axis)) {
    const long long time = std::llround(tick.time * 1e5);
    numbers.insert(numbers.end(),
                   {time - last, static_cast<long long>(tick.bytes),
                    static_cast<long long>(tick.reads)});
    last = time;
  }
  return fmt::format("[{}]", fmt::join(numbers, ","));
}

std::string variant_json(const Variant& variant, const Axis& axis) {
  std::vector<std::string> tasks;
  for (const Task& task : variant.picture.tasks) {
    tasks.push_back(task_json(task, axis));
  }
  return fmt::format("[{}]", fmt::join(tasks, ","));
}

}  // namespace

std::string reads_json(const Comparison& comparison) {
  const Axis axis = make_axis(comparison);
  std::vector<std::string> variants;
  for (const Variant& variant : comparison.variants) {
    variants.push_back(variant_json(variant, axis));
  }
  return fmt::format("{{\"seconds\":{:.6f},\"variants\":[{}]}}\n", axis.seconds,
                     fmt::join(variants, ",\n"));
}

}  // namespace poetry_compare
