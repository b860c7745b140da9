// The text above and below a picture.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// "Three poems, six ways to wait".
std::string title(const Comparison& comparison);

// "2.04 s, 2.27x faster than blocking, working 3 ms, worst unread 0.001 s".
struct Headline {
  std::string text;
  std::string alarm;  // the rest, which is to be marked; mostly empty
};

Headline headline(const Comparison& comparison, const Variant& variant);

// Why there is no picture of a variant, or what went wrong with it. Empty if
// all is well.
std::string complaint(const Variant& variant);

// For each variant, says what to look for in its picture. Empty without one.
std::vector<std::string> captions(const Comparison& comparison);

}  // namespace poetry_compare
