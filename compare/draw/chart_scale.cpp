#include "compare/draw/chart_scale.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace poetry_compare {
namespace {

constexpr double tolerance = 1e-9;  // of computed powers of ten

bool spans_a_decade(double least, double most) {
  return least > 0 && most > 10 * least;
}

double power_below(double value) {
  return std::pow(10, std::floor(std::log10(value) + tolerance));
}

// 1, 2 or 5 times a power of ten.
double round_down(double value) {
  const double power = power_below(value);
  for (const double factor : {5.0, 2.0}) {
    if (factor * power <= value * (1 + tolerance)) return factor * power;
  }
  return power;
}

double round_up(double value) {
  const double power = power_below(value);
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= value * (1 - tolerance)) return factor * power;
  }
  return 10 * power;
}

// The distance of the ticks on a linear axis.
double step_of(double most) {
  const double power = power_below(most) / 10;
  for (const double factor : {1.0, 2.0, 5.0, 10.0, 20.0}) {
    if (most / (factor * power) <= 6 + tolerance) return factor * power;
  }
  return 50 * power;
}

std::vector<double> logarithmic_ticks(const ChartScale& scale) {
  const bool is_long = scale.most > 200 * scale.least;
  std::vector<double> ticks;
  for (double power = power_below(scale.least);
       power <= scale.most * (1 + tolerance); power *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * power;
      if (is_long && factor > 1) continue;
      if (tick < scale.least * (1 - tolerance)) continue;
      if (tick <= scale.most * (1 + tolerance)) ticks.push_back(tick);
    }
  }
  return ticks;
}

struct Room {
  double gap;
  double least;
  double most;
};

// Labels that touch each other, and are moved together.
struct Cluster {
  // Each label has a best place for the first one; this is the sum of them.
  double sum = 0;
  std::size_t count = 0;

  double first(const Room& room) const {
    const double size = room.gap * static_cast<double>(count - 1);
    const double place = sum / static_cast<double>(count);
    return std::max(room.least, std::min(place, room.most - size));
  }
};

// Whether the last two clusters overlapped, and are one now.
bool merge_last(std::vector<Cluster>& clusters, const Room& room) {
  if (clusters.size() < 2) return false;
  const Cluster last = clusters.back();
  Cluster& before = clusters[clusters.size() - 2];
  const double size = room.gap * static_cast<double>(before.count);
  if (before.first(room) + size <= last.first(room)) return false;
  before.sum += last.sum - size * static_cast<double>(last.count);
  before.count += last.count;
  clusters.pop_back();
  return true;
}

// As indices, the smallest first.
std::vector<std::size_t> order_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](auto one, auto other) {
    return values[one] < values[other];
  });
  return order;
}

}  // namespace

double ChartScale::place(double value) const {
  const double part = logarithmic
                          ? std::log(value / least) / std::log(most / least)
                          : (value - least) / (most - least);
  return from + part * (to - from);
}

ChartScale make_scale(const std::vector<double>& values,
                      double from,
                      double to) {
  if (values.empty()) return {0, 1, false, from, to};
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  if (spans_a_decade(*least, *most)) {
    return {round_down(*least), round_up(*most), true, from, to};
  }
  if (*most <= 0) return {0, 1, false, from, to};
  const double step = step_of(*most);
  return {0, std::ceil(*most / step - tolerance) * step, false, from, to};
}

ChartScale make_tight_scale(const std::vector<double>& values,
                            double from,
                            double to) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return {*least, *most, spans_a_decade(*least, *most), from, to};
}

std::vector<double> ticks_of(const ChartScale& scale) {
  if (scale.logarithmic) return logarithmic_ticks(scale);
  const double step = step_of(scale.most);
  std::vector<double> ticks;
  for (int i = 0; i * step <= scale.most * (1 + tolerance); ++i) {
    ticks.push_back(i * step);
  }
  return ticks;
}

std::vector<double> place_labels(const std::vector<double>& wanted,
                                 double gap,
                                 double least,
                                 double most) {
  const auto gaps = static_cast<double>(wanted.size()) - 1;
  const Room room{gaps > 0 ? std::min(gap, (most - least) / gaps) : gap, least,
                  most};
  const auto order = order_of(wanted);
  std::vector<Cluster> clusters;
  for (const std::size_t i : order) {
    clusters.push_back({wanted[i], 1});
    while (merge_last(clusters, room)) {
    }
  }
  std::vector<double> places(wanted.size());
  std::size_t next = 0;
  for (const Cluster& cluster : clusters) {
    for (std::size_t i = 0; i < cluster.count; ++i) {
      places[order[next++]] =
          cluster.first(room) + room.gap * static_cast<double>(i);
    }
  }
  return places;
}

}  // namespace poetry_compare
