#include <fmt/format.h>

#include "compare/draw/figures.h"

#include <algorithm>
#include <cmath>

#include "compare/draw/captions.h"
#include "compare/draw/downsample.h"
#include "compare/draw/lanes.h"
#include "compare/draw/palette.h"
#include "compare/draw/xml.h"

namespace poetry_compare {
namespace {

constexpr double top = 24, tall = 460, left = 26, thick = 5;

// A read and whose it is.
struct Slice {
  double time;
  std::size_t task;
  int thread;
};

std::vector<Slice> slices(const Variant& variant) {
  std::vector<Slice> slices;
  for (std::size_t i = 0; i < variant.picture.tasks.size(); ++i) {
    for (const Read& read : variant.picture.tasks[i].reads) {
      slices.push_back({read.time, i, read.thread});
    }
  }
  std::stable_sort(slices.begin(), slices.end(),
                   [](auto& a, auto& b) { return a.time < b.time; });
  return slices;
}

const Variant* find(const Comparison& comparison, Kind kind) {
  for (const Variant& variant : comparison.variants) {
    if (variant.picture.seen && !variant.failed() &&
        kind_of(comparison, variant) == kind) {
      return &variant;
    }
  }
  return nullptr;
}

std::string time_arrow() {
  return fmt::format(
      "<path class=\"arrow\" d=\"M12 {0}V{1}m-4-7l4 7l4-7\"/>"
      "<text transform=\"translate(8 {2}) rotate(-90)\" "
      "class=\"label\">time</text>",
      number(top), number(top + tall), number(top + 10));
}

std::string rectangle(double x,
                      double y,
                      double width,
                      double height,
                      const std::string& classes) {
  return fmt::format(
      "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"{}\"/>",
      number(x), number(y, 2), number(width), number(height, 2), classes);
}

std::string heading(double x, const std::string& text) {
  return fmt::format("<text class=\"tick\" x=\"{}\" y=\"{}\">{}</text>",
                     number(x), number(top - 8), escape(text));
}

std::string frame(double width,
                  const std::string& content,
                  const std::string& caption) {
  const double height = top + tall + 20;
  return fmt::format(
      "<figure style=\"width:{0}px\"><svg class=\"picture\" viewBox=\"0 0 "
      "{0} {1}\" role=\"img\" aria-label=\"{4}\">{2}</svg>"
      "<figcaption>{3}</figcaption></figure>\n",
      number(width), number(height), content, caption,
      caption.substr(3, caption.find("</b>") - 3));
}

struct Column {
  double x;
  double width;
  double slice;  // how high one is
  double shift =
      0;  // of each task to the right of the one before: a second cue
};

// One below the other, without what lay between them.
std::string draw(const Variant& variant,
                 const std::vector<Slice>& slices,
                 const Column& column) {
  const double inner =
      column.width -
      column.shift * static_cast<double>(variant.picture.tasks.size() - 1);
  std::string svg;
  const std::size_t shown =
      std::min(slices.size(),
               static_cast<std::size_t>(std::lround(tall / column.slice)));
  for (std::size_t i = 0; i < shown;) {
    const std::size_t first = i;
    const std::size_t task = slices[i].task;
    while (i < shown && slices[i].task == task) ++i;
    const double x = column.x + column.shift * static_cast<double>(task);
    const double height = column.slice * static_cast<double>(i - first);
    const double y = top + column.slice * static_cast<double>(first);
    const auto poem = variant.picture.tasks[task].poem;
    svg += rectangle(x, y, inner, height, fmt::format("f{}", colour(poem)));
    if (height < 16) continue;
    svg += fmt::format(
        "<text class=\"within\" x=\"{}\" y=\"{}\">task {}</text>",
        number(x + inner / 2), number(y + height / 2 + 4), poem + 1);
  }
  if (shown < slices.size()) {
    svg +=
        fmt::format("<text class=\"tick\" x=\"{}\" y=\"{}\">and {} more</text>",
                    number(column.x + column.width / 2),
                    number(top + tall + 14), slices.size() - shown);
  }
  return svg;
}

std::string missing(int figure, const std::string& who) {
  return fmt::format(
      "<figure class=\"missing\"><figcaption><b>Figure {}</b> is missing: {} "
      "was not among the variants.</figcaption></figure>\n",
      figure, who);
}

std::string in_one_column(const Variant& variant,
                          const Column& column,
                          const std::string& caption) {
  return frame(190,
               time_arrow() +
                   heading(column.x + column.width / 2, variant.name) +
                   draw(variant, slices(variant), column),
               caption);
}

std::string in_columns(const Variant& variant,
                       double slice,
                       const std::string& caption) {
  std::string svg = time_arrow();
  double x = left;
  int count = 0;
  const auto all = slices(variant);
  for (const std::size_t thread : threads_by_poem(variant)) {
    std::vector<Slice> own;
    std::copy_if(all.begin(), all.end(), std::back_inserter(own),
                 [&](auto& s) { return s.thread == static_cast<int>(thread); });
    if (own.empty()) continue;
    svg += draw(variant, own, {x, 62, slice});
    svg += heading(x + 31, fmt::format("thread {}", ++count));
    x += 68;
  }
  return frame(std::max(190.0, x + 8), svg, caption);
}

// A thread as it was, from top to bottom: what it waited for, and its reads.
// They are drawn thicker than they are, and so may be moved down a little.
std::string lens_column(const Variant& variant,
                        std::size_t thread,
                        const Axis& lens,
                        double x,
                        double width) {
  std::string svg;
  const double scale = tall / picture_width;
  for (const Stretch& s : make_strip(variant, thread, lens)) {
    svg += rectangle(x, top + s.begin * scale, width, (s.end - s.begin) * scale,
                     look(variant, s));
  }
  double free = top;
  for (const Slice& slice : slices(variant)) {
    const double y = std::max(free, top + lens.x(slice.time) * scale);
    if (slice.thread != static_cast<int>(thread)) continue;
    if (slice.time > lens.seconds || y + thick > top + tall) break;
    svg += rectangle(
        x - 3, y, width + 6, thick - 0.7,
        fmt::format("f{}", colour(variant.picture.tasks[slice.task].poem)));
    free = y + thick;
  }
  return svg;
}

// How much of the run is shown with its waiting: a few pauses of the servers.
Axis lens_of(const Comparison& comparison) {
  const Axis whole = make_axis(comparison);
  const double pause = comparison.settings.delay;
  return {
      std::min(whole.seconds, pause > 0 ? 8.5 * pause : whole.seconds / 20)};
}

std::string with_waiting(const Comparison& comparison) {
  const Axis lens = lens_of(comparison);
  std::string svg = time_arrow();
  double x = left + 34;
  for (const double time : marks(lens)) {
    const double y = top + lens.x(time) * tall / picture_width;
    svg += fmt::format("<text class=\"label\" x=\"{}\" y=\"{}\">{} s</text>",
                       number(x - 10), number(y + 4), number(time, 6));
  }
  for (const Kind kind : {Kind::one_by_one, Kind::threads, Kind::several,
                          Kind::anybody, Kind::unread}) {
    const Variant* variant = find(comparison, kind);
    if (!variant) continue;
    const double begin = x;
    const double width = variant->picture.threads.size() > 1 ? 26 : 48;
    for (const std::size_t thread : threads_by_poem(*variant)) {
      svg += lens_column(*variant, thread, lens, x, width);
      x += width + 9;
    }
    svg += heading((begin + x - 9) / 2, variant->name);
    x += 12;
  }
  return frame(
      x, svg,
      fmt::format(
          "<b>Figure 4: the waiting put back.</b> The first {} s, as long as "
          "they were. Hatched: stuck in a read of one task. Grey: waiting for "
          "anybody. The reads are drawn much thicker than they are; nearly all "
          "of the time is waiting, and all that differs is for whom.",
          number(lens.seconds, 3)));
}

}  // namespace

std::string make_figures(const Comparison& comparison) {
  const Variant* blocking = find(comparison, Kind::one_by_one);
  const Variant* threaded = find(comparison, Kind::threads);
  if (!threaded) threaded = find(comparison, Kind::several);
  const Variant* async = find(comparison, Kind::anybody);
  std::size_t most = 1;
  for (const Variant* variant : {blocking, threaded, async}) {
    if (variant) most = std::max(most, slices(*variant).size());
  }
  // Two pixels can be told apart; of more reads than that, the first are shown.
  const double slice = std::clamp(tall / static_cast<double>(most), 2.0, 16.0);
  std::string html;
  html += blocking
              ? in_one_column(*blocking, {left, 150, slice},
                              "<b>Figure 1: one after the other.</b> A slice "
                              "for each read, without the waiting. A task "
                              "begins when the one before it is over.")
              : missing(1, "a client that takes one poem after the other");
  html += threaded ? in_columns(*threaded, slice,
                                "<b>Figure 2: a thread for each.</b> Every "
                                "task has a column to itself; who runs when is "
                                "for the system to say.")
                   : missing(2, "a client with threads");
  html += async
              ? in_one_column(*async, {left, 150, std::max(slice, 6.0), 9},
                              "<b>Figure 3: taking turns.</b> One thread, and "
                              "whoever has something gets the next slice. "
                              "Seen from near: the slices are those of "
                              "Figure 1, only higher.")
              : missing(3, "a client that waits for anybody");
  return html + with_waiting(comparison);
}

}  // namespace poetry_compare
