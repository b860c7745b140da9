// The runs of a variant in one set of numbers.
#pragma once

#include "compare/measure/model.h"

namespace poetry_compare {

// Sets `overall` and the deviation. Each number is the median of the runs that
// did not fail: one bad run of many does not count, unless all fail.
void summarise(Variant& variant);

}  // namespace poetry_compare
