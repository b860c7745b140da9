// The comparison as one picture.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// A whole file that needs nothing else, for light and dark. Variants that were
// not seen are not in it.
std::string make_svg(const Comparison& comparison);

}  // namespace poetry_compare
