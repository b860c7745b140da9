#include "compare/draw/palette.h"

#include <fmt/format.h>

#include "compare/draw/assets.h"
#include "compare/report/format.h"

namespace poetry_compare {
namespace {

struct Hue {
  const char* light;
  const char* dark;
  const char* hatch;  // lines in a tile of 8 by 8, for those who see no colours
  double weight = 1.7;  // how thick the lines are
};

// The colours of Okabe and Ito, which nearly everybody can tell apart. Those
// that are too dark for a dark ground have a lighter shade there.
constexpr Hue hues[colours] = {
    {"#0072B2", "#3A9BDC", "M-2 2l4-4M0 8l8-8M6 10l4-4"},
    {"#009E73", "#1DB68A", "M-2 6l4 4M0 0l8 8M6-2l4 4"},
    {"#D55E00", "#F0772B", "M0 4l4-4l4 4l-4 4z"},
    {"#CC79A7", "#D98FB8", "M0 2h8M0 6h8"},
    {"#E69F00", "#E69F00", "M2 0v8M6 0v8"},
    {"#56B4E9", "#7CC7F2", "M0 4h8M4 0v8"},
};

std::string rules(const char* Hue::*shade) {
  std::string text;
  for (std::size_t i = 0; i < colours; ++i) {
    text += fmt::format(".f{0}{{fill:{1}}}.s{0}{{stroke:{1}}}\n", i + 1,
                        hues[i].*shade);
  }
  return text;
}

std::string block(const std::string& classes) {
  return fmt::format("<rect width=\"{}\" height=\"{}\" class=\"{}\"/>",
                     sample_width, sample_height, classes);
}

}  // namespace

std::string picture_style() {
  std::string text = picture_css + rules(&Hue::light);
  for (std::size_t i = 0; i <= colours; ++i) {
    text += fmt::format(".h{0}{{fill:url(#hatch{0})}}\n", i);
  }
  return text + "@media (prefers-color-scheme:dark){\n" + rules(&Hue::dark) +
         "}\n";
}

std::string hatches() {
  std::string text = "<defs>";
  for (std::size_t i = 0; i <= colours; ++i) {
    const Hue& hue = i == 0 ? hues[0] : hues[i - 1];
    text += fmt::format(
        "<pattern id=\"hatch{0}\" width=\"8\" height=\"8\" "
        "patternUnits=\"userSpaceOnUse\">"
        "<rect width=\"8\" height=\"8\" class=\"f{0} pale\"/>"
        "<path d=\"{1}\" class=\"s{0} hatch\" stroke-width=\"{2}\"/></pattern>",
        i, hue.hatch, hue.weight);
  }
  // The thread asks without waiting; it does nothing.
  return text +
         "<pattern id=\"polls\" width=\"6\" height=\"6\" "
         "patternUnits=\"userSpaceOnUse\">"
         "<rect width=\"6\" height=\"6\" class=\"bright\"/>"
         "<path d=\"M0 0h3v6h3V3H0z\" class=\"dark\"/></pattern>"
         "<pattern id=\"sleeps\" width=\"6\" height=\"6\" "
         "patternUnits=\"userSpaceOnUse\">"
         "<path d=\"M1 1h2v2h-2zM4 4h2v2h-2z\" class=\"dot\"/></pattern>"
         "</defs>";
}

std::vector<LegendItem> legend_of_poems(const std::vector<Poem>& poems) {
  std::vector<LegendItem> items;
  for (const Poem& poem : poems) {
    const std::size_t index = items.size();
    std::string text = fmt::format("task {}: {}", index + 1, poem.name);
    if (poem.bytes) text += fmt::format(", {} B", format_count(*poem.bytes));
    if (poem.num_bytes > 0) {
      text += fmt::format(", {} at a time", poem.num_bytes);
    }
    // The fill and the hatch side by side.
    const auto swatch = fmt::format(
        "<rect width=\"17\" height=\"14\" class=\"f{0}\"/>"
        "<rect x=\"17\" width=\"17\" height=\"14\" class=\"h{0}\"/>",
        colour(index));
    items.push_back({swatch, text});
  }
  return items;
}

std::vector<LegendItem> legend_of_marks(bool crowded) {
  std::vector<LegendItem> items = {
      {block("h1"), "thread: stuck in a read of this task alone"},
      {block("any"), "thread: waits for any of its tasks"},
      {block("asleep"), "thread: sleeps, or waits for other things"},
      {block("polling"), "thread: asks again and again, never waits"},
      {block("work"), "thread: computes, or has no processor"},
      {block("f1 pale") +
           "<path class=\"reads s1\" d=\"M5 14v-9m6 9v-9m6 9v-9m6 "
           "9v-9m6 9v-9\"/>",
       "task: connected, with a tick for each read"},
      {block("f2 pale") +
           "<path class=\"wedge f2\" d=\"M0 14V12H8V9H16V6H24V3H34V14z\"/>",
       "wedge: bytes sent and not yet read"},
      {"<path class=\"box s1\" stroke-width=\"4\" d=\"M0 2H6M14 2H20\"/>"
       "<path class=\"box s2\" stroke-width=\"4\" d=\"M7 7H13M21 7H27\"/>"
       "<path class=\"box s3\" stroke-width=\"4\" d=\"M28 12H34\"/>",
       "order: a box for each read (no time axis)"},
  };
  if (!crowded) return items;
  items.push_back(
      {block("f0 open"), "1-10: how many of these tasks are connected"});
  items.push_back({block("h0"), "threads: how many are stuck in a read"});
  return items;
}

}  // namespace poetry_compare
