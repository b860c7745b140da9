// The numbers of a sweep as tables.
#pragma once

#include <vector>

#include "compare/measure/growth.h"
#include "compare/report/table.h"

namespace poetry_compare {

// One measure: a row for each variant, a column for each value of the setting,
// and a sparkline. With several runs, the numbers are medians.
Table make_table(const Growth& growth, Measure measure, bool utf8 = true);

// Everything: a row for each variant at each value. Always the same columns.
Table make_full_table(const Growth& growth);

// The version of the columns of the full table, and of the keys of the JSON.
inline constexpr int growth_version = 1;

}  // namespace poetry_compare
