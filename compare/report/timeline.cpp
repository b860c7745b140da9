#include "compare/report/timeline.h"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <fmt/core.h>

#include "compare/report/table.h"

namespace poetry_compare {
namespace {

constexpr std::size_t most_columns = 200;

// What a bin looks like: more and more bytes read, and none.
struct Glyphs {
  std::array<std::string_view, 9> levels;  // 1 to 8
  std::string_view unread;
  std::string_view silent;
};

constexpr Glyphs utf8_glyphs = {
    {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, "▒", "·"};
constexpr Glyphs ascii_glyphs = {
    {" ", "_", "_", "-", "-", "=", "=", "=", "#"}, "%", "."};

// Blue, green, red, magenta, yellow, cyan: what a terminal has of the page's.
constexpr std::array<std::string_view, 6> colours = {
    "\x1b[34m", "\x1b[32m", "\x1b[31m", "\x1b[35m", "\x1b[33m", "\x1b[36m"};
constexpr auto plain = "\x1b[0m";

struct Scale {
  double bin = 0;
  double usual = 0;  // the bytes that the fastest server sends in a bin
};

// From half a regular bin on there is a bar of a fair height; what is more than
// regular is a pile that was cleared away.
std::size_t level(double bytes, double usual) {
  if (bytes > 1.5 * usual) return 8;
  const double height = std::ceil(6 * std::sqrt(bytes / usual) - 0.5);
  return static_cast<std::size_t>(std::clamp(height, 1.0, 7.0));
}

// The bytes read in each bin, and those that lay unread at the end of it.
struct Bins {
  std::vector<double> read;
  std::vector<double> unread;
};

Bins fill_bins(const Task& task, double bin, std::size_t count) {
  Bins bins{std::vector<double>(count), std::vector<double>(count)};
  const auto index = [&](double time) {
    const double at = std::max(0.0, time) / bin;
    return std::min(static_cast<std::size_t>(at), count - 1);
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
  const auto bin_of = [&](double time) {
    return static_cast<std::size_t>(std::max(0.0, time) / scale.bin);
  };
  const std::size_t begin = bin_of(task.connected);
  const std::size_t end = std::max(begin, bin_of(task.end));
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

// What is regular is what most bins of the fastest task have; where the servers
// are ours we know.
double usual_bytes(const Comparison& comparison, double bin) {
  double usual = 0;
  const double delay = comparison.settings.delay;
  for (const Poem& poem : comparison.poems) {
    if (delay <= 0) break;
    usual = std::max(usual, static_cast<double>(poem.num_bytes) * bin / delay);
  }
  if (usual > 0) return usual;
  for (const Variant& variant : comparison.variants) {
    for (const Task& task : variant.tasks) {
      const double time = std::max(bin, task.end - task.connected);
      usual = std::max(usual, static_cast<double>(task.bytes) * bin / time);
    }
  }
  return std::max(usual, 1.0);
}

std::string legend(const Scale& scale, const Glyphs& glyphs) {
  return fmt::format(
      "   a column is {:.4g} s; {}{}{} bytes read; {} arrived but unread; {} "
      "connected and silent\n",
      scale.bin, glyphs.levels[3], glyphs.levels[6], glyphs.levels[8],
      glyphs.unread, glyphs.silent);
}

std::string heading(const Variant& variant, std::size_t width) {
  std::string line = fmt::format("{:<{}}  {:>7}", variant.name, width,
                                 format_seconds(variant.wall));
  if (variant.vs_blocking) {
    line += fmt::format("  {:>6.2f}x", *variant.vs_blocking);
  }
  if (!variant.seen) line += "  (no picture)";
  return line + '\n';
}

}  // namespace

Canvas find_canvas(bool colour) {
  Canvas canvas;
  canvas.colour = colour;
  canvas.utf8 = std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    canvas.columns = std::clamp<std::size_t>(size.ws_col, 40, most_columns);
  }
  return canvas;
}

double bin_width(double axis, double delay, std::size_t columns) {
  const double least = axis / static_cast<double>(columns);
  if (delay <= 0) return std::max(least, 1e-6);
  // A column less wide than the other by nothing but rounding is fine.
  return delay * std::max(2.0, std::ceil(least / delay - 1e-9));
}

std::string draw_timeline(const Comparison& comparison, const Canvas& canvas) {
  const Glyphs& glyphs = canvas.utf8 ? utf8_glyphs : ascii_glyphs;
  constexpr std::size_t margin = 8;  // "   T1 ", and the last bin
  Scale scale;
  scale.bin = bin_width(time_axis(comparison), comparison.settings.delay,
                        canvas.columns - margin);
  scale.usual = usual_bytes(comparison, scale.bin);

  std::size_t width = 10;
  bool seen = false;
  for (const Variant& variant : comparison.variants) {
    width = std::max(width, variant.name.size());
    seen = seen || variant.seen;
  }
  if (!seen) return {};

  std::string text;
  for (const Variant& variant : comparison.variants) {
    text += heading(variant, width);
    for (const Task& task : variant.tasks) {
      const auto lane = draw_lane(task, scale, glyphs);
      const auto colour = colours[task.poem % colours.size()];
      text += fmt::format("   T{:<2}{}{}{}\n", task.poem + 1,
                          canvas.colour ? colour : "", lane,
                          canvas.colour ? plain : "");
    }
  }
  return text + legend(scale, glyphs);
}

}  // namespace poetry_compare
