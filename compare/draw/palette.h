// Colours, hatches, and what they mean. A poem has the same colour and hatch in
// every picture.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// The seventh poem has the colour of the first, and so on.
constexpr std::size_t colours = 6;

// The number in the names of a poem's classes: fN is its fill, sN its stroke,
// hN its hatch.
constexpr std::size_t colour(std::size_t poem) {
  return poem % colours + 1;
}

// The style sheet of all pictures, for light and dark.
std::string picture_style();

// The <defs> with the hatches, to be put into a document once: the style sheet
// refers to them by name.
std::string hatches();

// How large a sample is, in pixels.
constexpr double sample_width = 34, sample_height = 14;

struct LegendItem {
  std::string sample;  // the content of an <svg>
  std::string text;  // not escaped
};

// The poems and their colours.
std::vector<LegendItem> legend_of_poems(const std::vector<Poem>& poems);

// The strips, bars, ticks, wedges and boxes; and the rows of a crowd.
std::vector<LegendItem> legend_of_marks(bool crowded);

}  // namespace poetry_compare
