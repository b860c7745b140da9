#include "compare/report/timeline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/core.h>

#include "compare/report/crowd.h"
#include "compare/report/format.h"

namespace poetry_compare {
namespace {

constexpr std::size_t min_columns = 20, max_columns = 200;

// The characters for a bin.
struct Glyphs {
  std::array<std::string_view, 9> levels;  // [1] to [8]: bytes were read
  std::string_view unread;
  std::string_view silent;
};

constexpr Glyphs utf8_glyphs = {
    {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, "▒", "·"};
constexpr Glyphs ascii_glyphs = {
    {" ", "_", "_", "-", "-", "=", "=", "=", "#"}, "%", "."};

// Blue, green, red, magenta, yellow, cyan: a terminal's colours that are
// closest to those of the page.
constexpr std::array<std::string_view, 6> colours = {
    "\x1b[34m", "\x1b[32m", "\x1b[31m", "\x1b[35m", "\x1b[33m", "\x1b[36m"};
constexpr auto plain = "\x1b[0m";

struct Scale {
  double bin = 0;  // in seconds
  double usual = 0;  // the bytes that the fastest server sends in a bin
};

// Half of the usual bytes already give a bar of a fair height. A full bar means
// more than usual: bytes that had piled up were read.
std::size_t level(double bytes, double usual) {
  if (bytes > 1.5 * usual) return 8;
  const double height = std::ceil(6 * std::sqrt(bytes / usual) - 0.5);
  return static_cast<std::size_t>(std::clamp(height, 1.0, 7.0));
}

std::size_t bin_of(double time, double bin) {
  return static_cast<std::size_t>(std::max(0.0, time) / bin);
}

// The bytes read in each bin, and those that lay unread at its end.
struct Bins {
  std::vector<double> read;
  std::vector<double> unread;
};

Bins fill_bins(const Task& task, double bin, std::size_t count) {
  Bins bins{std::vector<double>(count), std::vector<double>(count)};
  const auto index = [&](double time) {
    return std::min(bin_of(time, bin), count - 1);
  };
  for (const Send& send : task.sends) {
    bins.unread[index(send.time)] += static_cast<double>(send.bytes);
  }
  for (const Read& read : task.reads) {
    bins.read[index(read.time)] += static_cast<double>(read.bytes);
    bins.unread[index(read.time)] -= static_cast<double>(read.bytes);
  }
  for (std::size_t i = 1; i < count; ++i) bins.unread[i] += bins.unread[i - 1];
  return bins;
}

std::string draw_lane(const Task& task,
                      const Scale& scale,
                      const Glyphs& glyphs) {
  const std::size_t begin = bin_of(task.connected, scale.bin);
  const std::size_t end = std::max(begin, bin_of(task.end, scale.bin));
  const Bins bins = fill_bins(task, scale.bin, end + 1);

  std::string lane(begin, ' ');
  for (std::size_t i = begin; i <= end; ++i) {
    if (bins.read[i] > 0) {
      lane += glyphs.levels[level(bins.read[i], scale.usual)];
    } else {
      lane += bins.unread[i] > 0 ? glyphs.unread : glyphs.silent;
    }
  }
  return lane;
}

// In a bin, from the settings of our own servers; 0 if they are not known.
double configured_bytes(const Comparison& comparison, double bin) {
  const double delay = comparison.settings.delay;
  if (delay <= 0) return 0;
  double most = 0;
  for (const Poem& poem : comparison.poems) {
    most = std::max(most, static_cast<double>(poem.num_bytes) * bin / delay);
  }
  return most;
}

// In a bin, of the fastest task on average.
double measured_bytes(const Comparison& comparison, double bin) {
  double most = 0;
  for (const Variant& variant : comparison.variants) {
    for (const Task& task : variant.picture.tasks) {
      const double time = std::max(bin, task.end - task.connected);
      most = std::max(most, static_cast<double>(task.bytes) * bin / time);
    }
  }
  return most;
}

// Of a number in decimal.
std::size_t digits_of(std::size_t number) {
  return std::to_string(number).size();
}

Scale make_scale(const Comparison& comparison,
                 double axis,
                 const Terminal& terminal) {
  const std::size_t columns =
      std::clamp(terminal.width.value_or(80), min_columns, max_columns);
  // "   T1 ", and the last bin.
  const std::size_t margin = 7 + digits_of(comparison.poems.size());
  Scale scale;
  scale.bin = bin_width(axis, comparison.settings.delay, columns - margin);
  scale.usual = configured_bytes(comparison, scale.bin);
  if (scale.usual <= 0) scale.usual = measured_bytes(comparison, scale.bin);
  scale.usual = std::max(scale.usual, 1.0);
  return scale;
}

std::string legend(const Scale& scale, const Glyphs& glyphs) {
  return fmt::format(
      "   a column is {:.4g} s; {}{}{} bytes read; {} arrived but unread; {} "
      "connected and silent",
      scale.bin, glyphs.levels[3], glyphs.levels[6], glyphs.levels[8],
      glyphs.unread, glyphs.silent);
}

std::size_t name_width(const Comparison& comparison) {
  std::size_t width = 10;
  for (const Variant& variant : comparison.variants) {
    width = std::max(width, width_of(variant.name));
  }
  return width;
}

std::string heading(const Variant& variant, std::size_t width) {
  std::string line = fmt::format(
      "{:<{}}  {:>7}", variant.name, width,
      variant.overall.stopped ? "-" : format_seconds(variant.overall.wall));
  if (variant.vs_reference) {
    line += fmt::format("  {:>6.2f}x", variant.vs_reference->value);
  }
  if (!variant.picture.seen) line += "  (no picture)";
  return line + '\n';
}

const Glyphs& glyphs_of(const Terminal& terminal) {
  return terminal.utf8 ? utf8_glyphs : ascii_glyphs;
}

}  // namespace

double bin_width(double axis, double delay, std::size_t columns) {
  const double least = axis / static_cast<double>(columns);
  if (delay <= 0) return std::max(least, 1e-6);
  // A column less wide than the other by nothing but rounding is fine.
  return delay * std::max(2.0, std::ceil(least / delay - 1e-9));
}

std::string draw_lanes(const Comparison& comparison,
                       const Variant& variant,
                       double axis,
                       const Terminal& terminal) {
  const Scale scale = make_scale(comparison, axis, terminal);
  std::string lanes;
  const std::size_t digits = digits_of(comparison.poems.size());
  const auto& tasks = variant.picture.tasks;
  const auto shown = shown_tasks(variant.picture);
  for (const std::size_t index : shown) {
    const Task& task = tasks[index];
    lanes +=
        fmt::format("   T{:<{}} {}{}{}\n", task.poem + 1, digits,
                    terminal.colour ? colours[task.poem % colours.size()] : "",
                    draw_lane(task, scale, glyphs_of(terminal)),
                    terminal.colour ? plain : "");
  }
  if (shown.size() == tasks.size()) return lanes;
  return lanes + fmt::format("   {} more\n", tasks.size() - shown.size());
}

std::string draw_timeline(const Comparison& comparison,
                          const Terminal& terminal) {
  const auto& variants = comparison.variants;
  if (std::none_of(variants.begin(), variants.end(),
                   [](auto& variant) { return variant.picture.seen; })) {
    return {};
  }
  const double axis = time_axis(comparison);
  const Scale scale = make_scale(comparison, axis, terminal);
  const std::size_t width = name_width(comparison);
  std::string text;
  for (const Variant& variant : variants) {
    text += heading(variant, width);
    text += draw_lanes(comparison, variant, axis, terminal);
  }
  const auto key = legend(scale, glyphs_of(terminal));
  return text + (terminal.width ? wrap(key, *terminal.width) : key) + '\n';
}

}  // namespace poetry_compare
