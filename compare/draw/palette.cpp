#include "compare/draw/palette.h"

#include <fmt/format.h>

#include "compare/draw/assets.h"

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

}  // namespace

std::string picture_style() {
  std::string text = picture_css + rules(&Hue::light);
  for (std::size_t i = 1; i <= colours; ++i) {
    text += fmt::format(".h{0}{{fill:url(#hatch{0})}}\n", i);
  }
  return text + "@media (prefers-color-scheme:dark){\n" + rules(&Hue::dark) +
         "}\n";
}

std::string hatches() {
  std::string text = "<defs>";
  for (std::size_t i = 1; i <= colours; ++i) {
    text += fmt::format(
        "<pattern id=\"hatch{0}\" width=\"8\" height=\"8\" "
        "patternUnits=\"userSpaceOnUse\">"
        "<rect width=\"8\" height=\"8\" class=\"f{0} pale\"/>"
        "<path d=\"{1}\" class=\"s{0} hatch\" stroke-width=\"{2}\"/></pattern>",
        i, hues[i - 1].hatch, hues[i - 1].weight);
  }
  return text + "</defs>";
}

}  // namespace poetry_compare
