// The comparison for programs: everything but the single reads and sends.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// May stand in a <script>, too.
std::string write_json(const Comparison& comparison);

// The same, with the sentences that were made of it.
std::string write_json(const Comparison& comparison,
                       const std::vector<std::string>& sentences);

}  // namespace poetry_compare
