#include "compare/measure/reference.h"

#include <algorithm>
#include <cmath>

namespace poetry_compare {
namespace {

double ratio_of(double reference, double wall) {
  return wall > 0 ? reference / wall : 0;
}

bool has_time(const Variant& variant) {
  return variant.counted > 0 && variant.overall.wall > 0;
}

}  // namespace

const Variant* find_reference(const Comparison& comparison) {
  const auto& variants = comparison.variants;
  const auto found = std::find_if(
      variants.begin(), variants.end(), [&](const Variant& variant) {
        return variant.name == comparison.settings.reference;
      });
  return found == variants.end() ? nullptr : &*found;
}

void compare_with_reference(Comparison& comparison) {
  const Variant* reference = find_reference(comparison);
  if (!reference || !has_time(*reference)) return;
  for (Variant& variant : comparison.variants) {
    if (!has_time(variant)) continue;
    if (&variant == reference) {
      variant.vs_reference = {1, {1, 1}};
      continue;
    }
    const Range& theirs = reference->typical_wall;
    const Range& its = variant.typical_wall;
    variant.vs_reference = {
        ratio_of(reference->overall.wall, variant.overall.wall),
        {ratio_of(theirs.least, its.most), ratio_of(theirs.most, its.least)}};
  }
}

bool is_noise(const Variant& one, const Variant& other) {
  const double wall = one.overall.wall;
  const double difference = std::abs(wall - other.overall.wall);
  if (difference < 0.05) return true;
  if (one.counted < 2 || other.counted < 2) {
    return difference <= 0.05 * std::max(wall, other.overall.wall);
  }
  return one.typical_wall.least <= other.typical_wall.most &&
         other.typical_wall.least <= one.typical_wall.most;
}

}  // namespace poetry_compare
