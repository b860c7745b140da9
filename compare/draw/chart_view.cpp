#include "compare/draw/chart_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "compare/draw/chart_scale.h"
#include "compare/draw/xml.h"
#include "compare/report/format.h"
#include "compare/report/growth_format.h"

namespace poetry_compare {
namespace {

constexpr double label_gap = 12, tick_width = 7;

struct Scales {
  ChartScale x;
  ChartScale y;  // in the unit of the measure
};

bool has_limits(const Growth& growth, Measure measure) {
  return measure == Measure::wall && growth.limits.front().longest > 0;
}

std::vector<double> all_values(const Growth& growth, Measure measure) {
  const double scale = name_of(measure).scale;
  std::vector<double> values;
  for (const GrowthVariant& variant : growth.variants) {
    for (const GrowthPoint& point : variant.points) {
      const auto& spread = point.at(measure);
      if (!spread) continue;
      values.push_back(spread->least * scale);
      values.push_back(spread->most * scale);
    }
  }
  if (!has_limits(growth, measure)) return values;
  for (const Limits& limits : growth.limits) {
    values.insert(values.end(), {limits.longest, limits.sum});
  }
  return values;
}

std::string tick_text(double value) {
  if (value < 1000) return number(value, 6);
  return format_count(static_cast<std::size_t>(value + 0.5));
}

std::vector<ChartTick> y_ticks(const ChartScale& scale) {
  std::vector<ChartTick> ticks;
  for (const double value : ticks_of(scale)) {
    ticks.push_back({scale.place(value), tick_text(value)});
  }
  return ticks;
}

// The values of the sweep, as far as there is room: the last one always.
std::vector<ChartTick> x_ticks(const Growth& growth, const ChartScale& scale) {
  std::vector<ChartTick> ticks;
  for (auto value = growth.values.rbegin(); value != growth.values.rend();
       ++value) {
    const double place = scale.place(*value);
    const auto text = tick_text(*value);
    const double room = tick_width * (static_cast<double>(text.size()) + 1);
    if (!ticks.empty() && place + room > ticks.back().place) continue;
    ticks.push_back({place, text});
  }
  std::reverse(ticks.begin(), ticks.end());
  return ticks;
}

// Adds the point to the last part of the line, or begins another one.
void add_point(ChartLine& line, bool follows, ChartPoint point) {
  if (!follows) line.parts.emplace_back();
  line.parts.back().push_back(std::move(point));
}

ChartLine draw_variant(const Growth& growth,
                       const GrowthVariant& variant,
                       Measure measure,
                       const Scales& scales) {
  const double unit = name_of(measure).scale;
  ChartLine line;
  line.name = variant.name;
  bool follows = false;
  for (std::size_t i = 0; i < variant.points.size(); ++i) {
    const auto& spread = variant.points[i].at(measure);
    if (spread) {
      add_point(line, follows,
                {scales.x.place(growth.values[i]),
                 scales.y.place(spread->median * unit),
                 scales.y.place(spread->least * unit),
                 scales.y.place(spread->most * unit),
                 fmt::format("{}, {}: {}", variant.name,
                             format_setting(growth, growth.values[i]),
                             format_with_unit(measure, spread->median))});
    }
    follows = spread.has_value();
  }
  return line;
}

ChartLine draw_limit(const Growth& growth,
                     const std::string& name,
                     double Limits::*limit,
                     const Scales& scales) {
  ChartLine line;
  line.name = name;
  line.is_limit = true;
  for (std::size_t i = 0; i < growth.values.size(); ++i) {
    const double y = scales.y.place(growth.limits[i].*limit);
    add_point(line, i > 0, {scales.x.place(growth.values[i]), y, y, y, ""});
  }
  return line;
}

void set_labels(std::vector<ChartLine>& lines) {
  std::vector<double> wanted;
  for (const ChartLine& line : lines) wanted.push_back(line.end().y);
  const auto places =
      place_labels(wanted, label_gap, plot_top, plot_bottom + label_gap);
  for (std::size_t i = 0; i < lines.size(); ++i) lines[i].label = places[i];
}

std::string describe(const Growth& growth, Measure measure) {
  std::string text;
  for (const GrowthVariant& variant : growth.variants) {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < variant.points.size(); ++i) {
      const auto& spread = variant.points[i].at(measure);
      if (!spread) continue;
      values.push_back(
          fmt::format("{} with {}", format_with_unit(measure, spread->median),
                      format_setting_briefly(growth, growth.values[i])));
    }
    if (values.empty()) continue;
    text += fmt::format("{}: {}. ", variant.name, fmt::join(values, ", "));
  }
  return text;
}

std::vector<ChartLine> draw_lines(const Growth& growth,
                                  Measure measure,
                                  const Scales& scales) {
  std::vector<ChartLine> lines;
  if (has_limits(growth, measure)) {
    lines.push_back(draw_limit(growth, "sum of poems", &Limits::sum, scales));
    lines.push_back(
        draw_limit(growth, "longest poem", &Limits::longest, scales));
  }
  for (std::size_t i = 0; i < growth.variants.size(); ++i) {
    auto line = draw_variant(growth, growth.variants[i], measure, scales);
    line.style = i;
    if (line.parts.empty() || lines.size() == max_lines) continue;
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

ChartView view_chart(const Growth& growth, Measure measure) {
  const Scales scales{
      make_tight_scale(growth.values, plot_left + 12, plot_right - 8),
      make_scale(all_values(growth, measure), plot_bottom, plot_top)};
  ChartView view;
  view.title = title_of(measure);
  view.meaning = name_of(measure).meaning;
  view.description = describe(growth, measure);
  view.x_title = growth.parameter == "delay" ? "delay, s" : growth.parameter;
  view.x_ticks = x_ticks(growth, scales.x);
  view.y_ticks = y_ticks(scales.y);
  view.lines = draw_lines(growth, measure, scales);
  set_labels(view.lines);
  return view;
}

}  // namespace poetry_compare
