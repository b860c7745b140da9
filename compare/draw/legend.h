// The legend: the meaning of the marks in the pictures.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// How large a sample is, in pixels.
constexpr double sample_width = 34, sample_height = 14;

struct LegendItem {
  std::string sample;  // the content of an <svg>
  std::string text;  // not escaped
};

// The poems and their colours.
std::vector<LegendItem> legend_of_poems(const std::vector<Poem>& poems);

// The strips, bars, ticks, wedges and boxes.
std::vector<LegendItem> legend_of_marks();

}  // namespace poetry_compare
