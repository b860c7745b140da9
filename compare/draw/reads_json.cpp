#include "compare/draw/reads_json.h"

#include <cmath>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace poetry_compare {
namespace {

using Json = nlohmann::json;

Json to_json(const std::vector<Tick>& ticks) {
  Json numbers = Json::array();
  long long last = 0;
  for (const Tick& tick : ticks) {
    const long long time = std::llround(tick.time * 1e5);
    numbers.insert(numbers.end(), {time - last, tick.bytes, tick.reads});
    last = time;
  }
  return numbers;
}

Json to_json(const std::vector<std::vector<Tick>>& tasks) {
  Json lists = Json::array();
  for (const auto& ticks : tasks) lists.push_back(to_json(ticks));
  return lists;
}

}  // namespace

std::string reads_json(const PictureView& view) {
  // A line for each variant: the page has no line of a hundred kilobytes then.
  std::string variants;
  for (const auto& tasks : view.ticks) {
    if (!variants.empty()) variants += ",\n";
    variants += to_json(tasks).dump();
  }
  return fmt::format("{{\"seconds\":{:.6f},\"variants\":[{}]}}\n", view.seconds,
                     variants);
}

}  // namespace poetry_compare
