// The runs of a variant in one set of numbers.
#pragma once

#include "compare/measure/model.h"

namespace poetry_compare {

// Sets what follows from the runs: `overall` to `typical_wall`. Each number is
// the median of the runs that did not fail: one bad run of many does not count,
// unless all fail. An outlier is a run whose time differs from the median by
// more than 50 ms, and by more than five times the median difference.
void summarise(Variant& variant);

}  // namespace poetry_compare
