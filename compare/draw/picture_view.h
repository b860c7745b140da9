// A plain view of the pictures of a comparison, on the page and as SVG. Code
// that draws it does not need the comparison.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/draw/lanes_view.h"
#include "compare/draw/palette.h"
#include "compare/draw/scale.h"
#include "compare/measure/model.h"

namespace poetry_compare {

// "2.04 s, 2.27x faster than blocking, working 3 ms, worst unread 0.001 s".
struct Headline {
  std::string text;
  std::string alarm;  // the rest, which is to be marked; mostly empty
};

// A variant that was seen.
struct VariantView {
  std::size_t index = 0;  // among all variants of the comparison
  std::string name;
  Headline headline;
  std::string complaint;  // empty: all is well
  LanesView lanes;
};

// Strings are not escaped.
struct PictureView {
  std::string title;  // "Three poems, six ways to wait"
  std::string summary;  // "3 poems, 4 279 bytes, delay 0.02 s, 1 run"
  std::vector<std::string> sentences;
  std::vector<std::string> complaints;
  std::string origin;  // "poetry-compare 0.1.0, 2024-05-01 12:00 UTC"
  bool crowded = false;  // some lanes stand for several tasks
  std::vector<LegendItem> poems;
  std::vector<LegendItem> marks;
  double seconds = 1;  // the length of the axis
  std::vector<AxisMark> axis;
  std::vector<VariantView> variants;  // see shown_variants()
  std::string omitted;  // "reactor and simple are not drawn: ..."; mostly empty
};

Headline headline(const Comparison& comparison, const Variant& variant);

// Why there is no picture of a variant, or what went wrong with it. Empty if
// all is well.
std::string complaint(const Variant& variant);

PictureView view_picture(const Comparison& comparison);

}  // namespace poetry_compare
