#include "compare/draw/reads_json.h"

#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace poetry_compare {
namespace {

std::string task_json(const std::vector<Tick>& ticks) {
  std::vector<long long> numbers;
  long long last = 0;
  for (const Tick& tick : ticks) {
    const long long time = std::llround(tick.time * 1e5);
    numbers.insert(numbers.end(),
                   {time - last, static_cast<long long>(tick.bytes),
                    static_cast<long long>(tick.reads)});
    last = time;
  }
  return fmt::format("[{}]", fmt::join(numbers, ","));
}

std::string variant_json(const std::vector<std::vector<Tick>>& tasks) {
  std::vector<std::string> lists;
  for (const auto& ticks : tasks) lists.push_back(task_json(ticks));
  return fmt::format("[{}]", fmt::join(lists, ","));
}

}  // namespace

std::string reads_json(const PictureView& view) {
  std::vector<std::string> variants;
  for (const auto& tasks : view.ticks) variants.push_back(variant_json(tasks));
  return fmt::format("{{\"seconds\":{:.6f},\"variants\":[{}]}}\n", view.seconds,
                     fmt::join(variants, ",\n"));
}

}  // namespace poetry_compare
