#include "support/growth.h"

namespace sample {

using poetry_compare::Growth;
using poetry_compare::Measure;
using poetry_compare::Spread;

namespace {

constexpr double poem = .21, mebibyte = 1 << 20;

}  // namespace

Growth growth(const std::vector<double>& servers) {
  Growth growth;
  growth.parameter = "servers";
  growth.values = servers;
  growth.settings.delay = .005;
  growth.poems = {{"geduld.txt", 0, 413, 10}};
  for (const double n : servers) growth.limits.push_back({poem, n * poem});
  return growth;
}

void set(Growth& growth, Measure measure, const std::vector<double>& values) {
  auto& points = growth.variants.back().points;
  points.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    points[i].counted = 1;
    points[i].spreads[static_cast<std::size_t>(measure)] =
        Spread{values[i], values[i], values[i]};
  }
}

void add(Growth& growth,
         const std::string& name,
         Measure measure,
         const std::vector<double>& values) {
  growth.variants.push_back({name, name + "-client/get-poetry", {}});
  set(growth, measure, values);
}

Growth growth() {
  Growth all = growth({1, 8, 64});
  add(all, "blocking", Measure::wall, {.22, 1.7, 14});
  set(all, Measure::threads, {1, 1, 1});
  for (std::size_t i = 0; i < 3; ++i) {
    all.variants[0].points[i].expected = all.limits[i].sum;
  }
  add(all, "threaded", Measure::wall, {.22, .22, .23});
  set(all, Measure::threads, {1, 8, 64});
  set(all, Measure::memory, {4 * mebibyte, 7.5 * mebibyte, 35.5 * mebibyte});
  add(all, "async", Measure::wall, {.22, .22, .23});
  set(all, Measure::threads, {1, 1, 1});
  set(all, Measure::unread, {.001, .3, .4});
  all.variants[2].points[1].unread_is_long = true;
  all.variants[2].points[2].unread_is_long = true;
  return all;
}

}  // namespace sample
