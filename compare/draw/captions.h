// The text below each picture.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/model.h"
#include "compare/report/kinds.h"

namespace poetry_compare {

// For each variant, says what to look for in its picture. Empty without one.
std::vector<std::string> captions(const Comparison& comparison,
                                  const std::vector<Kind>& kinds);

}  // namespace poetry_compare
