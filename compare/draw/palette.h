// Colours and hatches. A poem has the same colour and hatch in every picture.
#pragma once

#include <cstddef>
#include <string>

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

}  // namespace poetry_compare
