// Colours and hatches: each poem has one of either, in every picture.
#pragma once

#include <cstddef>
#include <string>

namespace poetry_compare {

// Poems beyond the sixth begin again with the first's.
constexpr std::size_t colours = 6;

// The number in the names of a poem's classes: fN is its fill, sN its stroke,
// hN its hatch.
constexpr std::size_t colour(std::size_t poem) {
  return poem % colours + 1;
}

// The style sheet of all pictures, for light and dark.
std::string picture_style();

// The <defs> with the hatches. The style sheet refers to them by their names:
// once in a document.
std::string hatches();

}  // namespace poetry_compare
